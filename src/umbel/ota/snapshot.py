"""One state of a promoted folder: list, version and contents belong together and never change."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field

_ESCAPED = {
    "&": "\\u0026",
    "<": "\\u003c",
    ">": "\\u003e",
    "\u2028": "\\u2028",
    "\u2029": "\\u2029",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A promoted file."""

    path: str
    checksum: str  # SHA-1 of the content and the path behind it
    size: int  # bytes
    sha256: str
    content_type: str | None

    def as_json(self) -> dict[str, str | int]:
        """As it stands in the list; old clients skip what they do not know."""
        return {
            "path": self.path,
            "checksum": self.checksum,
            "size": self.size,
            "sha256": self.sha256,
        }


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All promoted files in the order of the walk."""

    entries: tuple[Entry, ...] = ()
    by_checksum: dict[str, Entry] = field(init=False, repr=False, compare=False)
    by_sha256: dict[str, Entry] = field(init=False, repr=False, compare=False)
    version: str = field(init=False)

    def __post_init__(self) -> None:
        """Look-ups; of two files with one checksum the first one has it."""
        backwards = tuple(reversed(self.entries))
        object.__setattr__(self, "by_checksum", {one.checksum: one for one in backwards})
        object.__setattr__(self, "by_sha256", {one.sha256: one for one in backwards})
        object.__setattr__(self, "version", version_of(one.checksum for one in self.entries))

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(entry.size for entry in self.entries)

    def named(self, path: str) -> Entry | None:
        """The file at ``path``."""
        return next((entry for entry in self.entries if entry.path == path), None)

    def unreachable(self) -> list[str]:
        """Sentences about files that nobody can ask for by their checksum."""
        return [
            f"{one.path} cannot be fetched: {self.by_checksum[one.checksum].path} has its checksum"
            for one in self.entries
            if self.by_checksum[one.checksum] is not one
        ]

    def version_document(self) -> bytes:
        """What ``/files/version`` answers."""
        return encoded({"version": self.version})

    def list_document(self) -> bytes:
        """What ``/files`` answers."""
        return encoded(
            {"files": [entry.as_json() for entry in self.entries], "version": self.version}
        )


def version_of(checksums: Iterable[str]) -> str:
    """The version of files with these checksums, in this order."""
    return hashlib.sha1("".join(checksums).encode(), usedforsecurity=False).hexdigest()


def encoded(document: object) -> bytes:
    """JSON as the original writes it, to the byte."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"))
    for char, escape in _ESCAPED.items():
        text = text.replace(char, escape)
    return text.encode()
