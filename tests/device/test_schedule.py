"""The schedule, with time that passes only when somebody waits for it: a week takes seconds."""

import asyncio
import gc
import json
import random
import sys

from house import build_node, end, fails, run, write

from tepal.core import schedule, storage
from tepal.core.schedule import Schedule
from tepal.formats import calendar, cron, tz

_NOON = calendar.days(2026, 11, 21) * 86400 + 12 * 3600  # a Saturday
_RECORD = "data/.schedule"


class FakeTime:
    """Stands in for ``asyncio`` in the schedule, and for the clocks of its node."""

    CancelledError = asyncio.CancelledError
    TimeoutError = asyncio.TimeoutError
    Event = asyncio.Event

    def __init__(self):
        self.ms = 0  # since the start
        self.end_ms = 0  # so far it may go
        self.start = _NOON  # what the wall clock said then
        self.is_set = True

    def wall_s(self):
        return self.start + self.ms // 1000 if self.is_set else 1609459200

    async def sleep_ms(self, ms):
        for _ in range(4):  # what was started may run
            await asyncio.sleep_ms(0)
        left_ms = ms
        while left_ms:
            step_ms = min(left_ms, self.end_ms - self.ms)
            self.ms += step_ms
            left_ms -= step_ms
            await asyncio.sleep_ms(0)

    async def wait_for_ms(self, awaited, ms):
        waiting = asyncio.create_task(awaited)
        sleeping = asyncio.create_task(self.sleep_ms(ms))
        try:
            while not sleeping.done():
                if waiting.done():
                    return
                await asyncio.sleep_ms(0)
        finally:
            sleeping.cancel()
            waiting.cancel()
        raise asyncio.TimeoutError

    async def until(self, second):
        """Let time pass up to a second after the start."""
        self.end_ms = second * 1000
        while self.ms < self.end_ms:
            await asyncio.sleep_ms(0)
        await self.settle()

    async def settle(self):
        for _ in range(30):
            await asyncio.sleep_ms(0)


class Recorder:
    """A module whose command notes when it was called."""

    HELP = ("note what=x",)

    def __init__(self, clock):
        self.clock = clock
        self.calls = []  # (seconds after noon, what)
        self.counts = None  # {what: how often}, where that is enough
        self.lasts_ms = 0
        self.note = self._note

    async def _note(self, what="x"):
        if self.counts is None:
            self.calls.append((self.clock.now() - _NOON, what))
        else:
            self.counts[what] = self.counts.get(what, 0) + 1
        await asyncio.sleep_ms(self.lasts_ms)

    def names(self):
        return [what for _, what in self.calls]


def scheduled(text, **more):
    """Return a node with a schedule, its time, and what records its commands."""
    config = {"cron": True, "crontasks": text, "utc": 0}
    config.update(more)
    node = build_node(config=json.dumps(config))
    time = FakeTime()
    node.clock.uptime_ms = lambda: time.ms
    node.clock.now_s = lambda: time.wall_s() - node.clock.epoch_s
    schedule.asyncio = time
    recorder = node.modules.loaded["rec"] = Recorder(node.clock)
    return node, time, recorder


def begin(node):
    """Start the schedule, as the boot does."""
    part = Schedule(node)
    node.tasks.start("cron", part.run(), "system")
    return part


async def stop(node, power_cut=False):
    """End the schedule, as a restart does."""
    if not power_cut:
        for close in node.closing:
            close()
    node.closing.clear()
    node.clock.listeners = ()
    for task in node.tasks.find("cron"):
        task.handle.cancel()
    await asyncio.sleep_ms(5)


async def finish(node):
    schedule.asyncio = asyncio
    node.modules.loaded.pop("rec")
    await end(node)


async def test_entries_fire_at_their_second_each_in_a_task_of_its_own():
    node, time, recorder = scheduled("*:12:0:5!rec note a;*:12:1:0!rec note b;*:*:*:30!rec note c")
    begin(node)

    await time.until(121)

    assert recorder.calls == [(5, "a"), (30, "c"), (60, "b"), (90, "c")]
    assert {task.tag for task in node.tasks.all} == {"cron", "cron.1", "cron.2", "cron.3"}
    await finish(node)


async def test_an_entry_may_have_several_commands_and_one_that_fails_stops_no_other():
    node, time, recorder = scheduled(
        "*:*:*:10!rec note a;rec nonsense;rec note b;;*:*:*:9!no such"
    )
    begin(node)

    await time.until(200)

    assert recorder.names() == ["a", "b"] * 4
    warnings = [line for line in node.log.lines if "[WARN] cron." in line]
    assert len(warnings) == 2, warnings  # the same again is no news, and spares the flash
    assert "cron.1: rec nonsense: unknown function" in warnings[1]
    assert "unknown module" in (await run(node, "task show cron.2")).text
    await finish(node)


async def test_an_entry_that_still_runs_is_not_started_twice():
    node, time, recorder = scheduled("*:*:*:*/10!rec note")
    recorder.lasts_ms = 60000
    begin(node)

    await time.until(35)

    assert recorder.calls == [(10, "x")]
    assert "cron.1 still runs" in node.log.lines[-1]
    await finish(node)


async def test_what_is_wrong_in_the_file_is_logged_and_the_rest_fires():
    node, time, recorder = scheduled(
        "nonsense!x;*:99:0:0!rec note a;*:*:*:10!rec note b;*:1:1:1!["
    )
    begin(node)

    await time.until(30)

    assert recorder.calls == [(10, "b")]
    text = "\n".join(node.log.lines)
    assert "weekday:hour:minute:second, sunrise or sunset expected at character 1" in text
    assert "hour 0..23, a range or * expected at character 14" in text
    assert "bracket" in text
    assert storage.exists("logs/warn.sys.log")
    await finish(node)


async def test_a_change_is_in_force_at_once_and_checked_before():
    node, time, recorder = scheduled("*:12:10:0!rec note old")
    begin(node)
    await time.until(60)

    detail = await fails(node.config.set("crontasks", "*:12:11:0!rec note a;*:12:0"), "schedule")
    assert "at character 22" in detail
    await node.config.set("crontasks", "*:12:0:10!rec note past;*:12:2:0!rec note new")
    await time.settle()
    await time.until(700)

    assert recorder.calls == [(120, "new")]
    await finish(node)


async def test_another_zone_is_in_force_at_once():
    node, time, recorder = scheduled("*:21:1:0!rec note")
    begin(node)
    await time.until(30)

    await node.config.set("tz", "JST-9")
    await time.settle()
    await time.until(90)

    assert recorder.calls == [(60, "x")]
    assert (await run(node, "system clock"))["clock"] == "(2026, 11, 21), 21:1:30, weekday 5"
    await fails(node.config.set("tz", "Mars"), "time_zone")
    await fails(node.config.set("place", "here"), "config_value")
    await fails(node.config.set("place", "91,0"), "config_value")
    await finish(node)


async def test_nothing_happens_before_the_time_is_known():
    node, time, recorder = scheduled("*:*:*:0!rec note")
    time.is_set = False
    begin(node)
    await time.until(90)
    assert recorder.calls == []
    assert (await run(node, "schedule next")).text == "nobody has set the clock yet"

    time.is_set = True
    await time.until(125)

    assert recorder.calls == [(120, "x")]
    await finish(node)


async def test_a_restart_loses_nothing_and_repeats_nothing():
    node, time, recorder = scheduled(
        "*:12:1:0!rec note a;*:12:1:20!rec note b;*:12:1:40!rec note c"
    )
    begin(node)
    await time.until(75)
    await stop(node)
    time.ms += 10000

    begin(node)
    await time.until(200)

    assert recorder.calls == [(60, "a"), (86, "b"), (100, "c")]
    await finish(node)


async def test_after_a_cut_of_the_power_nothing_is_repeated():
    node, time, recorder = scheduled("*:12:1:0!rec note a;*:12:1:20!rec note b", cron_catchup=60)
    begin(node)
    await time.until(85)
    await stop(node, power_cut=True)  # flash knows of a, and not of b

    begin(node)
    await time.until(200)

    assert recorder.names() == ["a", "b"]
    await finish(node)


async def test_what_was_missed_long_ago_is_left_out():
    node, time, recorder = scheduled("*:12:*/10:1!rec note a;*:13:30:0!rec note b")
    begin(node)
    await time.until(30)
    await stop(node)
    time.ms += 3600000

    begin(node)
    await time.until(3700)
    assert recorder.calls == [(1, "a")]

    await time.until(5500)
    assert recorder.calls == [(1, "a"), (5400, "b")]
    await finish(node)


async def test_what_was_missed_is_made_up_once_where_that_is_wanted():
    node, time, recorder = scheduled(
        "*:12:*/10:1!rec note a;*:12:15:0!rec note b;*:13:30:0!rec note c", cron_catchup=50
    )
    begin(node)
    await time.until(30)
    await stop(node)
    time.ms += 3600000

    begin(node)
    await time.until(3700)

    assert recorder.calls == [(1, "a"), (3631, "a"), (3631, "b")]
    await finish(node)


async def test_a_clock_that_is_set_back_repeats_nothing():
    node, time, recorder = scheduled("*:*:*/10:0!rec note")
    begin(node)
    await time.until(1205)
    assert recorder.calls == [(600, "x"), (1200, "x")]

    time.start -= 3600
    node.clock.publish()
    await time.until(1205 + 4300)

    assert recorder.calls[2:] == [(1800, "x")]
    await finish(node)


async def test_a_clock_that_was_far_ahead_begins_anew():
    node, time, recorder = scheduled("*:*:0:0!rec note")
    time.start += 86400 * 365
    begin(node)
    await time.until(10)

    time.start -= 86400 * 365
    await time.until(3700)  # nobody tells that it was set

    assert [call[0] for call in recorder.calls if call[0] < 86400] == [3600]
    assert "set back" in "\n".join(node.log.lines)
    await finish(node)


async def test_a_correction_of_the_clock_misses_nothing():
    node, time, recorder = scheduled(
        "*:12:1:0!rec note a;*:12:30:0!rec note b;*:14:0:0!rec note c"
    )
    begin(node)
    await time.until(55)

    time.start += 20
    await time.until(120)
    assert recorder.names() == ["a"]

    time.start += 3600
    await time.until(300)
    assert recorder.names() == ["a"]  # an hour is a gap in which things are missed
    await finish(node)


async def test_flash_is_written_once_a_minute_at_most():
    node, time, recorder = scheduled("*:*:*:*/5!rec note")
    begin(node)
    await time.until(1)
    from tepal.core import planning  # the one that is in memory now

    written = []
    write_record = planning.storage.write
    planning.storage.write = lambda path, _: written.append(path)
    try:
        await time.until(600)
    finally:
        planning.storage.write = write_record

    assert len(recorder.calls) == 120
    assert 9 <= len(written) <= 11, written
    await finish(node)


async def test_a_record_that_cannot_be_read_is_reported_and_nothing_else_is_lost():
    for text in ('{"_crc":"00000000","upto":1}', "garbage", '{"upto":"soon"}', '{"upto":true}'):
        node, time, recorder = scheduled("*:*:*:10!rec note", cron_catchup=1000)
        write(_RECORD, text)
        begin(node)

        await time.until(15)

        assert recorder.calls == [(10, "x")], text
        assert _RECORD in "\n".join(node.log.lines), text
        await finish(node)


async def test_the_next_firings_are_listed():
    node, _, _ = scheduled(
        "0:8:0:0!rec note a;#*:1:0:0!rec note b;sunset-30!rec note c",
        tz="CET-1CEST,M3.5.0,M10.5.0/3",
        place="48.21,16.37",
    )

    report = await run(node, "schedule next")

    lines = report.text.split("\n")
    assert len(lines) == 10
    assert lines[0][:17] in ("2026-11-21 15:39:", "2026-11-21 15:40:"), lines[0]
    assert lines[0].endswith("  cron.3  sunset-30!rec note c")
    assert "2026-11-23 08:00:00  cron.1  0:8:0:0!rec note a" in lines
    assert report.value[0]["time"] > _NOON
    sun = await run(node, "system clock")
    assert sun["sunset"] in ("16:09", "16:10"), sun
    await node.config.set("crontasks", "n/a")
    assert (await run(node, "schedule")).text == "nothing is scheduled"
    await finish(node)


async def test_a_week_with_cuts_and_outages_fires_everything_once():
    entries = [
        "*:%d:%d:0!rec note e%d" % ((7 * n) % 24, 3 * n, n) if n % 3 else
        "*:*/%d:%d:0!rec note e%d" % (2 + n // 3, 3 * n, n) for n in range(18)
    ]  # fmt: skip
    entries += ["sunset-31!rec note e18", "0-4:6:58:0!rec note e19"]
    place = (48.21, 16.37)
    node, time, recorder = scheduled(
        ";".join(entries),
        tz="CET-1CEST,M3.5.0,M10.5.0/3",
        place="48.21,16.37",
        cron_catchup=90,
    )
    node.config.values["dbg"] = False
    recorder.counts = {}
    random.seed(20261121)
    dice = random.getrandbits
    heap = []
    begin(node)

    for hour in range(7 * 24):
        await time.until(hour * 3600 + 1800 + dice(10))
        if dice(3) == 0:  # the power goes, and with it the time, until there is a network again
            is_cut = dice(1) == 0
            if is_cut:
                await time.until(time.ms // 60000 * 60 + 62)  # what a minute leaves unknown
            await stop(node, power_cut=is_cut)
            time.is_set = False
            begin(node)
            await time.until(time.ms // 1000 + 1 + dice(9))
            time.is_set = True
        elif dice(3) == 0:
            node.network.losses += 1
            time.start += dice(3) - 3  # the network is back, and corrects the clock
            node.clock.publish()
        if hour % 24 == 23:
            gc.collect()
            heap.append(gc.mem_alloc())
    await time.until(7 * 86400)

    zone = tz.Zone("CET-1CEST,M3.5.0,M10.5.0/3")
    last = time.wall_s()
    for entry in cron.parse(";".join(entries)):
        moment, count = _NOON - 1, 0
        while True:
            moment = cron.next_after(entry.when, moment, zone, place)
            if moment > last:
                break
            count += 1
        name = entry.commands[0].split()[-1]
        assert recorder.counts[name] == count, (name, count, recorder.counts)
    if sys.implementation.name == "micropython":
        assert max(heap[1:]) < 1.02 * heap[1], heap
    await finish(node)
