import asyncio
import json
import time

import simulated
from house import build_node, end, fails, leave, refused, run, until

from tepal.core import actions, arming, buttons, edges, timer
from tepal.core.triggers import Trigger
from tepal.formats import gestures

_PIN = 4  # irq1 of an ESP32


class Recorder:
    """A module that notes what it was called with."""

    HELP = ("note what=x",)

    def __init__(self):
        self.calls = []
        self.lasts_ms = 0
        self.note = self._note

    async def _note(self, what="x"):
        self.calls.append(what)
        await asyncio.sleep_ms(self.lasts_ms)


def armed(**config):
    """Return a node whose pins are set up, and what records its commands."""
    simulated.pins.clear()
    node = build_node(config=json.dumps(config))
    recorder = node.modules.loaded["rec"] = Recorder()
    node.tasks.start("triggers", arming.arm(node), "system")
    return node, recorder


async def finish(node):
    node.modules.loaded.pop("rec")
    await end(node)


async def set_pin(level, pause_ms=0):
    simulated.pins[_PIN].value(level)
    await asyncio.sleep_ms(pause_ms)


def has(recorder, count):
    return len(recorder.calls) >= count


async def test_a_press_starts_the_callback():
    node, recorder = armed(irq1=True, irq1_cbf="rec note a; rec note b", irq_prell_ms=20)

    await set_pin(1)
    await until(lambda: len(recorder.calls) == 2)
    await set_pin(0, 50)
    await set_pin(1)
    await until(lambda: len(recorder.calls) == 4)

    assert recorder.calls == ["a", "b", "a", "b"]
    assert node.pins.booked() == {"irq1": 4}
    assert [task.tag for task in node.tasks.all] == ["triggers", "irq1"]
    await finish(node)


async def test_the_trigger_chooses_the_edge_and_the_pull_fits():
    for trigger, pull, idle, expected in (("up", 2, 0, 1), ("down", 1, 1, 1), ("both", 2, 0, 2)):
        node, recorder = armed(irq1=True, irq1_cbf="rec note", irq1_trig=trigger, irq_prell_ms=10)
        assert simulated.pins[_PIN].pull == pull, trigger
        assert simulated.pins[_PIN].value() == idle, trigger
        await set_pin(1 - idle, 30)
        await set_pin(idle, 30)
        await until(has, recorder, expected)
        assert len(recorder.calls) == expected, trigger
        await finish(node)


async def test_each_pin_may_have_a_pull_of_its_own():
    node, _ = armed(
        irq1=True, irq1_cbf="rec note", irq2=True, irq2_cbf="rec note", irq_pull="up, none"
    )
    assert simulated.pins[4].pull == 1
    assert getattr(simulated.pins[18], "pull", None) is None
    await finish(node)


async def test_under_bounce_of_1_khz_each_press_counts_once_and_the_node_answers():
    node, recorder = armed(irq1=True, irq1_cbf="rec note", irq1_trig="both", irq_prell_ms=200)
    for level in (1, 0, 1, 0):
        start = time.ticks_ms()
        while time.ticks_diff(time.ticks_ms(), start) < 30:
            await set_pin(level, 1)
            await set_pin(1 - level, 1)
        await set_pin(level, 220)
        assert await run(node, "system heartbeat") == "<3 heartbeat"

    await until(lambda: len(recorder.calls) >= 4)
    await asyncio.sleep_ms(220)

    assert len(recorder.calls) == 4
    await finish(node)


class FakePin:
    level = 0

    def value(self):
        return self.level


class FakeFlag:
    def set(self):
        pass


class Actions:
    """Stands in for what starts scripts."""

    def __init__(self):
        self.started = []

    def start(self, _node, _tag, waiting):
        self.started += waiting
        waiting.clear()


def watched(quiet_ms, scripts=None, levels=(0, 1)):
    """Return a trigger, its pin, and what it starts: by default the change of its level."""
    trigger = Trigger(None, "irq1", FakeFlag(), quiet_ms, levels, scripts or {"": "change"})
    trigger.pin = FakePin()
    edges.actions = Actions()
    return trigger, trigger.pin, edges.actions.started


def test_what_happens_while_nobody_looks_is_noted():
    trigger, pin, told = watched(20)
    for level in (1, 0, 1, 0):
        pin.level = level
        trigger.note(pin)
        trigger.last -= 25  # as if that time had passed

    assert edges.look(trigger, time.ticks_ms()) is None
    assert len(told) == 4
    assert trigger.level == 0
    edges.actions = actions


def test_a_level_that_came_with_the_bounce_is_found_when_it_is_over():
    trigger, pin, told = watched(50)
    for level in (1, 0):
        pin.level = level
        trigger.note(pin)

    assert 0 < edges.look(trigger, time.ticks_ms()) <= 50
    assert (len(told), trigger.level) == (1, 1)
    trigger.last -= 55
    assert edges.look(trigger, time.ticks_ms()) == 50
    assert (len(told), trigger.level) == (2, 0)
    edges.actions = actions


def test_a_flood_does_not_fill_the_memory():
    trigger, pin, told = watched(1)
    for edge in range(501):
        pin.level = 1 - edge % 2
        trigger.note(pin)
        trigger.last -= 5

    assert len(trigger.edges) == 8
    for _ in range(2):
        edges.look(trigger, time.ticks_ms())
        trigger.last -= 5
    assert trigger.level == 1
    assert 0 < len(told) < 12
    edges.actions = actions


def gestures_of(names, *moves):
    """What a button starts; a move is (ms, level), or (ms, None) where somebody only looks."""
    trigger, _, told = watched(1, {name: name for name in names}, ())
    trigger.button = [1, None, None]
    for ms, level in moves:
        if level is None:
            buttons.look(trigger, ms)
        else:
            buttons.change(trigger, ms, level)
    edges.actions = actions
    return told


def test_a_click_is_told_at_once_where_nobody_waits_for_two():
    assert gestures_of(("click",), (0, 1), (100, 0)) == ["click"]
    assert gestures_of(("click", "long"), (0, 1), (100, 0), (2000, None)) == ["click"]


def test_two_clicks_are_a_double_click_or_two():
    names = ("click", "double")
    assert gestures_of(names, (0, 1), (100, 0), (200, None), (250, 1), (300, 0)) == ["double"]
    assert gestures_of(names, (0, 1), (100, 0), (400, None), (450, None)) == ["click"]
    assert gestures_of(names, (0, 1), (100, 0), (500, 1), (600, 0), (1000, None)) == [
        "click", "click"
    ]  # fmt: skip


def test_a_long_press_is_told_while_it_lasts_and_is_no_click():
    names = ("click", "double", "long", "press", "release")
    assert gestures_of(names, (0, 1), (699, None), (700, None), (3000, 0), (4000, None)) == [
        "press", "long", "release"
    ]  # fmt: skip
    assert gestures_of(names, (0, 1), (900, 0))[:3] == ["press", "long", "release"]  # seen late


def test_waiting_ends_when_time_decides():
    trigger, _, told = watched(1, {"click": "click", "double": "double", "long": "long"}, ())
    trigger.button = [1, None, None]
    assert buttons.look(trigger, 0) is None
    assert buttons.look(trigger, 0, 5) == 5
    buttons.change(trigger, 0, 1)
    assert buttons.look(trigger, 100) == 600
    assert buttons.look(trigger, 100, 5) == 5
    buttons.change(trigger, 200, 0)
    assert buttons.look(trigger, 300) == 250
    assert buttons.look(trigger, 9000) is None
    assert told == ["click"]
    edges.actions = actions


def test_gestures_have_scripts_of_their_own():
    text = "a b; click: rgb toggle; x y ;double:c d;long : e 'f;g'"

    assert gestures.scripts(text) == {
        "": ["a b"], "click": ["rgb toggle", "x y"], "double": ["c d"], "long": ["e 'f;g'"]
    }  # fmt: skip
    assert "behind click" in refused(gestures.scripts, "click:; long: x y")
    assert "behind click" in refused(gestures.scripts, "click: a b; click: c d")


async def test_a_pin_knows_click_and_long_press():
    node, recorder = armed(irq1=True, irq1_cbf="click: rec note c; long: rec note l")

    await set_pin(1, 60)
    await set_pin(0)
    await until(lambda: recorder.calls == ["c"])
    await asyncio.sleep_ms(50)
    await set_pin(1)
    await until(lambda: recorder.calls == ["c", "l"])
    await set_pin(0, 60)

    assert recorder.calls == ["c", "l"]
    await finish(node)


async def test_a_callback_that_still_runs_lets_the_next_wait_and_loses_none():
    node, recorder = armed(irq1=True, irq1_cbf="rec note", irq1_trig="both", irq_prell_ms=5)
    recorder.lasts_ms = 300
    for level in (1, 0, 1, 0):
        await set_pin(level, 15)
    assert len(recorder.calls) < 4

    await until(lambda: len(recorder.calls) == 4)
    await finish(node)


async def test_what_is_wrong_with_one_pin_is_logged_and_the_others_work():
    node, recorder = armed(
        irq1=True, irq1_cbf="rec note", irq2=True, irq2_cbf="n/a", irq3=True, irq3_cbf="rec note",
        irq4=True, irq4_cbf="rec note", cstmpmap="irq3:4; irq4:0", irq_prell_ms=10,
    )  # fmt: skip

    text = "\n".join(node.log.lines)
    assert "irq2: config value: irq2_cbf: a command expected" in text
    assert "irq3: pin busy: irq3 is GPIO 4, held by irq1 as irq1" in text
    assert node.pins.booked() == {"irq1": 4, "irq4": 0}
    simulated.pins[0].value(1)  # GPIO 0 is a pin like any other
    await until(lambda: recorder.calls == ["x"])
    await finish(node)


async def test_nonsense_in_the_file_is_logged_and_the_other_pins_work():
    node, recorder = armed(
        irq1=True, irq1_cbf="rec note", irq2=True, irq2_cbf="click:", irq_pull="sideways",
        cstmpmap="irq1:4; a b:c", irq_prell_ms=10,
    )  # fmt: skip

    assert "irq2: syntax: a command expected once behind click:" in "\n".join(node.log.lines)
    await set_pin(1)
    await until(has, recorder, 1)
    await finish(node)


async def test_callbacks_are_checked_when_they_are_saved():
    node = build_node()

    assert "a postfix or quotes" in await fails(
        node.config.set("irq1_cbf", "a b &&& "), "config_value"
    )
    await fails(node.config.set("irq2_cbf", "click:"), "config_value")
    await fails(node.config.set("timirqcbf", "rgb 'toggle"), "config_value")
    await fails(node.config.set("irq_pull", "sideways"), "config_value")
    await fails(node.config.set("irq_pull", "up,up,up,up,up"), "config_value")
    await node.config.set("irq_pull", "up,none")
    await node.config.set("irq1_cbf", "click: rgb toggle; long: rgb toggle False >json &")
    leave()


async def test_the_timer_keeps_its_beat_and_starts_nothing_twice():
    node = build_node()
    recorder = node.modules.loaded["rec"] = Recorder()
    start = time.ticks_ms()
    task = node.tasks.start("timer", timer.run(node, 20, ["rec note a", "rec note b"]), "system")
    await until(lambda: len(recorder.calls) >= 20)

    assert time.ticks_diff(time.ticks_ms(), start) >= 190
    assert recorder.calls[:4] == ["a", "b", "a", "b"]
    recorder.lasts_ms = 100
    await asyncio.sleep_ms(30)
    recorder.calls.clear()
    start = time.ticks_ms()
    await asyncio.sleep_ms(300)
    assert len(recorder.calls) <= time.ticks_diff(time.ticks_ms(), start) // 100 + 1
    task.handle.cancel()
    await finish(node)
