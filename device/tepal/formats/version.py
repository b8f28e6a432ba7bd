"""Versions in their order: those of Python packages (PEP 440), and semantic ones."""

# Of the part mqtt, which a release can leave out.

from tepal.formats.errors import TepalError

# Without ``const``, which the host lacks: it imports this file as it is.
RARE = True
_LONGEST = 64  # characters
_LAST = 1 << 30
_EARLY = {"a": 1, "alpha": 1, "b": 2, "beta": 2, "c": 3, "rc": 3, "pre": 3, "preview": 3}
_LATE = ("post", "rev", "r")


def key(text: str) -> tuple:
    """Return what versions are compared by. Raises: TepalError ``value``."""
    whole = text.strip().lower()
    public, _, local = whole.partition("+")
    epoch, mark, rest = public.partition("!")
    if not mark:
        epoch, rest = "0", public
    if rest[:1] == "v":
        rest = rest[1:]
    numbers, rest = _numbers(rest)
    if not numbers or not epoch.isdigit() or len(text) > _LONGEST:
        raise TepalError("value", "a version expected, not " + text[:_LONGEST])
    while len(numbers) > 1 and not numbers[-1]:
        numbers.pop()
    return (int(epoch), tuple(numbers)) + _suffixes(text, rest) + (_parts(local),)


def is_early(text: str) -> bool:
    """Tell whether this is a version for those who develop: its content may change."""
    found = key(text)
    return found[2][0] < 4 or found[4] < _LAST


def base(text: str) -> tuple:
    """Return the key of the version that a development version leads to."""
    found = key(text)
    return found[:2] + ((4, ()), -1, _LAST, ()) if found[4] < _LAST else found


def _numbers(text: str) -> tuple:
    """Return (the numbers with dots between them that ``text`` begins with, what follows)."""
    numbers = []
    while text[:1].isdigit():
        end = _end(text)
        numbers.append(int(text[:end]))
        text = text[end:]
        if text[:1] != "." or not text[1:2].isdigit():
            break
        text = text[1:]
    return numbers, text


def _suffixes(text: str, rest: str) -> tuple:
    """Return what follows the numbers: (before, after, in development)."""
    early, late, dev = None, -1, _LAST
    whole = rest
    while rest:
        rest = _bare(rest)
        if whole[0] == "-" and rest.isdigit() and len(rest) + 1 == len(whole):  # 1.0-1
            return early or (4, ()), int(rest), dev
        end = 0
        while rest[end : end + 1].isalpha():
            end += 1
        word, rest = rest[:end], rest[end:]
        number, rest = _number(rest)
        if word in _EARLY and early is None:
            early = (_EARLY[word], ((0, number, ""),))
        elif word in _LATE and late < 0:
            late = number
        elif word == "dev" and dev == _LAST:
            dev = number
        elif whole[0] == "-":  # a semantic version has words of its own there
            return (0, _parts(whole[1:])), -1, _LAST
        else:
            raise TepalError("value", "a version expected, not " + text)
    if early is None:
        early = (-1, ()) if dev < _LAST and late < 0 else (4, ())
    return early, late, dev


def _number(text: str) -> tuple:
    """Return (the number that ``text`` begins with, else 0; what follows)."""
    digits = _bare(text)
    end = _end(digits)
    return (int(digits[:end]), digits[end:]) if end else (0, text)


def _bare(text: str) -> str:
    return text[1:] if text[:1] in ("-", "_", ".") else text


def _end(text: str) -> int:
    end = 0
    while text[end : end + 1].isdigit():
        end += 1
    return end


def _parts(text: str) -> tuple:
    """Return words with dots between them so that numbers stand before words, in their order."""
    found = []
    for part in text.split("."):
        if part:
            found.append((0, int(part), "") if part.isdigit() else (1, 0, part))
    return tuple(found)
