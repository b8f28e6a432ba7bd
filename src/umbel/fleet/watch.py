"""Looks after every node of a roster, a few at a time, again and again.

A node that answers is asked every few seconds; one that does not is asked less and less often.
Never all of them at once: only so many requests are under way at a time.
"""

from __future__ import annotations

import asyncio
import heapq
import random
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime

from umbel.errors import UmbelError
from umbel.fleet.links import Links
from umbel.fleet.roster import Roster
from umbel.fleet.view import Condition, NodeView, silent, told

AT_ONCE = 16  # requests under way
INTERVAL = 2.0  # seconds between two looks at a node that answers
LONGEST_INTERVAL = 30.0  # seconds
ANSWER_TIMEOUT = 4.0  # seconds
_LOOKS_PER_SECOND = 40  # at the whole fleet; with more than 80 nodes each is asked less often
_FOR_EVER = 3600.0  # seconds; somebody will wake us
_JITTER = 0.15  # of an interval, to both sides


def interval(failures: int, fleet_size: int) -> float:
    """Seconds to the next look at a node that failed to answer ``failures`` times in a row."""
    shortest = max(INTERVAL, fleet_size / _LOOKS_PER_SECOND)
    return min(shortest * 2 ** min(max(0, failures - 1), 10), max(LONGEST_INTERVAL, shortest))


async def pause(woken: asyncio.Event, seconds: float) -> None:
    """Return after so many seconds, or as soon as ``woken`` is set."""
    with suppress(TimeoutError):  # not wait_for: on Python 3.11 that may swallow our own end
        async with asyncio.timeout(seconds):
            await woken.wait()


class Watch:
    """``await watch.run()`` watches until it is cancelled."""

    def __init__(
        self,
        roster: Roster,
        links: Links,
        *,
        pause: Callable[[asyncio.Event, float], Awaitable[None]] = pause,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._roster = roster
        self._links = links
        self._pause = pause
        self._clock = clock
        self._due: list[tuple[float, str]] = []  # a heap
        self._failures: dict[str, int] = {}  # by name; who is in here is watched
        self._woken = asyncio.Event()

    def refresh(self) -> None:
        """Begin to watch who has joined the roster."""
        for name in self._roster.nodes:
            if name not in self._failures:
                self._failures[name] = 0
                self._look_at(name, self._clock())

    async def run(self) -> None:
        """Watch."""
        self.refresh()
        places = asyncio.Semaphore(AT_ONCE)
        async with asyncio.TaskGroup() as group:
            while True:
                name = await self._next()
                await places.acquire()
                looking = group.create_task(self._look(name))
                looking.add_done_callback(lambda _: places.release())

    def _look_at(self, name: str, due: float) -> None:
        heapq.heappush(self._due, (due, name))
        self._woken.set()

    async def _next(self) -> str:
        """Who is due, as soon as somebody is."""
        while True:
            self._woken.clear()
            left = self._due[0][0] - self._clock() if self._due else _FOR_EVER
            if left <= 0:
                return heapq.heappop(self._due)[1]
            await self._pause(self._woken, left)

    async def _look(self, name: str) -> None:
        """Ask a node how it is, and note when to ask it again."""
        if name not in self._roster.nodes:
            self._failures.pop(name, None)
            return
        before = self._roster.view(name)
        view = await self._ask(name, before)
        if name in self._roster.nodes and self._roster.view(name).address == before.address:
            self._roster.put(view)
        is_up = view.condition is Condition.UP
        self._failures[name] = failures = 0 if is_up else self._failures[name] + 1
        after = interval(failures, len(self._roster.nodes))
        after *= 1 + random.uniform(-_JITTER, _JITTER)  # noqa: S311 - spreads, hides nothing
        self._look_at(name, self._clock() + after)

    async def _ask(self, name: str, before: NodeView) -> NodeView:
        try:
            api = self._links.api(name)
            if api.is_busy:  # with a command of somebody's; it will tell soon enough
                return before
            return told(before, await api.about(within=ANSWER_TIMEOUT), datetime.now(UTC))
        except UmbelError as error:
            return silent(before, error, datetime.now(UTC))
