"""Makes CPython a board: what a node uses of MicroPython, and CPython does not have.

Most of it are names that CPython lacks, so nobody else in the process sees a difference. Two exist
in both and differ, ``asyncio.open_connection`` and ``asyncio.start_server``: the code of a board
gets those of MicroPython, all other code of the process keeps those of CPython.
"""

from __future__ import annotations

import asyncio
import errno
import gc
import importlib
import inspect
import io
import os
import sys
import time
import traceback
import zlib
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import ModuleType
from typing import Any, BinaryIO, TextIO

from umbel.build import sources
from umbel.sim import stream

BOARD = Path(__file__).parent / "board"

_TICKS_PERIOD = 1 << 30
_HEAP_SIZE = 1 << 32  # bytes; CPython has no limit, but a node reports how much is left

# These wait with the bare ``yield`` of a generator, which CPython does not take for waiting.
_WAITING = (("control", "_readable"), ("tepal.core.waiting", "readable"))


def install(*folders: Path) -> None:
    """Adapt this process, for good; what is in ``folders`` is code of a board too.

    The fakes and the sources of a node must be on the import path.
    """
    boards = tuple(map(str, (BOARD, sources.device_dir(), *folders)))
    micropython = sys.modules.setdefault("micropython", ModuleType("micropython"))
    _add(micropython, const=_same)
    _add(sys.modules.setdefault("deflate", ModuleType("deflate")), DeflateIO=_Inflating, RAW=1)
    _add(gc, mem_alloc=_memory_used, mem_free=_memory_free, threshold=_same)
    _add(sys, print_exception=_print_exception)
    _add(time, sleep_ms=_sleep_ms, sleep_us=_sleep_us, ticks_ms=_ticks_ms, ticks_us=_ticks_us)
    _add(time, ticks_diff=_ticks_diff, ticks_add=_ticks_add)
    _add(asyncio, sleep_ms=_pause_ms, wait_for_ms=_wait_for_ms)
    for name in ("open_connection", "start_server"):
        chosen = _by_caller(boards, getattr(stream, name), getattr(asyncio, name))
        _add(asyncio, **{name: chosen})
    for module, name in _WAITING:
        _add(importlib.import_module(module), **{name: stream.readable})


def _add(module: ModuleType, **names: object) -> None:
    for name, value in names.items():
        setattr(module, name, value)


def _by_caller(
    boards: tuple[str, ...], of_board: Callable[..., Any], of_host: Callable[..., Any]
) -> Callable[..., Any]:
    """A function that is ``of_board`` for the code in the folders ``boards``, else ``of_host``."""

    def chosen(*args: object, **kwargs: object) -> object:
        frame = inspect.currentframe()
        caller: str = (frame and frame.f_back and frame.f_back.f_globals.get("__file__")) or ""
        function = of_board if caller.startswith(boards) else of_host
        return function(*args, **kwargs)

    return chosen


def _same(value: object) -> object:
    return value


def _memory_used() -> int:
    """Bytes that this process holds; the closest to the heap of a board."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:  # not Linux
        return sys.getallocatedblocks() * 64
    return min(pages * os.sysconf("SC_PAGE_SIZE"), _HEAP_SIZE)


def _memory_free() -> int:
    return _HEAP_SIZE - _memory_used()


def _print_exception(error: BaseException, file: TextIO | None = None) -> None:
    traceback.print_exception(error, file=file or sys.stdout)


def _sleep_ms(milliseconds: int) -> None:
    time.sleep(max(0, milliseconds) / 1000)


def _sleep_us(microseconds: int) -> None:
    time.sleep(max(0, microseconds) / 1_000_000)


def _ticks_ms() -> int:
    return time.monotonic_ns() // 1_000_000 % _TICKS_PERIOD


def _ticks_us() -> int:
    return time.monotonic_ns() // 1_000 % _TICKS_PERIOD


def _ticks_add(ticks: int, delta: int) -> int:
    return (ticks + delta) % _TICKS_PERIOD


def _ticks_diff(later: int, earlier: int) -> int:
    """The distance between two moments, over the point where the counter begins anew."""
    half = _TICKS_PERIOD // 2
    return (later - earlier + half) % _TICKS_PERIOD - half


class _Inflating(io.RawIOBase):
    """Unpacks what it reads from a stream, as deflate.DeflateIO does with deflate.RAW."""

    def __init__(
        self, source: BinaryIO, _kind: int, window: int, is_closing: bool = False
    ) -> None:
        self._source = source
        self._engine = zlib.decompressobj(-window)
        self._is_closing = is_closing

    def close(self) -> None:
        if self._is_closing:
            self._source.close()
        super().close()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # pyright: ignore[reportIncompatibleMethodOverride]
        count = 0
        try:
            while count < len(buffer) and not self._engine.eof:
                packed = self._engine.unconsumed_tail or self._source.read(1)
                if not packed:
                    raise EOFError
                found = self._engine.decompress(packed, len(buffer) - count)
                buffer[count : count + len(found)] = found
                count += len(found)
        except zlib.error as error:
            raise OSError(errno.EINVAL, str(error)) from error
        return count


async def _pause_ms(milliseconds: int) -> None:
    await asyncio.sleep(max(0, milliseconds) / 1000)


async def _wait_for_ms(awaited: Awaitable[Any], milliseconds: int) -> object:
    async with asyncio.timeout(milliseconds / 1000):
        return await awaited
