"""``.promoterignore``: which files are not promoted. One regular expression a line, RE2's dialect.

A pattern P drops a path that ``^P$`` matches. There are no comments, negations or groups around it:
``build`` does not drop ``build/x``, and ``a|b`` drops what begins with a or ends with b.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from umbel.errors import UmbelError

try:
    import re2  # pyright: ignore[reportMissingTypeStubs]
except ImportError as exc:
    raise UmbelError("google-re2 is not installed", remedy="pip install 'umbel[ota]'") from exc

FILE = ".promoterignore"
MAX_BYTES = 65536
_MAX_PATTERNS = 500
_REPEATS = ("*", "+", "?")
_QUIET = re2.Options()
_QUIET.log_errors = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignored:
    """What is not promoted."""

    searches: tuple[Callable[[str], object], ...]
    faults: tuple[str, ...]  # sentences about lines that drop nothing

    def __contains__(self, path: str) -> bool:
        """Whether ``path`` is dropped."""
        return any(search(path) for search in self.searches)

    @classmethod
    def parse(cls, lines: Iterable[str]) -> Ignored:
        """The patterns of a file; one that is none drops nothing, as with the original."""
        searches: list[Callable[[str], object]] = []
        faults: list[str] = []
        for number, line in enumerate(lines, start=1):
            pattern = line.strip()
            if not pattern:
                continue
            if len(searches) == _MAX_PATTERNS:
                faults.append(f"{FILE}: only the first {_MAX_PATTERNS} patterns count")
                break
            try:
                searches.append(_search(pattern))
            except (re2.error, ValueError):  # pyright: ignore[reportUnknownMemberType]
                faults.append(f"{FILE}, line {number}: {pattern} is no pattern{_hint(pattern)}")
        return cls(searches=tuple(searches), faults=tuple(faults))


def _search(pattern: str) -> Callable[[str], object]:
    if pattern.startswith(_REPEATS):  # there is nothing that it could repeat
        raise ValueError(pattern)
    compiled: Any = re2.compile(f"^{pattern}$", _QUIET)  # pyright: ignore[reportUnknownMemberType]
    return compiled.search


def _hint(pattern: str) -> str:
    if pattern.startswith("*."):
        return f"; for these files write .*\\{pattern[1:]}"
    return ""
