"""The schedule of an app at work: sleeps until something is due, and runs it. Not RARE: it lasts."""

# Of the part apps, which a release can leave out.

import asyncio

from micropython import const

from tepal.core.app_task import Metered

_LONGEST_MS = const(30000)


class Schedule:
    """What an app does by itself, beside its program or instead of it; runs in one task, in turn.

    An entry is [ms between two runs or 0, when it is due, the time as text, what is to be done];
    due is an uptime in ms where it has a distance, else in seconds since 1970, None for never.
    """

    def __init__(self, job, entries: list):
        self.job = job
        self.entries = entries
        self.last = 0  # seconds since 1970; what was due until then has been run
        self.fault = ""  # of the last run
        self.changed = asyncio.Event()
        self.wake = self.changed.set  # one and the same, so that it can be taken off the list

    async def run(self) -> None:
        """Run what is due; never returns."""
        clock = self.job.node.clock
        clock.listeners += (self.wake,)
        try:
            self.plan()
            while True:
                left_ms, entry = nearest(self.entries, clock.uptime_ms(), clock.now())
                try:
                    await asyncio.wait_for_ms(self.changed.wait(), left_ms)
                except asyncio.TimeoutError:
                    if entry:
                        await self.fire(entry)
                    else:
                        self.last = max(self.last, clock.now() - 1)
                else:
                    self.changed.clear()
                    self.plan()
        finally:
            clock.listeners = tuple([one for one in clock.listeners if one is not self.wake])
            self.job.leave("")

    async def fire(self, entry: list) -> None:
        """Run an entry; what it raises is told, and the next one runs all the same."""
        if entry[0]:
            late_ms = self.job.node.clock.uptime_ms() - entry[1]
            entry[1] += entry[0] * (1 + late_ms // entry[0])
        else:
            self.last = max(self.last, entry[1])
            self.plan()
        try:
            await Metered(self.job, self.work(entry[3]))
            self.fault = ""
        except Exception as error:  # noqa: BLE001 - an app is anybody's code
            self.tell(error)

    async def work(self, do: str) -> None:
        """Do what an entry names."""
        result = self.begin(do)
        if hasattr(result, "send"):
            await result  # pyright: ignore[reportGeneralTypeIssues]

    # What follows imports, which a frame that lasts must not.

    def plan(self) -> None:
        """Find out when what has a time is due."""
        from tepal.core import app_planning

        app_planning.plan(self)

    def begin(self, do: str):
        """Begin what an entry names."""
        from tepal.core import app_planning

        return app_planning.begin(self.job, do)

    def tell(self, error) -> None:
        """Tell that a run has failed."""
        from tepal.core import app_failing

        self.fault = app_failing.tell(self.job, error, self.fault)


def nearest(entries: list, now_ms: int, now_s: int) -> tuple:
    """Return how many ms to wait, and for which entry; None if it is for none of them."""
    left_ms, found = _LONGEST_MS, None
    for entry in entries:
        if entry[1] is not None:
            wait_ms = entry[1] - now_ms if entry[0] else (entry[1] - now_s) * 1000
            if wait_ms < left_ms:
                left_ms, found = max(wait_ms, 0), entry
    return left_ms, found
