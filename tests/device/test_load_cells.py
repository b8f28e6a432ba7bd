"""Load cells, with an HX711 that weighs what the test says."""

import machine
from device_house import start, stop, with_
from house import fails, run, until
from hx711_chip import Hx711

FAN = {"_type": "relay", "nickname": "Fan", "pin": 18, "default_rule": "Enabled", "schedule": {}}
BED = {"_type": "load-cell", "nickname": "Bed", "pin_data": 19, "pin_clock": 21,
       "default_rule": 1000, "schedule": {}, "targets": ["device1"]}  # fmt: skip


def is_on():
    return machine.Pin(18).value() == 1


async def house(raw, **more):
    """Return (node, chip): a bed with so much on it, which counts as nothing."""
    chip = Hx711(19, 21, raw)
    node = await start({"device1": FAN, "sensor1": with_(BED, **more)})
    await until(lambda: node.devices["sensor1"].current is not None)
    return node, chip


async def weigh(node, times):
    for _ in range(times):
        await run(node, "sensor1 read")
    it = node.devices["sensor1"]
    it.timers["poll"] = 0
    node.devices.flag.set()
    await until(lambda: not it.is_due and "poll" in it.timers and not it.is_busy)


async def test_a_load_above_the_rule_switches_on_whichever_way_the_cell_is_mounted():
    node, chip = await house(-50000)
    assert (await run(node, "sensor1 status"))["load"] == 0

    for load, expected in ((900, False), (1500, True), (0, False), (-1500, True), (0, False)):
        chip.raw = -50000 + load
        await weigh(node, 12)
        await until(lambda: is_on() is expected)  # noqa: B023 - it ends within the loop
        assert await run(node, "sensor1 condition_met") is expected, load
    await stop(node)


async def test_one_odd_reading_switches_nothing():
    node, chip = await house(0)

    chip.raw = 3600
    assert await run(node, "sensor1 read") == 900
    chip.raw = 0
    assert await run(node, "sensor1 read") == 675

    assert await run(node, "sensor1 condition_met") is False
    await stop(node)


async def test_what_lies_on_it_can_count_as_nothing():
    node, chip = await house(100)
    chip.raw = 8000

    assert await run(node, "sensor1 get_raw") == 8000
    assert await run(node, "sensor1 tare") == 8000
    assert await run(node, "sensor1 read") == 0
    await stop(node)


async def test_a_rule_that_is_no_number_leaves_the_default():
    node, chip = await house(0)
    chip.raw = 5000
    await weigh(node, 12)
    assert await run(node, "sensor1 condition_met") is True

    await run(node, "sensor1 set_rule 6000")
    assert await run(node, "sensor1 condition_met") is False
    await run(node, "sensor1 set_rule enabled")
    assert await run(node, "sensor1 condition_met") is True
    for rule in ("-1", "10000001", "heavy"):
        await fails(run(node, "sensor1 set_rule " + rule), "rule")
    await stop(node)

    node, chip = await house(0, default_rule="enabled")
    chip.raw = 5000
    await run(node, "sensor1 read")
    assert await run(node, "sensor1 condition_met") is False
    await stop(node)


async def test_what_lay_on_it_before_it_was_disabled_is_forgotten():
    node, chip = await house(0)
    chip.raw = 5000
    await weigh(node, 12)
    await until(is_on)

    await run(node, "sensor1 disable")
    await until(lambda: not is_on())
    assert node.devices["sensor1"].current is None
    await run(node, "sensor1 enable")

    await until(is_on)
    await stop(node)


async def test_a_chip_that_is_missing_or_overloaded_is_a_fault_and_weighs_nothing():
    node, chip = await house(0)
    it = node.devices["sensor1"]
    chip.raw = 0x7FFFFF
    it.timers["poll"] = 0
    node.devices.flag.set()
    await until(lambda: "beyond its range" in it.fault)
    chip.raw = 10
    it.timers["poll"] = 0
    node.devices.flag.set()
    await until(lambda: it.fault == "")

    machine.Pin(21).irq(None, 0)  # the clock is torn off; data stays low
    it.timers["poll"] = 0
    node.devices.flag.set()
    await until(lambda: "no HX711" in it.fault)
    machine.Pin(19).value(1)  # and now it is never ready
    it.deadline_ms = 60
    it.timers["poll"] = 0
    node.devices.flag.set()
    await until(lambda: "Timeout" in it.fault)
    assert not is_on()
    await stop(node)
