"""A folder to a snapshot: walk, hash, copy. What has not changed is not read again."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from umbel.errors import UmbelError
from umbel.ota import ignoring
from umbel.ota.ignoring import Ignored
from umbel.ota.snapshot import Entry, Snapshot
from umbel.ota.store import Store

MAX_FILES = 10_000
MAX_SIZE = 1 << 30  # bytes of all files
_MAX_DEPTH = 64  # folders
_SETTLED = 2.0  # seconds; a file may change twice within one tick of its clock

Mark = tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanned:
    """What a look at the folder has found."""

    snapshot: Snapshot
    is_settled: bool  # no file has changed while it was read
    warnings: tuple[str, ...]


@dataclass(slots=True)
class Scanner:
    """Looks at ``root``, again and again; contents go to ``store``."""

    root: Path
    store: Store
    _known: dict[str, tuple[Mark, Entry]] = field(default_factory=dict[str, tuple[Mark, Entry]])

    def scan(self) -> Scanned:
        """Everything that is promoted now.

        Raises:
            UmbelError: the folder is gone, cannot be read, or holds too much.
        """
        look = _Look(root=self.root, store=self.store, known=self._known)
        try:
            look.run()
        except OSError as exc:
            raise UmbelError(f"{exc.filename or self.root}: {exc.strerror}") from exc
        self._known = look.fresh
        snapshot = Snapshot(tuple(look.entries))
        warnings = (*look.warnings, *snapshot.unreachable())
        return Scanned(snapshot=snapshot, is_settled=look.is_settled, warnings=warnings)

    def forget(self) -> None:
        """Read every file anew at the next scan."""
        self._known = {}


@dataclass(slots=True, kw_only=True)
class _Look:
    root: Path
    store: Store
    known: dict[str, tuple[Mark, Entry]]
    fresh: dict[str, tuple[Mark, Entry]] = field(default_factory=dict[str, tuple[Mark, Entry]])
    entries: list[Entry] = field(default_factory=list[Entry])
    warnings: list[str] = field(default_factory=list[str])
    size: int = 0
    is_settled: bool = True

    def run(self) -> None:
        ignored = Ignored.parse(_ignore_lines(self.root))
        self.warnings += ignored.faults
        for path, entry in self._below(os.fspath(self.root), "", 0):
            if not _is_speakable(path):
                self.warnings.append(f"{path!r} is left out: no name that HTTP can carry")
            elif path not in ignored:
                try:
                    self._take(path, entry)
                except FileNotFoundError:  # gone since it was listed
                    self.is_settled = False

    def _below(
        self, folder: str, prefix: str, depth: int
    ) -> Iterator[tuple[str, os.DirEntry[str]]]:
        """Regular files, each folder in the order of its names' bytes; no links are followed."""
        if depth > _MAX_DEPTH:
            raise UmbelError(f"{folder}: more than {_MAX_DEPTH} folders deep")
        with os.scandir(folder) as listed:
            for entry in sorted(listed, key=lambda one: os.fsencode(one.name)):
                path = prefix + entry.name
                if entry.is_dir(follow_symlinks=False):
                    try:
                        yield from self._below(entry.path, f"{path}/", depth + 1)
                    except FileNotFoundError:
                        self.is_settled = False
                elif entry.is_file(follow_symlinks=False):
                    yield path, entry

    def _take(self, path: str, found: os.DirEntry[str]) -> None:
        mark = _mark(found.stat(follow_symlinks=False))
        known_mark, entry = self.known.get(path, ((), None))
        if entry is None or mark != known_mark:
            entry, mark = self._read(path, found.path)
        if entry is None:
            return
        self.size += entry.size
        self.entries.append(entry)
        if len(self.entries) > MAX_FILES or self.size > MAX_SIZE:
            raise _too_much(self.root)
        if mark and time.time() - mark[-1] / 1e9 > _SETTLED:
            self.fresh[path] = (mark, entry)

    def _read(self, path: str, place: str) -> tuple[Entry | None, Mark]:
        # A link or a pipe may have taken the place of the file since it was listed.
        number = os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(number, "rb") as source:  # noqa: PTH123 - a descriptor is no path
            before = os.fstat(number)
            if not stat.S_ISREG(before.st_mode):
                return None, ()
            try:
                stored = self.store.put(source, path, MAX_SIZE - self.size)
            except OverflowError:
                raise _too_much(self.root) from None
            is_same = _mark(os.fstat(number)) == _mark(before)
        self.is_settled &= is_same
        entry = Entry(
            path=path,
            checksum=stored.checksum,
            size=stored.size,
            sha256=stored.sha256,
            content_type=stored.content_type,
        )
        return entry, _mark(before) if is_same else ()


def _mark(found: os.stat_result) -> Mark:
    """What differs when a file was written; last, when that was."""
    written = max(found.st_mtime_ns, found.st_ctime_ns)
    return (found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, written)


def _ignore_lines(root: Path) -> list[str]:
    path = root / ignoring.FILE
    if not path.is_file():
        return []
    with path.open("rb") as file:
        content = file.read(ignoring.MAX_BYTES + 1)
    if len(content) > ignoring.MAX_BYTES:
        raise UmbelError(f"{path}: more than {ignoring.MAX_BYTES:,} bytes")
    return content.decode(errors="replace").split("\n")


def _is_speakable(path: str) -> bool:
    try:
        data = path.encode()
    except UnicodeEncodeError:  # a name that is not UTF-8
        return False
    return min(data) >= 32 and 127 not in data and path == path.strip()


def _too_much(root: Path) -> UmbelError:
    return UmbelError(
        f"{root} holds too much: at most {MAX_FILES:,} files with {MAX_SIZE >> 20:,} MB",
        remedy=f"leave some out, by a pattern a line in {root / ignoring.FILE}",
    )
