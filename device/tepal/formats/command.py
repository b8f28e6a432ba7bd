"""A command line as a value. One grammar for every door; nothing from outside is evaluated.

    line    = target [function] {value | name "=" value} {postfix}
    value   = number | True | False | None | quoted | JSON list or object | bare word (a string)
    postfix = ">json" | "&"[ms] | "&&"[ms] | ">>"host

Quotes, single or double, protect every special character, postfixes too. A postfix wraps what
stands before it: ``f >json &`` runs ``f >json`` in the background. What most lines do not have
is in ``quoting`` and ``postfixes``, the way back from a Call to text in ``rendering``.
"""

from collections import namedtuple

from micropython import const

from tepal.formats.errors import TepalError

# ``postfix`` is a tuple of (kind, argument) pairs in the order of the line.
Call = namedtuple("Call", ("target", "function", "args", "kwargs", "postfix"))

_MAX_LINE = const(2048)  # characters
_MAX_WORDS = const(64)
_CONSTANTS = {
    "True": True,
    "False": False,
    "None": None,
    "true": True,
    "false": False,
    "null": None,
}


def parse(line: str) -> Call:
    """Return the Call that ``line`` spells; an empty line is refused.

    Raises: TepalError ``syntax``, with what was expected and near which word.
    """
    words = split(line)
    if not words:
        raise fault("a command", line)
    postfix = ()
    if words[-1][0] in "&>":
        from tepal.formats import postfixes

        postfix = postfixes.take(words)
    target = value(words[0])
    if not isinstance(target, str) or not target:
        raise fault("a name", words[0])
    function = words[1] if len(words) > 1 else ""
    if function and not is_name(function):
        raise fault("a function name", function)
    args = []
    kwargs = {}
    for word in words[2:]:
        name, equals, rest = word.partition("=")
        if not (equals and is_name(name)):
            args.append(value(word))
        elif name in kwargs:
            raise fault("each name once", word)
        else:
            kwargs[name] = value(rest)
    return Call(target, function, tuple(args), kwargs, postfix)


def split(line: str) -> list[str]:
    """Return the words of a line; a quoted or bracketed value stays in one word, quotes and all."""
    if len(line) > _MAX_LINE:
        raise fault("a shorter line", line)
    if '"' in line or "'" in line or "[" in line or "{" in line:
        from tepal.formats import quoting

        words = quoting.split(line)
    else:
        words = line.split()
    if len(words) > _MAX_WORDS:
        raise fault("fewer words", words[_MAX_WORDS])
    return words


def value(word: str) -> object:
    """Return what one word means: a number, a constant, a list, an object or a string."""
    if word.isalpha():
        return _CONSTANTS.get(word, word)
    first = word[:1]
    if first in "0123456789+-." and first:
        return _number(word)
    if first in "\"'[{":  # the empty word too
        from tepal.formats import quoting

        return quoting.value(word)
    if first in "&>":
        raise fault("quotes", word)
    return word


def is_name(word: str) -> bool:
    """Tell whether ``word`` may name a function or a parameter: ASCII letters, digits, ``_``."""
    if word.isalpha():
        return True
    if word[:1].isdigit():
        return False
    for char in word:
        if not (char.isalpha() or char == "_" or char.isdigit()):
            return False
    return bool(word)


def fault(expected: str, word: str) -> TepalError:
    """Return the error to raise where ``expected`` was expected and ``word`` stands."""
    return TepalError("syntax", expected + " expected near " + word[:24])


def _number(word: str) -> object:
    """Return the number that ``word`` spells, or the word: dates and addresses begin alike."""
    if "_" in word:  # CPython would take 1_000 for a number
        return word
    try:
        return int(word, 16) if word[:2] == "0x" else int(word)
    except ValueError:
        pass
    try:
        number = float(word)
    except ValueError:
        return word
    if number - number != 0:
        raise fault("a finite number", word)
    return number
