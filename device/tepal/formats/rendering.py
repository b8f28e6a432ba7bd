"""From a Call back to the line that parses to it, for what must travel as text."""

import json

from tepal.formats.command import Call, is_name, value
from tepal.formats.errors import TepalError

RARE = True


def render(call: Call) -> str:
    """Return the line that parses to ``call`` again.

    Raises: TepalError ``value`` for what the grammar cannot carry (bytes, infinite numbers).
    """
    words = [_render_value(call.target)]
    if call.function:
        words.append(call.function)
    words += [_render_value(arg) for arg in call.args]
    words += [name + "=" + _render_value(call.kwargs[name]) for name in call.kwargs]
    words += [kind + str(argument) if argument else kind for kind, argument in call.postfix]
    return " ".join(words)


def _render_value(item: object) -> str:
    if isinstance(item, str):
        return item if _is_bare(item) else _quote(item)
    if item is None or isinstance(item, (bool, int)):
        return str(item)
    if isinstance(item, float) and item - item == 0:
        return repr(item)
    if isinstance(item, (list, tuple, dict)):
        return json.dumps(item)
    raise TepalError("value", "text, a finite number, a list or an object expected")


def _is_bare(text: str) -> bool:
    """Tell whether ``text`` needs no quotes: plain words, addresses, host names."""
    if not is_name(text.replace(".", "_").replace(":", "_").replace("-", "_")):
        return False
    try:
        return len(text) == len(text.encode()) and value(text) is text
    except TepalError:  # it would be a number, and there is no such
        return False


def _quote(text: str) -> str:
    for char, escape in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\r", "\\r")):
        text = text.replace(char, escape)
    return '"' + "".join([_visible(char) for char in text]) + '"'


def _visible(char: str) -> str:
    return "\\u%04x" % ord(char) if char < " " or char == "\x7f" else char
