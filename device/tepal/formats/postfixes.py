"""The end of a command line, and scripts of several: loaded on first use."""

from micropython import const

from tepal.formats.command import fault

RARE = True
_MAX_DELAY_MS = const(500_000_000)  # asyncio's clock wraps beyond 2**29 ms


def take(words: list) -> tuple:
    """Remove the postfixes from the end of ``words`` and return them, in order."""
    postfixes = ()
    while len(words) > 1 and words[-1][0] in "&>":
        postfixes = (postfix(words.pop()),) + postfixes
    return postfixes


def postfix(word: str) -> tuple:
    """Return the (kind, argument) pair that one postfix spells."""
    if word == ">json":
        return (">json", None)
    if word[:2] == ">>" and is_host(word[2:]):
        return (">>", word[2:])
    kind = "&&" if word[:2] == "&&" else "&"
    digits = word[len(kind) :] or "0"
    if word[0] != "&" or not digits.isdigit() or len(digits) > 9 or int(digits) > _MAX_DELAY_MS:
        raise fault("a postfix or quotes", word)
    return (kind, int(digits))


def is_host(word: str) -> bool:
    """Tell whether ``word`` may be a host name or an address."""
    for char in word:
        if not (char.isalpha() or char.isdigit() or char in "_.-"):
            return False
    return bool(word)


def commands(script: str, separator: str = ";") -> list[str]:
    """Cut a script into command lines, outside quotes; empty and ``#`` items are left out."""
    if '"' in script or "'" in script:
        from tepal.formats import quoting

        lines = quoting.cut(script, separator)
    else:
        lines = script.split(separator)
    lines = [line.strip() for line in lines]
    return [line for line in lines if line and line[0] != "#"]
