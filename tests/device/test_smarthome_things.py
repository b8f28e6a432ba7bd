"""Endpoints of micropython-smarthome about things that few have: infrared, and load cells."""

import machine
from device_house import stop, with_
from house import until
from hx711_chip import Hx711
from old_client import HOME, get, opened, say

BLASTER = {"_type": "ir-blaster", "nickname": "TV", "pin": 23, "default_rule": "enabled",
           "schedule": {}}  # fmt: skip
BED = {"_type": "load-cell", "nickname": "Bed", "pin_data": 19, "pin_clock": 21,
       "default_rule": 1000, "schedule": {}, "targets": []}  # fmt: skip


async def test_a_node_without_a_blaster_says_so():
    node = await opened()

    for words in (
        ["ir_key", "tv", "power"], ["ir_get_existing_macros"], ["ir_create_macro", "x"],
        ["ir_delete_macro", "x"], ["ir_add_macro_action", "x", "tv", "power"],
        ["ir_run_macro", "x"], ["ir_save_macros"],
    ):  # fmt: skip
        assert await say(node, *words) == {"ERROR": "No IR blaster configured"}, words
    await stop(node)


async def test_keys_and_macros():
    node = await opened(with_(HOME, device3=BLASTER))
    node.devices["device3"].add_key("samsung_tv", "power", "samsung:E0E040BF")
    led = machine.PWM(machine.Pin(23))
    led.flashes = 0

    for words, answer in (
        (["ir_key", "samsung_tv", "POWER"], {"samsung_tv": "POWER"}),
        (["ir_key", "radio", "power"], {"ERROR": 'No codes found for target "radio"'}),
        (["ir_key", "samsung_tv", "sing"], {"ERROR": 'Target "samsung_tv" has no key "sing"'}),
        (["ir_get_existing_macros"], {}),
        (["ir_create_macro", "film"], {"Macro created": "film"}),
        (["ir_create_macro", "film"], {"ERROR": "Macro named film already exists"}),
        (["ir_delete_macro", "x"], {"ERROR": "Macro named x does not exist"}),
        (["ir_add_macro_action", "x", "samsung_tv", "power"],
         {"ERROR": "Macro x does not exist, use create_macro to add"}),
        (["ir_add_macro_action", "film", "radio", "power"], {"ERROR": "No codes for radio"}),
        (["ir_add_macro_action", "film", "samsung_tv", "sing"],
         {"ERROR": "Target samsung_tv has no key sing"}),
        (["ir_add_macro_action", "film", "samsung_tv", "power", "soon"],
         {"ERROR": "Delay arg must be integer (milliseconds)"}),
        (["ir_add_macro_action", "film", "samsung_tv", "power", 5, "often"],
         {"ERROR": "Repeat arg must be integer (number of times to press key)"}),
        (["ir_add_macro_action", "film", "samsung_tv", "power", "5", 2],
         {"Macro action added": ["film", "samsung_tv", "power", "5", 2]}),
        (["ir_add_macro_action", "film", "samsung_tv", "power"],
         {"Macro action added": ["film", "samsung_tv", "power"]}),
        (["ir_get_existing_macros"],
         {"film": ["samsung_tv power 5 2", "samsung_tv power 0 1"]}),
        (["ir_save_macros"], {"Success": "Macros written to disk"}),
        (["ir_run_macro", "x"], {"ERROR": "Macro x does not exist, use create_macro to add"}),
        (["ir_run_macro", "film"], {"Ran macro": "film"}),
    ):  # fmt: skip
        assert await say(node, *words) == answer, words
    await until(lambda: led.flashes == 4 * 34)
    assert await get(node, "ir_key?samsung_tv/power") == (200, {"samsung_tv": "power"})
    metadata = (await say(node, "status"))["metadata"]
    assert (metadata["ir_blaster"], metadata["ir_targets"]) == (True, ["samsung_tv"])
    assert await say(node, "ir_delete_macro", "film") == {"Macro deleted": "film"}
    await stop(node)


async def test_who_may_only_look_sends_no_keys():
    node = await opened(with_(HOME, device3=BLASTER), role="view")
    node.devices["device3"].add_key("samsung_tv", "power", "samsung:E0E040BF")
    led = machine.PWM(machine.Pin(23))
    led.flashes = 0

    assert "denied" in (await say(node, "ir_key", "samsung_tv", "power"))["ERROR"]
    assert (await say(node, "status"))["metadata"]["ir_targets"] == ["samsung_tv"]

    assert led.flashes == 0
    await stop(node)


async def test_a_load_cell():
    chip = Hx711(19, 21, 500)
    node = await opened(with_(HOME, sensor3=BED))
    await until(lambda: node.devices["sensor3"].current is not None)

    chip.raw = 4500
    assert await say(node, "load_cell_read", "sensor3") == {"Raw": 1000}
    assert await say(node, "load_cell_tare", "sensor3") == {"Success": "Sensor tared"}
    assert await say(node, "load_cell_read", "sensor3") == {"Raw": 0}
    assert await get(node, "load_cell_read?sensor3") == (200, {"Raw": 0})
    found = await say(node, "get_attributes", "sensor3")
    assert sorted(found) == sorted(
        "name nickname _type enabled current_rule scheduled_rule default_rule schedule group "
        "rule_queue targets current monitor_task".split()
    )
    await stop(node)
