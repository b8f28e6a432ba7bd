"""How an app is looked after: when it begins again, when its schedule is due, what its steps cost."""

import asyncio

from house import build_node, empty_folder, end, leave, until

from tepal.core import app_ending, app_failing, app_planning, app_schedule, storage
from tepal.core.app import App
from tepal.core.app_task import Job as RealJob
from tepal.core.app_task import Metered
from tepal.formats.errors import TepalError

MINUTE = 60000


class Job:
    """As far as it is measured."""

    cpu_ms = us = 0
    dropped = False


class Node:
    """A node with a clock that stands, and a log that keeps what it is told."""

    def __init__(self):
        self.clock = self.log = self
        self.told = []

    def stamp(self):
        return "12:00"

    def info(self, text):
        self.told.append(text)


# --- failures


def test_each_failure_waits_longer_and_the_fifth_is_the_last():
    failures = []

    pauses = [app_failing.pause(failures, 0, moment) for moment in range(0, 50000, 10000)]

    assert pauses == [1000, 2000, 4000, 8000, None]


def test_one_that_fails_now_and_then_waits_a_minute_at_most_and_is_not_given_up():
    failures = []

    pauses = [app_failing.pause(failures, 0, turn * 3 * MINUTE) for turn in range(40)]

    assert pauses[:8] == [1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000]
    assert set(pauses[8:]) == {60000}
    assert len(failures) < 10


def test_who_ran_for_ten_minutes_begins_anew():
    failures = [0, 1000, 2000, 3000]

    assert app_failing.pause(failures, 0, 3000 + 10 * MINUTE) == 1000


# --- schedules


def test_the_schedule_waits_for_what_is_due_first():
    often, later, never = [5000, 9000, "", "a:b"], [0, 1020, "x", ""], [0, None, "x", ""]

    assert app_schedule.nearest([never, later, often], 8000, 1000) == (1000, often)
    assert app_schedule.nearest([never, later, often], 8000, 1019) == (1000, later)
    assert app_schedule.nearest([never, later, often], 9500, 1000) == (0, often)
    assert app_schedule.nearest([never], 0, 0)[1] is None


def test_a_small_step_of_the_clock_loses_nothing_and_repeats_nothing():
    assert app_planning.after(1000, 1003) == 1000
    assert app_planning.after(1000, 990) == 1000
    assert app_planning.after(1000, 9000) == 9000
    assert app_planning.after(10000, 1000) == 1000
    assert app_planning.after(0, 1700000000) == 1700000000


def test_an_app_with_a_script_and_without_a_schedule_has_one_an_hour():
    empty_folder()
    storage.make_folder("setup")
    with open("setup/schedule.sh", "w") as file:
        file.write("system heartbeat")

    assert app_planning.entries("nowhere", {}, 0) == []
    assert app_planning.entries(".", {}, 500) == [[3600000, 3600500, "", ""]]
    leave()


def test_a_schedule_that_says_how_often_begins_after_that_time():
    assert app_planning.entries("nowhere", {"schedule": [{"every": 2, "do": "a:b"}]}, 500) == [
        [2000, 2500, "", "a:b"]
    ]


# --- steps


async def test_a_program_is_driven_through_and_its_result_comes_back():
    async def program():
        await asyncio.sleep(0.01)
        for _ in range(20000):
            pass
        return "wet"

    job = Job()

    assert await Metered(job, program()) == "wet"
    assert job.us + job.cpu_ms > 0


async def test_a_program_that_is_cancelled_cleans_up_first():
    told = []

    async def program():
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0)
            told.append("off")

    async def drive():
        await Metered(Job(), program())

    task = asyncio.create_task(drive())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        told.append("cancelled")

    assert told == ["off", "cancelled"]


async def test_a_program_that_swallows_its_end_returns():
    async def program():
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            return "so be it"

    async def drive():
        return await Metered(Job(), program())

    task = asyncio.create_task(drive())
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    task.cancel()

    assert await task == "so be it"


async def test_a_program_that_was_dropped_takes_no_step_more():
    steps = []
    job = Job()

    async def program():
        while True:
            try:
                await asyncio.sleep(0)
                steps.append(1)
            except asyncio.CancelledError:
                pass

    async def drive():
        await Metered(job, program())

    task = asyncio.create_task(drive())
    await asyncio.sleep(0.01)
    job.dropped = True
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        pass
    count = len(steps)
    await asyncio.sleep(0.01)

    assert count > 0
    assert len(steps) == count


async def test_what_a_program_raises_comes_out():
    async def program():
        await asyncio.sleep(0)
        raise ValueError("no soil")

    try:
        await Metered(Job(), program())
    except ValueError as error:
        assert str(error) == "no soil"
    else:
        raise AssertionError


# --- what a program begins


def launched(main):
    """Return a node and an app on it whose program is ``main``."""
    node = build_node()
    node.apps = {"garden": RealJob(node, "garden")}
    job = node.apps["garden"]
    job.app = App(node, "garden", {"version": "1.0.0"}, "", "nowhere")
    job.work = "call", main
    job.load = lambda: setattr(job, "at_work", True)
    job.load()
    job.parts = 1
    node.tasks.start("app.garden", job.run(), "app")
    return node, job


class Water:
    """Runs until it is ended, and notes that."""

    def __init__(self):
        self.flowing = 0

    async def run(self):
        self.flowing += 1
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep_ms(1)
            self.flowing -= 1


async def test_what_a_program_has_begun_ends_when_it_returns():
    water = Water()

    async def main(app):
        app.start(water.run())
        app.start(water.run())
        await until(lambda: water.flowing == 2)
        app.start(late)
        return "wet"

    late = water.run()  # has no time to begin
    node, job = launched(main)
    await until(lambda: job.state != "running")
    late.close()

    assert (job.state, job.out, water.flowing, job.parts) == ("done", "wet", 0, 0)
    assert job.us + job.cpu_ms > 0
    await end(node)


async def test_what_a_program_has_begun_ends_when_it_is_stopped():
    water = Water()

    async def main(app):
        app.start(water.run())
        await asyncio.Event().wait()

    node, job = launched(main)
    await until(lambda: water.flowing)
    await app_ending.halt(node, "garden")

    assert (job.state, water.flowing, job.parts) == ("stopped", 0, 0)
    assert not node.tasks.find("app.garden.*")
    await end(node)


async def test_what_a_program_has_begun_ends_when_it_fails_and_begins_anew_with_it():
    water, times = Water(), []

    async def main(app):
        times.append(water.flowing)
        app.start(water.run())
        await asyncio.sleep_ms(20)
        if len(times) == 1:
            raise ValueError("no soil")
        await asyncio.Event().wait()

    node, job = launched(main)
    await until(lambda: len(times) == 2 and water.flowing)

    assert times == [0, 0]
    assert (job.restarts, job.state, water.flowing) == (1, "running", 1)
    await app_ending.halt(node, "garden")
    await end(node)


async def test_what_it_raises_is_a_failure_of_the_program():
    times, told = [], []

    async def dry():
        await asyncio.sleep_ms(5)
        raise ValueError("no water")

    async def main(app):
        times.append(1)
        if len(times) == 1:
            app.start(dry())
        try:
            await asyncio.Event().wait()
        finally:
            told.append("off")

    node, job = launched(main)
    await until(lambda: len(times) == 2)

    assert told == ["off"]
    assert (job.restarts, job.state) == (1, "running")
    assert "no water" in job.out
    await app_ending.halt(node, "garden")
    assert told == ["off", "off"]
    assert job.state == "stopped"
    await end(node)


async def test_one_that_does_not_want_to_end_is_dropped_behind_a_program_that_is_done():
    steps = []

    async def deaf():
        while True:
            try:
                await asyncio.sleep_ms(10)
                steps.append(1)
            except asyncio.CancelledError:
                pass

    async def main(app):
        app.start(deaf())
        await until(lambda: steps)

    node, job = launched(main)
    await until(lambda: job.state != "running")
    count = len(steps)
    await asyncio.sleep_ms(50)

    assert (job.state, job.parts, len(steps)) == ("done", 0, count)
    await end(node)


async def test_a_program_has_eight_tasks_at_most_and_only_while_it_runs():
    refused = []

    def begin(app):
        try:
            app.start(Water().run())
        except TepalError as error:
            refused.append(error.code)

    async def main(app):
        for _ in range(9):
            begin(app)
        await asyncio.sleep_ms(10)

    node, job = launched(main)
    app = job.app
    await until(lambda: job.state != "running")
    begin(app)

    assert refused == ["queue_full", "app_failed"]
    assert job.state == "done"
    await end(node)


# --- its own log


def test_an_app_keeps_its_last_lines_of_what_it_says_and_prints():
    node, lines = Node(), []
    app = App(node, "garden", {"version": "1.0.0"}, "", "nowhere")
    app.lines = lines

    app.info("x" * 500)
    for number in range(10):
        app.print("line", number)

    assert len(lines) == 8
    assert lines[-1] == "12:00 line 9"
    app.info("y" * 500)
    assert len(lines[-1]) == 126
    assert node.told[0] == "garden: " + "x" * 500
