"""Tells when something below folders changes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from pathlib import Path

from umbel.errors import UmbelError

try:
    import watchfiles
except ImportError as exc:
    raise UmbelError("watchfiles is not installed", remedy="pip install 'umbel[ota]'") from exc

_QUIET = 200  # ms without a change, then it is told
_PATIENCE = 10_000  # ms; then it is told unasked: not every file system knows of changes
_POLL = 2.0  # seconds, where none does


async def changes(
    folders: Iterable[Path], *, say: Callable[[str], None] | None = None
) -> AsyncGenerator[None]:
    """Yields whenever there may be news below the folders, for ever.

    ``say`` gets a sentence where changes are not announced, so that we look ourselves.
    """
    try:
        async for _ in watchfiles.awatch(  # pyright: ignore[reportUnknownMemberType]
            *folders,
            watch_filter=None,
            debounce=_QUIET * 4,
            step=_QUIET,
            rust_timeout=_PATIENCE,
            yield_on_timeout=True,
            ignore_permission_denied=True,
        ):
            yield
    except (OSError, RuntimeError) as error:
        if say:
            say(f"changes are not announced here ({error}); looking every {_POLL:g} s")
    while True:
        await asyncio.sleep(_POLL)
        yield


class Watch:
    """``changed`` is set when there may be news below the folders, which may become others."""

    def __init__(self) -> None:
        self.changed = asyncio.Event()
        self._folders: Sequence[Path] = ()
        self._task: asyncio.Task[None] | None = None

    def follow(self, folders: Iterable[Path]) -> None:
        """Watch these from now on."""
        wanted = sorted(folders)
        if wanted == self._folders and self._task and not self._task.done():
            return
        self.end()
        self._folders = wanted
        self._task = asyncio.create_task(self._watch(wanted))

    def end(self) -> None:
        """Watch no more."""
        if self._task:
            self._task.cancel()
            self._task = None

    async def _watch(self, folders: Sequence[Path]) -> None:
        async for _ in changes(folders):
            self.changed.set()
