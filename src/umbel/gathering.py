"""The same for many things, some of them at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


async def gather(
    work: Callable[[T], Awaitable[R]], things: Iterable[T], *, at_once: int
) -> list[R]:
    """What ``work`` gives for each of ``things``, in their order. Raises what it raises."""
    places = asyncio.Semaphore(at_once)

    async def one(thing: T) -> R:
        async with places:
            return await work(thing)

    return list(await asyncio.gather(*(one(thing) for thing in things)))
