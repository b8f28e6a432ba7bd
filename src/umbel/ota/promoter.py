"""A folder that is offered to nodes: always one whole state of it, and a word when it changes."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from umbel.errors import UmbelError
from umbel.ota.scanning import Scanner
from umbel.ota.snapshot import Entry, Snapshot
from umbel.ota.store import Store
from umbel.watching import changes

_KEPT = 4  # states before this one: who has begun with one can end with it
_SETTLING = 0.1  # seconds
_TRIES = 5

Say = Callable[[str], None]


class Promoter:
    """Offers ``folder``; ``say`` gets sentences for people: what is wrong, what is new."""

    def __init__(self, folder: Path, store: Store, *, say: Say):
        self._root = _real(folder)
        self._store = store
        self._say = say
        self._scanner = Scanner(self._root, store)
        self._older: deque[Snapshot] = deque(maxlen=_KEPT)
        self._changed = asyncio.Event()
        self._said: frozenset[str] = frozenset()
        self._is_ending = False
        self.snapshot = Snapshot()

    async def look(self) -> None:
        """Bring the snapshot up to date; a file that is just being written gets a moment.

        Raises:
            UmbelError: the folder cannot be promoted; what was before still is.
        """
        scanned = await asyncio.to_thread(self._scanner.scan)
        for _ in range(_TRIES):
            if scanned.is_settled:
                break
            await asyncio.sleep(_SETTLING)
            scanned = await asyncio.to_thread(self._scanner.scan)
        self._complain(scanned.warnings)
        if scanned.snapshot != self.snapshot:
            self._older.append(self.snapshot)
            self.snapshot = scanned.snapshot
            self._changed.set()
            self._changed = asyncio.Event()
        kept = {one.sha256 for state in (self.snapshot, *self._older) for one in state.entries}
        await asyncio.to_thread(self._store.keep_only, kept)

    async def watch(self) -> None:
        """Look whenever something has changed, for ever."""
        async for _ in changes([self._root], say=self._say):
            await self._look_again()

    async def wait(self, version: str, seconds: float) -> None:
        """Return when the version is another than ``version``, or after so long."""
        try:
            async with asyncio.timeout(seconds):
                while self.snapshot.version == version and not self._is_ending:
                    await self._changed.wait()
        except TimeoutError:
            pass

    def hang_up(self) -> None:
        """Let nobody wait any more."""
        self._is_ending = True
        self._changed.set()

    def by_checksum(self, checksum: str) -> Entry | None:
        """The file with this checksum, of now or of a moment ago."""
        return self._newest(lambda state: state.by_checksum.get(checksum))

    def by_sha256(self, sha256: str) -> Entry | None:
        """A file with this content, of now or of a moment ago."""
        return self._newest(lambda state: state.by_sha256.get(sha256))

    def open(self, entry: Entry) -> BinaryIO:
        """The content of a file as it was listed.

        Raises:
            FileNotFoundError: somebody has meddled with our copies; they are made anew.
        """
        try:
            return self._store.open(entry.sha256)
        except FileNotFoundError:
            self._scanner.forget()
            raise

    def _newest(self, find: Callable[[Snapshot], Entry | None]) -> Entry | None:
        states = (self.snapshot, *reversed(self._older))
        return next((found for state in states if (found := find(state))), None)

    async def _look_again(self) -> None:
        before = self.snapshot
        try:
            await self.look()
        except (UmbelError, OSError) as error:  # a full disk may have room the next time
            self._complain((str(error),))
        if self.snapshot is not before:
            self._say(summary(self.snapshot))

    def _complain(self, sentences: tuple[str, ...]) -> None:
        for sentence in dict.fromkeys(sentences):
            if sentence not in self._said:
                self._say(sentence)
        self._said = frozenset(sentences)


def summary(snapshot: Snapshot) -> str:
    """A line about a state."""
    count = len(snapshot.entries)
    files = "1 file" if count == 1 else f"{count} files"
    return f"version {snapshot.version}: {files}, {-(-snapshot.size // 1024)} KB"


def _real(folder: Path) -> Path:
    root = folder.resolve()  # a link as the root is followed; links below it are not
    if not root.is_dir():
        raise UmbelError(f"there is no folder {folder}")
    return root
