"""Endpoints of micropython-smarthome: one device or sensor, and the node itself."""

import asyncio

from device_house import stop, with_
from house import write
from old_client import HOME, LAMP, get, opened, say


async def test_status_has_what_clients_read_and_nothing_else():
    node = await opened()

    found = await say(node, "status")

    assert sorted(found) == ["devices", "metadata", "sensors"]
    assert found["metadata"] == {
        "id": "Attic", "location": "Under the roof", "floor": 2, "_reload_time": "00:00",
        "schedule_keywords": {"bedtime": "22:30", "sunrise": "00:00", "sunset": "00:00"},
        "ir_blaster": False,
    }  # fmt: skip
    assert found["devices"]["device1"] == {
        "nickname": "Hall", "type": "pwm", "enabled": True, "current_rule": 500,
        "scheduled_rule": 500, "default_rule": 500, "schedule": {"sunset": 700},
        "turned_on": False, "min_rule": 0, "max_rule": 1000,
    }  # fmt: skip
    assert found["sensors"]["sensor2"] == {
        "nickname": "Door", "type": "switch", "enabled": True, "current_rule": "enabled",
        "scheduled_rule": "enabled", "default_rule": "enabled", "schedule": {},
        "condition_met": False, "targets": ["device2", "device1"],
    }  # fmt: skip
    assert await get(node, "status") == (200, found)
    await stop(node)


async def test_one_broken_driver_does_not_hide_the_others():
    node = await opened()
    node.devices["sensor1"].condition_met = lambda: 1 // 0

    found = await say(node, "status")

    assert sorted(found["sensors"]) == ["sensor2"]
    assert sorted(found["devices"]) == ["device1", "device2"]
    await stop(node)


async def test_a_fault_of_a_driver_is_not_said_to_be_an_unknown_endpoint():
    node = await opened()
    node.devices["device2"].send = lambda state: state.nothing  # AttributeError

    answer = await say(node, "turn_on", "device2")

    assert "ERROR" in answer and answer != {"ERROR": "Invalid command"}, answer
    assert await say(node, "turn_on", "device1") == {"On": "device1"}
    await stop(node)


async def test_enabling_and_disabling():
    node = await opened()

    for words, answer in (
        (["disable", "device1"], {"Disabled": "device1"}),
        (["turn_on", "device1"],
         {"ERROR": "device1 is disabled, please enable before turning on"}),
        (["enable", "device1"], {"Enabled": "device1"}),
        (["enable_in", "device1", 5], {"Enabled": "device1", "Enable_in_seconds": 300}),
        (["disable_in", "sensor1", "0.5"], {"Disabled": "sensor1", "Disable_in_seconds": 30}),
        (["enable_in", "device1", "soon"], {"ERROR": "Delay argument must be int or float"}),
        (["disable_in", "device1", None], {"ERROR": "Delay argument must be int or float"}),
        (["disable_in", "device1", {}], {"ERROR": "Delay argument must be int or float"}),
    ):  # fmt: skip
        assert await say(node, *words) == answer, words
    await stop(node)


async def test_rules():
    node = await opened()

    for words, answer in (
        (["set_rule", "device1", "300"], {"device1": "300"}),
        (["set_rule", "device1", 1001], {"ERROR": "Invalid rule"}),
        (["set_rule", "device1", True], {"ERROR": "Invalid rule"}),
        (["set_rule", "device1", "fade/300/0"], {"device1": "fade/300/0"}),
        (["increment_rule", "device1", "50"], {"device1": 350}),
        (["increment_rule", "device1", -9999], {"device1": 0}),
        (["increment_rule", "device1", "much"], {"ERROR": "Invalid argument much"}),
        (["increment_rule", "device2", 1],
         {"ERROR": "Unsupported target, must accept int or float rule"}),
        (["reset_rule", "device1"],
         {"device1": "Reverted to scheduled rule", "current_rule": 500}),
        (["reset_rule", "device1"],
         {"device1": "Rule already matches scheduled rule", "current_rule": 500}),
        (["set_rule", "device1", "Disabled"], {"device1": "Disabled"}),
        (["increment_rule", "device1", 1],
         {"ERROR": "Unable to increment current rule (disabled)"}),
        (["set_rule", "sensor1", 2.5], {"sensor1": 2.5}),
        (["reset_all_rules"], {"New rules": {"device1": 500, "sensor1": 5}}),
    ):  # fmt: skip
        assert await say(node, *words) == answer, words
    assert await get(node, "set_rule?device1/fade%2F800%2F60") == (200, {"device1": "fade/800/60"})
    assert node.devices["device1"].fade.target == 800
    assert await get(node, "set_rule?device1/fade/800") == (200, {"ERROR": "Invalid rule"})
    await stop(node)


async def test_switching_and_sensors():
    node = await opened()

    for words, answer in (
        (["turn_on", "device2"], {"On": "device2"}),
        (["turn_off", "device2"], {"Off": "device2"}),
        (["turn_on", "sensor1"],
         {"ERROR": "Can only turn on/off devices, use enable/disable for sensors"}),
        (["condition_met", "sensor1"], {"Condition": False}),
        (["condition_met", "device1"], {"ERROR": "Must specify sensor"}),
        (["trigger_sensor", "sensor1"], {"Triggered": "sensor1"}),
        (["condition_met", "sensor1"], {"Condition": True}),
        (["trigger_sensor", "sensor2"], {"ERROR": "Cannot trigger switch sensor type"}),
        (["trigger_sensor", "device1"], {"ERROR": "Must specify sensor"}),
        (["load_cell_tare", "sensor1"], {"ERROR": "Must specify load cell sensor"}),
        (["load_cell_read", "device1"], {"ERROR": "Must specify load cell sensor"}),
    ):  # fmt: skip
        assert await say(node, *words) == answer, words
    assert (await say(node, "status"))["devices"]["device1"]["turned_on"] is True
    node.devices["device2"].send = lambda state: False
    assert await say(node, "turn_on", "device2") == {"ERROR": "Unable to turn on device2"}
    await stop(node)


async def test_attributes_are_those_of_the_original():
    node = await opened(with_(HOME, device1=with_(LAMP, schedule={"13:00": 1, "11:00": 2})))

    lamp = await say(node, "get_attributes", "device1")
    lamp["triggered_by"].sort()
    assert lamp == {
        "name": "device1", "nickname": "Hall", "_type": "pwm", "enabled": True,
        "current_rule": 2, "scheduled_rule": 2, "default_rule": 500,
        "schedule": {"13:00": 1, "11:00": 2}, "group": "group2", "rule_queue": [1, 2],
        "state": False, "triggered_by": ["sensor1", "sensor2"],
        "min_rule": 0, "max_rule": 1000, "fading": False,
    }  # fmt: skip
    door = await say(node, "get_attributes", "sensor2")
    assert sorted(door) == sorted(
        "name nickname _type enabled current_rule scheduled_rule default_rule schedule group "
        "rule_queue targets switch_closed".split()
    )
    assert "fading" not in await say(node, "get_attributes", "device2")
    await stop(node)


async def test_climate():
    heat = {"_type": "dht22", "nickname": "Warmth", "pin": 5, "mode": "heat", "tolerance": 0.5,
            "units": "celsius", "default_rule": 21, "schedule": {}, "targets": []}  # fmt: skip
    node = await opened({"sensor1": heat})
    await asyncio.sleep_ms(100)
    node.devices["sensor1"].current, node.devices["sensor1"].humidity = 20.5, 40.0

    assert await say(node, "get_temp") == {"Temp": 20.5}
    assert await say(node, "get_humid") == {"Humidity": 40.0}
    assert await say(node, "get_climate_data") == {"temp": 20.5, "humid": 40.0}
    found = await say(node, "get_attributes", "sensor1")
    assert (found["on_threshold"], found["off_threshold"]) == (20.5, 21.5)
    assert found["monitor_task"] is True
    assert (await say(node, "status"))["sensors"]["sensor1"]["units"] == "celsius"
    await stop(node)


async def test_the_node_itself():
    node = await opened()
    node.config.values["place"] = "n/a"

    for words, answer in (
        (["set_gps_coords", {"latitude": "48.2", "longitude": 16.4}],
         {"Success": "GPS coordinates set"}),
        (["set_gps_coords", {"latitude": 91, "longitude": 0}],
         {"ERROR": "Latitude must be between -90 and 90"}),
        (["set_gps_coords", {"latitude": 0, "longitude": "east"}],
         {"ERROR": "Longitude must be between -180 and 180"}),
        (["set_gps_coords", {"latitude": 0}],
         {"ERROR": "Requires dict with longitude and latitude keys"}),
        (["set_log_level", "DEBUG"],
         {"Success": "Log level set (takes effect after reboot)"}),
        (["set_log_level", "ALL"],
         {"ERROR": "Unsupported log level",
          "options": ["CRITICAL", "ERROR", "WARNING", "INFO", "DEBUG"]}),
        (["ir_key", "tv", "power"], {"ERROR": "No IR blaster configured"}),
        (["ir_get_existing_macros"], {"ERROR": "No IR blaster configured"}),
        (["ir_create_macro", "x"], {"ERROR": "No IR blaster configured"}),
        (["ir_run_macro"], {"ERROR": "Invalid syntax"}),
    ):  # fmt: skip
        assert await say(node, *words) == answer, words
    assert node.config.get("place") == "48.20000,16.40000"
    words = (await say(node, "status"))["metadata"]["schedule_keywords"]
    assert "06:00" < words["sunrise"] < "08:00" and "15:00" < words["sunset"] < "17:00", words
    memory = await say(node, "mem_info")
    assert memory["free"] >= memory["max_free_sz"] * 16 > 0
    write("logs/err.sys.log", "fault")
    assert await say(node, "clear_log") == {"clear_log": "success"}
    assert await say(node, "clear_log") == {"ERROR": "no log file found"}
    assert await say(node, "reboot") == "Rebooting"
    assert node.stop.is_set()
    await stop(node)
