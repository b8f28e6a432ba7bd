"""Contents by their hash, in a folder of our own: what was listed can be served, come what may."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Generator, Iterator, Set
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from umbel.ota.sniffing import SNIFFED, content_type

_BLOCK = 1 << 18
_PREFIX = "umbel-promote-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """What a copy has shown of its content."""

    size: int  # bytes
    sha256: str
    checksum: str
    content_type: str | None


@dataclass(frozen=True, slots=True)
class Store:
    """A folder that nobody else writes to."""

    folder: Path

    @classmethod
    @contextmanager
    def temporary(cls) -> Generator[Store]:
        """A store that is gone afterwards; one whose owner was killed is gone by now."""
        parent = Path(tempfile.gettempdir())
        for other in parent.glob(f"{_PREFIX}*"):
            if not _is_alive(other.name.removeprefix(_PREFIX).partition("-")[0]):
                shutil.rmtree(other, ignore_errors=True)
        with tempfile.TemporaryDirectory(prefix=f"{_PREFIX}{os.getpid()}-") as folder:
            yield cls(Path(folder))

    def put(self, source: BinaryIO, path: str, limit: int) -> Stored:
        """Copy ``source``, which is promoted as ``path``; hashes are those of the copy.

        Raises:
            OverflowError: it has more than ``limit`` bytes.
        """
        sha256 = hashlib.sha256()
        sha1 = hashlib.sha1(usedforsecurity=False)
        size = 0
        head = b""
        with tempfile.NamedTemporaryFile(dir=self.folder, prefix=".", delete=False) as fresh:
            copy = Path(fresh.name)
            try:
                for block in _blocks(source, limit):
                    size += len(block)
                    head = head or block[:SNIFFED]
                    sha256.update(block)
                    sha1.update(block)
                    fresh.write(block)
                fresh.flush()
                copy.replace(self.folder / sha256.hexdigest())
            except BaseException:
                copy.unlink(missing_ok=True)
                raise
        sha1.update(path.encode())
        return Stored(
            size=size,
            sha256=sha256.hexdigest(),
            checksum=sha1.hexdigest(),
            content_type=content_type(head),
        )

    def open(self, sha256: str) -> BinaryIO:
        """The content with this hash, which stays readable while it is open."""
        return (self.folder / sha256).open("rb")

    def keep_only(self, wanted: Set[str]) -> None:
        """Forget all other contents."""
        for path in self.folder.iterdir():
            if path.name not in wanted:
                path.unlink(missing_ok=True)


def _blocks(source: BinaryIO, limit: int) -> Iterator[bytes]:
    while block := source.read(_BLOCK):
        limit -= len(block)
        if limit < 0:
            raise OverflowError
        yield block


def _is_alive(number: str) -> bool:
    try:
        os.kill(int(number), 0)
    except (ValueError, OverflowError, ProcessLookupError):
        return False
    except PermissionError:  # it belongs to somebody else
        return True
    return True
