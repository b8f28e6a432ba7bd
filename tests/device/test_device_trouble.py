"""What houses do to devices: power cuts between two steps, clocks that jump, files that grow."""

import asyncio
import os

import machine
from device_house import NOON, start, stop, with_
from house import fails, run, until
from test_devices import DOOR, EVENING, RELAY, STRIP, level, stop_devices

from tepal.core import founding, pieces

FADING = with_(STRIP, schedule={"11:00": "fade/100/600", "23:00": 200})


async def begin_anew(node):
    """Make all devices anew from the file, as a boot does."""
    await asyncio.sleep_ms(20)
    await stop_devices(node)
    await founding.found(node)


async def set_clock(node, at):
    """The clock of a node says another time, as after NTP has answered."""
    node.clock.wall = at - node.clock.uptime_ms() // 1000
    node.clock.publish()
    await asyncio.sleep_ms(30)


async def test_a_fade_that_is_long_over_is_not_faded_again_when_the_clock_is_set():
    node = await start({"device1": FADING}, at=0)
    await run(node, "device1 turn_on")

    await set_clock(node, NOON)

    status = await run(node, "device1 status")
    assert (status["current_rule"], status["scheduled_rule"]) == (100, 100)
    await stop(node)


async def test_a_fade_that_is_going_on_ends_when_it_should():
    node = await start({"device1": FADING}, at=0)

    await set_clock(node, NOON - 3600 + 598)
    assert node.devices["device1"].fade is not None
    await until(lambda: node.devices["device1"].current_rule == 100)

    assert node.devices["device1"].fade is None
    await stop(node)


async def test_what_is_disabled_by_default_is_disabled_without_a_clock_too():
    config = {"device1": with_(RELAY, default_rule="disabled", schedule={"18:00": "enabled"}),
              "sensor1": with_(EVENING, default_rule="on")}  # fmt: skip
    node = await start(config, at=0)
    await asyncio.sleep_ms(30)

    assert level(18) == 0
    assert (await run(node, "device1 status"))["enabled"] is False
    await stop(node)


async def test_an_edit_after_a_power_cut_in_the_middle_of_an_edit_loses_nothing():
    node = await start({"device1": RELAY})
    await run(node, "device1 add_schedule_rule 10:00 enabled")
    os.rename(pieces.PATH, pieces.PATH + ".new")  # the last step was not made
    await begin_anew(node)

    await run(node, "device1 add_schedule_rule 20:00 disabled")
    await begin_anew(node)

    assert node.devices.faults == []
    schedule = await run(node, "device1 get_schedule_rules")
    assert schedule == {"10:00": "enabled", "20:00": "disabled"}
    await stop(node)


async def test_a_schedule_takes_no_more_rules_than_a_boot_does():
    schedule = {"%02d:%02d" % (n // 60, n % 60): "enabled" for n in range(64)}
    node = await start({"device1": with_(RELAY, schedule=schedule)})

    await fails(run(node, "device1 add_schedule_rule 22:00 enabled"), "schedule")
    await run(node, "device1 add_schedule_rule 00:00 disabled overwrite")
    await begin_anew(node)

    assert node.devices.faults == []
    assert "device1" in node.devices.all
    await stop(node)


async def test_a_time_without_end_is_refused_and_takes_nobody_along():
    endless = "sunset" + "+1" * 400
    config = {"device1": with_(RELAY, schedule={endless: "enabled"}),
              "device2": with_(RELAY, nickname="b", pin=19)}  # fmt: skip
    node = await start(config)

    assert sorted(node.devices.all) == ["device2"]
    await fails(run(node, "device2 add_schedule_rule sunset+1+1 enabled"), "schedule")
    await stop(node)


async def test_two_things_that_fall_due_at_once_are_no_fault():
    node = await start({"device1": STRIP})
    await run(node, "device1 set_rule 100")
    await run(node, "device1 set_rule fade/900/100 1")
    it = node.devices["device1"]
    it.timers["fade"] = it.timers["override"] = 0

    node.devices.flag.set()
    await until(lambda: it.override is None)
    await asyncio.sleep_ms(30)

    assert (it.fault, it.timers, it.current_rule) == ("", {}, 500)
    await stop(node)


async def test_a_sensor_that_cannot_judge_before_its_first_reading_is_read():
    node = await start({"device1": RELAY, "sensor1": EVENING})
    it = node.devices["sensor1"]
    lux = []

    async def measure():
        lux.append(5)

    it.poll_ms, it.measure = 10, measure
    it.condition_met, it.details = lambda: lux[0] > 3, lambda: {"lux": lux[0]}
    it.timers["poll"] = 0
    node.devices.flag.set()

    await until(lambda: level(18) == 1)

    assert it.fault == ""
    await stop(node)


async def test_a_clock_that_is_put_back_over_a_rule_leaves_what_was_set_by_hand():
    node = await start({"device1": with_(STRIP, schedule={"08:00": 50, "12:00": 100})})
    await run(node, "device1 set_rule 700")

    await set_clock(node, NOON - 2)
    assert node.devices["device1"].current_rule == 700
    await set_clock(node, NOON + 1)

    assert node.devices["device1"].current_rule == 700
    await stop(node)


async def test_what_was_said_of_one_device_is_not_done_to_another_in_its_place():
    lamp, heater = with_(RELAY, nickname="Lamp"), with_(RELAY, nickname="Heater", pin=19)
    node = await start({"device1": lamp, "device2": heater})
    await run(node, "lamp turn_on")
    await run(node, "heater disable")

    node = await start({"device1": heater, "device2": lamp}, old=node)
    await until(lambda: level(18) == 1)

    assert level(19) == 0
    assert (await run(node, "heater status"))["enabled"] is False
    assert (await run(node, "lamp status"))["enabled"] is True
    await stop(node)


async def test_a_flash_that_is_full_keeps_the_file_and_says_so():
    node = await start({"device1": RELAY})
    os.mkdir(pieces.PATH + ".new")  # what cannot be written

    await fails(run(node, "device1 add_schedule_rule 10:00 enabled"), "flash")

    assert await run(node, "device1 get_schedule_rules") == {}
    await stop(node)


async def test_minutes_that_cannot_be_are_refused_and_change_nothing():
    node = await start({"device1": STRIP})
    await run(node, "device1 set_rule 100 10")
    before = await run(node, "device1 status")

    for minutes in ("-5", "nan", "99999", "x"):
        await fails(run(node, "device1 set_rule 200 " + minutes), "rule")

    after = await run(node, "device1 status")
    assert (after["current_rule"], after["fault"]) == (100, "")
    assert abs(after["override"]["until"] - before["override"]["until"]) < 2
    await stop(node)


async def test_what_was_switched_by_hand_stays_so_over_a_reboot_until_sensors_change_their_mind():
    config = {"device1": RELAY, "device2": with_(RELAY, nickname="Lamp", pin=19),
              "sensor1": with_(EVENING, default_rule="on"),
              "sensor2": with_(EVENING, nickname="Night", targets=["device2"])}  # fmt: skip
    node = await start(config)
    await run(node, "fan turn_off")  # sensor1 wants it on
    await run(node, "lamp turn_on")  # sensor2 wants it off

    node = await start(config, old=node)
    await until(lambda: level(19) == 1)
    assert level(18) == 0

    await run(node, "evening set_rule off")
    await run(node, "evening set_rule on")
    await until(lambda: level(18) == 1)
    node.devices["device1"].house.plan_anew()
    await until(lambda: not node.devices.is_unsaved)
    node = await start(config, old=node)
    await until(lambda: level(18) == 1)
    await stop(node)


async def test_the_end_of_what_was_switched_by_hand_is_saved_without_a_command():
    node = await start({"device1": RELAY, "sensor1": DOOR})
    await run(node, "fan turn_on")
    machine.Pin(17).value(1)
    await asyncio.sleep_ms(50)
    await run(node, "fan turn_off")
    assert "decided" in node.states.changed["devices"]["known"]["Fan"]

    machine.Pin(17).value(0)
    await until(lambda: "decided" not in node.states.get("devices")["known"]["Fan"])

    await stop(node)


async def test_time_without_power_counts_as_soon_as_the_clock_is_set():
    config = {"device1": STRIP, "device2": RELAY}
    node = await start(config)
    await run(node, "device1 set_rule 700 30")
    await run(node, "device2 disable_in 60")

    node = await start(config, old=node, at=0)
    assert (await run(node, "device1 status"))["current_rule"] == 700
    await run(node, "device2 enable_in 60")  # said after the boot: it counts from then
    await set_clock(node, NOON + 1900)

    status = await run(node, "device1 status")
    assert (status["current_rule"], status["override"]) == (500, None)
    assert (await run(node, "device2 status"))["enable_in_seconds"] > 3590
    await stop(node)


async def test_a_schedule_that_cannot_work_says_why():
    config = {"device1": with_(RELAY, schedule={"relax": "disabled"}),
              "device2": with_(RELAY, nickname="b", pin=19, schedule={"10:00": "enabled"}),
              "schedule_keywords": {"relax": "sunset+10"}}  # fmt: skip
    node = await start(config, at=0)
    assert "the clock" in (await run(node, "device2 status"))["fault"]

    await set_clock(node, NOON)

    assert (await run(node, "device2 status"))["fault"] == ""
    assert "sunset comes when the key place" in (await run(node, "device1 status"))["fault"]
    await node.config.set("place", "48.21,16.37")
    assert (await run(node, "device1 status"))["fault"] == ""
    await stop(node)
