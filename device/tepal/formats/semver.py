"""Versions as semver.org 2.0 has them, and the ranges that apps ask for: 1.0.0, 1.2.x, 1.x.x, x.x.x.

A version is read into a tuple that compares as versions do; what stands behind a ``+`` does not
count. A range with an ``x`` is the newest of what it leaves open, and never a pre-release.
"""

# Of the part apps, which a release can leave out.

_TYPING = 0
if _TYPING:
    from typing import Any  # noqa: TID251 - never imported on a node

RARE = True
MAX = 64  # characters of a version
_DIGITS = "0123456789"
_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-"
_RELEASE = ((2,),)  # behind every pre-release: their parts begin with 0 or 1
_FOREIGN = "^~<>=*|, "  # what ranges of other systems are written with


def parse(text: str) -> "tuple[int, int, int, Any]":
    """Return (major, minor, patch, what a pre-release compares by).

    Raises: ValueError, with what was expected.
    """
    if not isinstance(text, str) or len(text) > MAX:
        raise ValueError("a text of up to %d characters expected" % MAX)
    rest, plus, build = text.partition("+")
    core, minus, before = rest.partition("-")
    numbers = core.split(".")
    if len(numbers) != 3 or not all(_is_number(one) for one in numbers):
        raise ValueError("MAJOR.MINOR.PATCH expected, three numbers without leading zeros")
    if plus and not all(_is_word(one) for one in build.split(".")):
        raise ValueError("letters, digits and - expected behind the +")
    parts = before.split(".") if minus else ()
    if not all(_is_word(one) and (not _is_digits(one) or _is_number(one)) for one in parts):
        raise ValueError("letters, digits and - expected behind the -, no leading zeros")
    key = tuple([(0, int(one), "") if _is_digits(one) else (1, 0, one) for one in parts])
    major, minor, patch = numbers
    return int(major), int(minor), int(patch), key or _RELEASE


def is_release(version: "tuple[int, int, int, Any]") -> bool:
    """Tell whether a version that was read is no pre-release."""
    return version[3] == _RELEASE


def parse_range(text: str) -> "tuple[int | None, ...]":
    """Return (major, minor, patch) of a range, None for an ``x``.

    Raises: ValueError, with what was expected.
    """
    if len(text) > MAX or any(char in _FOREIGN for char in text):
        raise ValueError(
            "1.0.0, 1.2.x, 1.x.x or x.x.x expected; ^ ~ >= and the like are not known"
        )
    numbers = text.split(".")
    if len(numbers) != 3 or not all(one == "x" or _is_number(one) for one in numbers):
        raise ValueError("three parts expected, as in 1.0.0, 1.2.x, 1.x.x or x.x.x")
    wanted = tuple([None if one == "x" else int(one) for one in numbers])
    for position in (1, 2):
        if wanted[position - 1] is None and wanted[position] is not None:
            raise ValueError("nothing but x expected behind an x")
    return wanted


def matches(wanted: "tuple[int | None, ...]", version: "tuple[int, int, int, Any]") -> bool:
    """Tell whether a version is in a range, both as they were read."""
    if not is_release(version):
        return False
    return all(wanted[i] is None or wanted[i] == version[i] for i in range(3))


def is_exact(wanted: "tuple[int | None, ...]") -> bool:
    """Tell whether a range is one version, which never moves."""
    return wanted[2] is not None


def _is_digits(text: str) -> bool:
    return bool(text) and all(char in _DIGITS for char in text)


def _is_number(text: str) -> bool:
    return _is_digits(text) and (text == "0" or text[0] != "0")


def _is_word(text: str) -> bool:
    return bool(text) and all(char in _LETTERS or char in _DIGITS for char in text)
