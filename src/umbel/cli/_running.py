"""Commands that run until somebody ends them."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncGenerator, Coroutine
from contextlib import asynccontextmanager

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def stop_on_signal() -> asyncio.Event:
    """An event that is set by Ctrl-C, by a polite kill, or when the terminal is closed."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in _ENDING:
        loop.add_signal_handler(number, stop.set)
    return stop


async def unless_stopped(stop: asyncio.Event, work: Coroutine[object, object, None]) -> None:
    """Do ``work``; give it up when ``stop`` is set."""
    working = asyncio.create_task(work)
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait((working, stopping), return_when=asyncio.FIRST_COMPLETED)
    for task in (working, stopping):
        task.cancel()
    await asyncio.wait((working, stopping))
    if not working.cancelled():
        working.result()


@asynccontextmanager
async def beside(work: Coroutine[object, object, None]) -> AsyncGenerator[None]:
    """Do ``work`` while the block runs."""
    working = asyncio.create_task(work)
    try:
        yield
    finally:
        working.cancel()
        await asyncio.wait((working,))
