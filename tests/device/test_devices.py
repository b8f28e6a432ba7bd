"""Devices and sensors on a node: from the file, over the bus, by the clock, through reboots."""

import asyncio
import json
import time

import machine
from device_house import NOON, start, stop, with_
from house import admin, fails, run, until, write

from devices import led_strip
from tepal.core import founding
from tepal.core.commands import VIEW, Caller

RELAY = {"_type": "relay", "nickname": "Fan", "pin": 18, "default_rule": "Enabled", "schedule": {}}
STRIP = {"_type": "pwm", "nickname": "Hall Lamp", "pin": 4, "min_rule": 0, "max_rule": 1000,
         "default_rule": 500, "schedule": {}}  # fmt: skip
MOTION = {"_type": "pir", "nickname": "Motion", "pin": 16, "default_rule": 5, "schedule": {},
          "targets": ["device1"]}  # fmt: skip
DOOR = {"_type": "switch", "nickname": "Door", "pin": 17, "default_rule": "Enabled",
        "schedule": {}, "targets": ["device1"]}  # fmt: skip
EVENING = {"_type": "dummy", "nickname": "Evening", "default_rule": "Off", "schedule": {},
           "targets": ["device1"]}  # fmt: skip


def level(pin):
    return machine.Pin(pin).value()


def duty(pin):
    return machine.PWM(machine.Pin(pin)).duty_u16()


def left(node, until):
    """Return what may be said of the seconds until then: a second may have begun meanwhile."""
    seconds = until - node.clock.now()
    return seconds, seconds + 1


async def test_instances_are_commands_by_id_and_by_nickname():
    node = await start({"device1": RELAY, "device2": STRIP})

    await run(node, "device1 turn_on")
    assert level(18) == 1
    await run(node, "fan turn_off")
    assert level(18) == 0
    await run(node, "hall_lamp turn_on")
    assert duty(4) == 500 * 65535 // 1023
    answer = await run(node, "device2 set_rule 1000")

    assert answer == {
        "enabled": True,
        "current_rule": 1000,
        "override": {"until": None, "seconds": None},
        "turned_on": True,
    }
    assert duty(4) == 1000 * 65535 // 1023
    await fails(run(node, "device3 turn_on"), "unknown_module")
    await fails(run(node, "device1 send True"), "unknown_function")
    await fails(run(node, "device1 __init__"), "unknown_function")
    await fails(run(node, "device1 increment_rule 1"), "rule")
    await stop(node)


async def test_who_may_only_look_changes_nothing():
    node = await start({"device1": RELAY})
    guest = Caller("test", VIEW, "test")

    status = await run(node, "device1 status", guest)
    everything = await run(node, "devices status", guest)

    assert everything["devices"] == {"device1": status}
    for line in ("device1 turn_on", "device1 set_rule enabled", "devices reset_all_rules"):
        await fails(run(node, line, guest), "denied")
    await stop(node)


async def test_status_and_attributes_have_the_names_of_the_original():
    node = await start({"device1": RELAY, "device2": STRIP, "sensor1": MOTION})

    status = await run(node, "devices status")
    strip = await run(node, "device2 get_attributes")
    motion = await run(node, "sensor1 get_attributes")

    lamp = status["devices"]["device2"]
    for key in ("nickname", "type", "enabled", "current_rule", "scheduled_rule", "default_rule",
                "schedule", "turned_on", "min_rule", "max_rule"):  # fmt: skip
        assert key in lamp, key
    assert status["sensors"]["sensor1"]["targets"] == ["device1"]
    assert status["sensors"]["sensor1"]["condition_met"] is False
    assert status["devices"]["device1"]["current_rule"] == "enabled"
    for key in ("name", "nickname", "_type", "enabled", "current_rule", "scheduled_rule",
                "default_rule", "schedule", "state", "triggered_by", "min_rule", "fading"):  # fmt: skip
        assert key in strip, key
    assert motion["motion"] is False or "motion" not in motion
    assert motion["targets"] == ["device1"]
    assert json.loads(json.dumps(strip)) == strip
    await stop(node)


async def test_a_sensor_switches_its_targets_and_the_other_keeps_them_on():
    node = await start({"device1": RELAY, "sensor1": DOOR, "sensor2": EVENING})

    machine.Pin(17).value(1)
    await until(lambda: level(18) == 1)
    await run(node, "evening set_rule on")
    machine.Pin(17).value(0)
    await asyncio.sleep_ms(100)
    assert level(18) == 1  # the groups of the original fight here
    await run(node, "evening set_rule off")

    await until(lambda: level(18) == 0)
    await stop(node)


async def test_who_switches_by_hand_is_overruled_only_by_a_change_of_mind():
    node = await start({"device1": RELAY, "sensor1": EVENING, "sensor2": DOOR})
    await run(node, "sensor1 set_rule on")
    await asyncio.sleep_ms(20)

    await run(node, "device1 turn_off")
    machine.Pin(17).value(1)
    await asyncio.sleep_ms(60)
    assert level(18) == 0  # one more sensor wants it on; that is no change
    machine.Pin(17).value(0)
    await run(node, "sensor1 set_rule off")
    await run(node, "sensor1 set_rule on")

    await until(lambda: level(18) == 1)
    await stop(node)


async def test_a_disabled_device_goes_off_and_joins_its_sensors_when_enabled():
    node = await start({"device1": RELAY, "sensor1": EVENING})
    await run(node, "sensor1 set_rule on")
    await asyncio.sleep_ms(20)

    await run(node, "device1 disable")
    assert level(18) == 0
    await fails(run(node, "device1 turn_on"), "disabled")
    machine.Pin(18).value(1)  # somebody else has switched it on
    await run(node, "device1 turn_off")
    assert level(18) == 0
    await run(node, "device1 enable")

    assert level(18) == 1
    await stop(node)


async def test_disabling_the_only_sensor_switches_off():
    node = await start({"device1": RELAY, "sensor1": EVENING})
    await run(node, "sensor1 set_rule on")
    await asyncio.sleep_ms(20)

    await run(node, "sensor1 disable")

    await until(lambda: level(18) == 0)
    await stop(node)


async def test_motion_lasts_as_long_as_its_rule_says():
    node = await start({"device1": RELAY, "sensor1": with_(MOTION, default_rule=0.002)})

    machine.Pin(16).value(1)
    machine.Pin(16).value(0)  # a pulse, quicker than anybody looks
    await until(lambda: level(18) == 1)
    await until(lambda: level(18) == 0)
    machine.Pin(16).value(1)
    await asyncio.sleep_ms(300)
    assert level(18) == 1  # it still sees somebody
    machine.Pin(16).value(0)

    await until(lambda: level(18) == 0)
    await stop(node)


async def test_motion_with_rule_zero_follows_the_pin():
    node = await start({"device1": RELAY, "sensor1": with_(MOTION, default_rule=0)})

    machine.Pin(16).value(1)
    await until(lambda: level(18) == 1)
    machine.Pin(16).value(0)

    await until(lambda: level(18) == 0)
    await stop(node)


async def test_a_pin_that_is_high_when_its_sensor_is_enabled_counts():
    node = await start({"device1": RELAY, "sensor1": MOTION})
    await run(node, "sensor1 disable")
    machine.Pin(16).value(1)
    await asyncio.sleep_ms(30)
    assert level(18) == 0  # nobody asks it

    await run(node, "sensor1 enable")

    await until(lambda: level(18) == 1)
    machine.Pin(16).value(0)
    await stop(node)


async def test_a_new_rule_makes_the_time_of_a_motion_begin_anew():
    node = await start({"device1": RELAY, "sensor1": MOTION})
    assert await run(node, "sensor1 trigger_sensor")
    await until(lambda: level(18) == 1)

    await run(node, "sensor1 set_rule 0.001")

    await until(lambda: level(18) == 0)
    await stop(node)


async def test_a_switch_that_bounces_is_believed_at_once_and_once():
    node = await start({"device1": RELAY, "sensor1": DOOR})

    for value in (1, 0, 1, 0, 1):
        machine.Pin(17).value(value)
    await until(lambda: level(18) == 1)
    await asyncio.sleep_ms(80)
    assert level(18) == 1  # still
    machine.Pin(17).value(0)

    await until(lambda: level(18) == 0)
    await fails(run(node, "sensor1 trigger_sensor"), "unsupported")
    await stop(node)


async def test_a_fade_reaches_its_end_and_a_fade_of_no_length_stops_no_clock():
    node = await start({"device1": STRIP, "sensor1": MOTION})
    await run(node, "device1 turn_on")

    await run(node, "device1 set_rule fade/0/0")
    assert (await run(node, "device1 status"))["turned_on"] is False
    begin = time.ticks_ms()
    await run(node, "device1 set_rule fade/800/1")
    await asyncio.sleep_ms(500)
    current = (await run(node, "device1 status"))["current_rule"]
    assert 200 < current < 300 + 800 * time.ticks_diff(time.ticks_ms(), begin) // 1000

    await until(lambda: duty(4) == 800 * 65535 // 1023)
    assert (await run(node, "device1 status"))["scheduled_rule"] == 500
    await stop(node)


async def test_rules_that_cannot_be_are_refused_and_change_nothing():
    node = await start({"device1": STRIP, "device2": RELAY})
    for rule in ("1001", "-1", "True", "None", "fade/2000/5", "on", "[1]"):
        await fails(run(node, "device1 set_rule " + rule), "rule")
    await fails(run(node, "device2 set_rule 5"), "rule")
    await fails(run(node, "device1 increment_rule x"), "rule")

    assert (await run(node, "device1 status"))["current_rule"] == 500
    answer = await run(node, "device1 increment_rule 9999")
    assert answer["current_rule"] == 1000
    answer = await run(node, "device1 reset_rule")
    assert (answer["current_rule"], answer["override"]) == (500, None)
    await stop(node)


async def test_a_schedule_sets_rules_and_an_override_says_when_it_ends():
    strip = with_(STRIP, schedule={"11:00": 100, "13:00": "fade/200/60", "sunset": 5})
    node = await start({"device1": strip})

    status = await run(node, "device1 status")
    assert (status["current_rule"], status["scheduled_rule"]) == (100, 100)
    answer = await run(node, "device1 set_rule 700")
    assert answer["override"]["until"] == NOON + 3600
    assert answer["override"]["seconds"] in left(node, NOON + 3600)
    before = node.clock.now()
    answer = await run(node, "device1 set_rule 300 10")
    assert before + 600 <= answer["override"]["until"] <= node.clock.now() + 600
    assert answer["override"]["seconds"] in left(node, answer["override"]["until"])
    await run(node, "device1 reset_rule")
    before = node.clock.uptime_ms()
    node.clock.wall += 3600
    node.devices.plan_anew()
    await asyncio.sleep_ms(20)

    status = await run(node, "device1 status")
    # The fade begins here, with 100 steps in a minute.
    most = 100 + (node.clock.uptime_ms() - before + 1000) * 100 // 60000
    assert 100 <= status["current_rule"] <= most
    assert node.devices["device1"].fade.target == 200
    await stop(node)


async def test_an_edit_changes_one_schedule_and_no_override():
    config = {"device1": with_(STRIP, schedule={"11:00": 100}), "device2": RELAY,
              "schedule_keywords": {"relax": "10:00"}}  # fmt: skip
    node = await start(config)
    await run(node, "device1 set_rule 700")
    await run(node, "device2 set_rule disabled")

    await run(node, "device2 add_schedule_rule relax enabled")
    await run(node, "device1 add_schedule_rule 11:30 50")
    await asyncio.sleep_ms(20)

    assert (await run(node, "device2 status"))["current_rule"] == "enabled"
    status = await run(node, "device1 status")
    assert (status["scheduled_rule"], status["current_rule"]) == (50, 50)
    await run(node, "device1 set_rule 700")
    await run(node, "device1 add_schedule_rule 11:30 60 overwrite")
    await run(node, "devices add_schedule_keyword late 22:00")
    await run(node, "device2 add_schedule_rule late-30 disabled")
    await asyncio.sleep_ms(20)
    status = await run(node, "device1 status")
    assert (status["scheduled_rule"], status["current_rule"]) == (60, 700)
    with open("config/devices.json") as file:
        saved = json.load(file)
    assert saved["device2"]["schedule"] == {"relax": "enabled", "late-30": "disabled"}
    assert saved["schedule_keywords"] == {"relax": "10:00", "late": "22:00"}
    await stop(node)


async def test_edits_that_make_no_sense_are_refused():
    node = await start({"device1": with_(STRIP, schedule={"11:00": 100}),
                        "schedule_keywords": {"relax": "10:00"}})  # fmt: skip

    for line, code in (
        ("device1 add_schedule_rule 25:00 5", "schedule"),
        ("device1 add_schedule_rule noon 5", "schedule"),
        ("device1 add_schedule_rule 11:00 5", "schedule"),
        ("device1 add_schedule_rule 12:00 5000", "rule"),
        ("device1 remove_rule 12:00", "schedule"),
        ("devices add_schedule_keyword x 25:00", "schedule"),
        ("devices add_schedule_keyword 12:00 12:00", "schedule"),
        ("devices add_schedule_keyword sunset 12:00", "schedule"),
        ("devices remove_schedule_keyword y", "schedule"),
        ("devices remove_schedule_keyword sunrise", "schedule"),
    ):
        await fails(run(node, line), code)
    await run(node, "device1 add_schedule_rule relax 5")
    await fails(run(node, "devices remove_schedule_keyword relax"), "schedule")
    await run(node, "device1 remove_rule relax")
    await run(node, "devices remove_schedule_keyword relax")

    assert await run(node, "device1 get_schedule_rules") == {"11:00": 100}
    await stop(node)


async def test_what_people_said_survives_a_reboot():
    strip = with_(STRIP, schedule={"11:00": 100, "14:00": 200})
    config = {"device1": strip, "device2": RELAY, "device3": with_(RELAY, pin=19, nickname="x")}
    begin = time.ticks_ms()
    node = await start(config)
    await run(node, "device1 turn_on")
    await run(node, "device1 set_rule 700")
    await run(node, "device2 turn_on")
    await run(node, "device2 disable_in 60")
    await run(node, "device3 disable")

    node = await start(config, old=node, at=NOON + 1800)

    await until(lambda: duty(4) == 700 * 65535 // 1023)
    await until(lambda: level(18) == 1)
    status = (await run(node, "devices status"))["devices"]
    assert status["device1"]["override"]["until"] == NOON + 7200
    assert status["device1"]["override"]["seconds"] in left(node, NOON + 7200)
    took = time.ticks_diff(time.ticks_ms(), begin) // 1000
    assert 1790 - took <= status["device2"]["disable_in_seconds"] <= 1800
    assert status["device3"]["enabled"] is False

    node = await start(config, old=node, at=NOON + 7300)
    status = (await run(node, "devices status"))["devices"]
    assert (status["device1"]["current_rule"], status["device1"]["override"]) == (200, None)
    assert status["device2"]["enabled"] is False
    await stop(node)


async def test_without_a_clock_the_default_holds_until_there_is_one():
    node = await start({"device1": with_(STRIP, schedule={"11:00": 100})}, at=0)
    assert (await run(node, "device1 status"))["current_rule"] == 500

    node.clock.wall = NOON
    node.clock.publish()
    await asyncio.sleep_ms(20)

    assert (await run(node, "device1 status"))["current_rule"] == 100
    await stop(node)


async def test_what_is_broken_is_named_and_all_others_run():
    node = await start({
        "device1": RELAY,
        "device2": {"_type": "toaster", "nickname": "T", "default_rule": "enabled"},
        "device3": {"_type": "relay", "nickname": "No pin", "default_rule": "enabled"},
        "device4": with_(STRIP, default_rule="disabled"),
        "device5": with_(RELAY, nickname="Odd", pin="nosuchpin"),
        "device6": with_(RELAY, nickname="Red", pin=19, colour="red"),
        "sensor1": with_(EVENING, nickname="No", targets=["device1", "device9"]),
        "sensor2": EVENING,
    })  # fmt: skip

    assert sorted(node.devices.all) == ["device1", "sensor2"]
    faults = "\n".join(node.devices.faults)
    for name in (
        "device2._type",
        "device3.pin",
        "device4.default_rule",
        "device5",
        "device6.colour",
        "sensor1.targets",
    ):
        assert name in faults, faults
    await run(node, "device1 turn_on")
    assert level(18) == 1
    await stop(node)


async def test_a_driver_that_cannot_begin_and_a_dead_bus_cost_nobody_else_anything():
    bus = {"_type": "si7021", "nickname": "Warm", "mode": "heat", "units": "celsius",
           "tolerance": 1, "default_rule": 21, "schedule": {}, "targets": ["device1"]}  # fmt: skip
    whole = led_strip.LedStrip.__init__

    def dead(self, **values):
        raise OSError(19)  # ENODEV: a loose wire

    led_strip.LedStrip.__init__ = dead
    try:
        node = await start(
            {"device1": RELAY, "device2": STRIP, "sensor1": bus, "sensor2": EVENING}
        )
    finally:
        led_strip.LedStrip.__init__ = whole

    assert sorted(node.devices.all) == ["device1", "sensor1", "sensor2"]
    assert "device2: OSError" in "".join(node.devices.faults)
    await until(lambda: "OSError" in node.devices["sensor1"].fault)
    await run(node, "sensor2 set_rule on")
    await until(lambda: level(18) == 1)
    await stop(node)


async def test_a_torn_file_is_replaced_by_the_last_good_one():
    node = await start({"device1": RELAY})
    await run(node, "device1 add_schedule_rule 10:00 enabled")
    write("config/devices.json", '{"device1": {"_typ')
    await stop_devices(node)

    await founding.found(node)
    await asyncio.sleep_ms(10)

    assert sorted(node.devices.all) == ["device1"]
    assert "instead" in "\n".join(node.devices.faults)
    await stop(node)


async def stop_devices(node):
    for task in node.tasks.all:
        if task.tag == "devices":
            task.handle.cancel()
    node.commands.providers.pop(0)
    node.pins.release("device1")
    await asyncio.sleep_ms(10)


async def test_a_file_is_understood_however_it_is_laid_out():
    config = {"schedule_keywords": {}, "metadata": {"id": 'a "quoted" \\ name'}}
    for number in range(1, 13):
        config["device%d" % number] = with_(RELAY, pin=number, nickname="Fan {%d}] x" % number)
    flat = json.dumps(config)
    for text in (flat, "\n " + flat.replace('": ', '" :\n\t') + "\n"):
        node = await start(text)

        assert node.devices.faults == []
        assert len(node.devices.all) == 12
        assert node.devices["device9"].nickname == "Fan {9}] x"
        await stop(node)


async def test_a_file_that_is_torn_anywhere_is_not_believed():
    whole = json.dumps({"device1": RELAY, "device2": with_(RELAY, pin=19, nickname="b")})
    for length in range(0, len(whole), 37):
        node = await start(whole[:length])

        assert node.devices.all == {}, length
        assert "cannot be read" in "\n".join(node.devices.faults)
        await stop(node)


async def test_a_flipped_bit_is_noticed():
    node = await start({"device1": RELAY})
    await run(node, "device1 add_schedule_rule 10:00 enabled")
    with open("config/devices.json") as file:
        text = file.read()
    write("config/devices.json", text.replace('"Fan"', '"Fat"'))
    await stop_devices(node)

    await founding.found(node)

    assert node.devices["device1"].nickname == "Fan"
    assert "config/devices.json: checksum" in node.devices.faults
    await stop(node)


async def test_a_file_that_is_no_json_and_has_no_copy_leaves_an_empty_house():
    node = await start("what?")

    assert node.devices.all == {}
    await run(node, "devices status")
    await stop(node)


async def test_no_instance_stops_the_clock_of_the_others():
    node = await start({"device1": STRIP, "sensor1": MOTION, "device2": RELAY})

    def bad(*_):
        raise KeyError("loose wire")

    node.devices["sensor1"].look = bad
    node.devices["sensor1"].condition_met = bad
    node.devices["sensor1"].timers["look"] = 0
    machine.Pin(16).value(1)
    machine.Pin(16).value(0)
    await run(node, "device1 turn_on")
    await run(node, "device1 set_rule fade/600/0")
    await run(node, "device1 set_rule fade/0/1")

    await until(lambda: duty(4) == 0)
    assert "loose wire" in node.devices["sensor1"].fault
    await stop(node)


async def test_a_device_that_does_not_obey_is_tried_again():
    node = await start({"device1": RELAY, "device2": with_(RELAY, pin=19, nickname="other")})
    relay = node.devices["device1"]
    obeys = relay.send
    relay.send = lambda state: False
    detail = await fails(run(node, "device1 turn_on"), "no_answer")
    assert "tried again" in detail
    assert 4000 < relay.timers["retry"] - node.clock.uptime_ms() <= 5000
    await run(node, "device2 turn_on")
    assert level(19) == 1

    relay.send = obeys
    relay.timers["retry"] = 0
    node.devices.flag.set()

    await until(lambda: level(18) == 1)
    assert (await run(node, "device1 status"))["fault"] == ""
    await stop(node)


async def test_a_device_that_hangs_stops_nobody_and_nothing_else():
    node = await start({"device1": RELAY, "device2": with_(RELAY, pin=19, nickname="other")})
    relay = node.devices["device1"]
    relay.deadline_ms = 100

    async def hang(state):
        await asyncio.sleep_ms(5000)
        return True

    relay.send = hang
    waiting = asyncio.create_task(run(node, "device1 turn_on", admin()))
    await asyncio.sleep_ms(20)
    await run(node, "device2 turn_on")
    assert level(19) == 1

    await fails(waiting, "no_answer")
    assert "Timeout" in relay.fault
    await stop(node)
