"""Quotes and brackets in a command line: what most lines do not have, so it loads on first use."""

import json

from micropython import const

from tepal.formats.command import fault

RARE = True
_MAX_DEPTH = const(8)  # of nested lists and objects
_OPENERS = const("\"'[{")
# Those of JSON, so that a quoted word is a JSON string, and the single quote.
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f", "/": "/", '"': '"', "'": "'"}


def split(line: str) -> list[str]:
    """Return the words of a line; a quoted or bracketed value stays in one word."""
    return [word for word in cut(line.replace("\t", " "), " ") if word]


def cut(text: str, separator: str) -> list[str]:
    """Split ``text`` at each separator that stands outside quotes and brackets."""
    pieces = []
    start = index = 0
    size = len(text)
    while index < size:
        if text.startswith(separator, index):
            pieces.append(text[start:index])
            index += len(separator)
            start = index
        elif text[index] in _OPENERS and (index == start or text[index - 1] in "= "):
            index = _closing(text, index)
        else:
            index += 1
    pieces.append(text[start:])
    return pieces


def value(word: str) -> object:
    """Return the string, list or object that ``word`` spells."""
    if not word:
        raise fault("a value", "=")
    if _closing(word, 0) != len(word):
        raise fault("a blank behind the value", word)
    if word[0] in "\"'":
        return _unescape(word[1:-1])
    try:
        return json.loads(word)
    except ValueError:
        raise fault("JSON", word)


def _closing(text: str, index: int) -> int:
    """Return the index behind the quote or bracket that closes the one at ``index``."""
    start = index
    quote = ""
    depth = 0
    while index < len(text):
        char = text[index]
        if quote:
            if char == "\\":
                index += 1
            elif char == quote:
                quote = ""
        elif char == '"' or (char == "'" and index == start):
            quote = char
        elif char in "[{":
            depth += 1
            if depth > _MAX_DEPTH:
                raise fault("less nesting", text[start:])
        elif char in "]}":
            depth -= 1
        index += 1
        if not quote and depth <= 0:
            return min(index, len(text))
    raise fault("the closing quote or bracket", text[start:])


def _unescape(text: str) -> str:
    if "\\" not in text:
        return text
    parts = text.split("\\")
    done = [parts.pop(0)]
    while parts:
        part = parts.pop(0)
        if not part:  # an escaped backslash leaves an empty part and its follower
            done.append("\\" + parts.pop(0))
        elif part[0] == "u":
            done.append(_unicode(part[1:5]) + part[5:])
        elif part[0] in _ESCAPES:
            done.append(_ESCAPES[part[0]] + part[1:])
        else:
            raise fault("a known escape", "\\" + part)
    return "".join(done)


def _unicode(digits: str) -> str:
    code = -1
    if len(digits) == 4 and digits[0] not in "+-" and "_" not in digits:
        try:
            code = int(digits, 16)
        except ValueError:
            pass
    if not 0 <= code < 0xD800:  # from there on surrogates, which are no characters
        raise fault("four hex digits", "\\u" + digits)
    return chr(code)
