"""Thermostats, with a DHT22 that measures what the test says."""

import asyncio

import machine
import simulated
from device_house import start, stop, with_
from house import run, until

HEATER = {"_type": "relay", "nickname": "Heater", "pin": 18, "default_rule": "Enabled",
          "schedule": {}}  # fmt: skip
CLIMATE = {"_type": "dht22", "nickname": "Climate", "pin": 5, "units": "celsius", "mode": "heat",
           "tolerance": 0.5, "default_rule": 21, "schedule": {}, "targets": ["device1"]}  # fmt: skip


async def house(celsius, **more):
    """Return a node with a heater and a thermostat that reads all the time."""
    simulated.climate[5] = (celsius, 40)
    node = await start({"device1": HEATER, "sensor1": with_(CLIMATE, **more)})
    await warm(node, celsius)
    return node


async def warm(node, celsius):
    """Let it be so warm, and let the thermostat see it."""
    simulated.climate[5] = (celsius, 40)
    it = node.devices["sensor1"]
    before = it._read_ms
    it.timers["poll"] = 0
    node.devices.flag.set()
    await until(lambda: it._read_ms != before)
    await asyncio.sleep_ms(60)


def heats():
    return machine.Pin(18).value() == 1


async def test_a_thermostat_heats_below_and_stops_above_and_leaves_it_between():
    node = await house(20)
    for celsius, expected in ((20, True), (20.9, True), (21.4, True), (21.6, False), (20.6, False),
                              (20.4, True)):  # fmt: skip
        await warm(node, celsius)
        assert heats() is expected, celsius
    await stop(node)


async def test_a_cooler_is_a_heater_the_other_way_round():
    node = await house(20, mode="cool")
    for celsius, expected in ((20, False), (21.6, True), (21, True), (20.4, False)):
        await warm(node, celsius)
        assert heats() is expected, celsius
    await stop(node)


async def test_units_are_those_of_its_rule():
    node = await house(20, units="fahrenheit", default_rule=70)

    status = await run(node, "sensor1 status")

    assert (status["temp"], status["units"], status["humid"]) == (68, "fahrenheit", 40)
    assert heats()
    await run(node, "sensor1 set_rule 65")
    await asyncio.sleep_ms(30)
    assert not heats()
    await stop(node)


async def test_a_thermometer_that_is_dead_heats_nothing():
    node = await house(15)
    assert heats()
    del simulated.climate[5]

    await run(node, "sensor1 status")
    it = node.devices["sensor1"]
    it.timers["poll"] = 0
    node.devices.flag.set()
    await until(lambda: it.fault)
    assert heats()  # one reading may fail
    it._read_ms -= 130000
    it.timers["poll"] = 0
    node.devices.flag.set()
    await until(lambda: not heats())

    await warm(node, 15)
    await until(heats)
    assert it.fault == ""
    await stop(node)


async def test_what_was_read_before_a_thermostat_was_disabled_is_forgotten():
    node = await house(15)

    await run(node, "sensor1 disable")
    await asyncio.sleep_ms(30)
    assert not heats()
    assert node.devices["sensor1"].current is None
    await run(node, "sensor1 enable")
    await until(heats)

    await stop(node)


async def test_a_heater_that_has_not_heard_is_told_again():
    node = await house(18)
    it = node.devices["sensor1"]
    machine.Pin(18).value(0)  # it has lost its mind
    for celsius in (17.9, 17.8, 17.7, 17.6):
        it._audit_ms -= 30000
        await warm(node, celsius)

    assert heats()
    await stop(node)


async def test_a_thermostat_with_an_si7021_does_the_same():
    simulated.climate[21] = (18.5, 45)
    other = {key: CLIMATE[key] for key in CLIMATE if key != "pin"}
    node = await start({"device1": HEATER, "sensor1": with_(other, _type="si7021")})
    await until(heats)

    status = await run(node, "sensor1 status")

    assert (round(status["temp"], 1), status["humid"], status["fault"]) == (18.5, 45, "")
    del simulated.climate[21]  # a wire is loose
    node.devices["sensor1"].timers["poll"] = 0
    node.devices.flag.set()
    await until(lambda: "OSError" in node.devices["sensor1"].fault)
    assert heats()
    simulated.climate[21] = (24, 45)
    node.devices["sensor1"].timers["poll"] = 0
    node.devices.flag.set()
    await until(lambda: not heats())
    await stop(node)
