"""Infrared blasters: keys, macros, and what is kept of them."""

import asyncio
import os

import machine
from device_house import start, stop, with_
from house import fails, run, until

BLASTER = {"_type": "ir-blaster", "nickname": "TV", "pin": 23, "default_rule": "enabled",
           "schedule": {}}  # fmt: skip
DUMMY = {"_type": "dummy", "nickname": "Evening", "default_rule": "Off", "schedule": {},
         "targets": ["device1"]}  # fmt: skip
POWER = 34  # flashes of a code of 32 bits


def led():
    return machine.PWM(machine.Pin(23))


async def house(**more):
    """Return a node with a blaster that knows two keys."""
    node = await start({"device1": with_(BLASTER, **more), "sensor1": DUMMY})
    await run(node, "tv add_key samsung_tv power samsung:E0E040BF")
    await run(node, "tv add_key samsung_tv mute 4500,4500,560,560,560")
    led().flashes = 0
    return node


async def test_a_key_is_sent_as_flashes_of_38_kilohertz():
    node = await house()

    await run(node, "tv send_key Samsung_TV POWER")

    assert led().flashes == POWER
    assert led().freq() == 38000
    assert led().duty_u16() == 0
    await run(node, "tv send_key samsung_tv mute")
    assert led().flashes == POWER + 3
    await stop(node)


async def test_a_blaster_on_which_sensors_decide_sends_a_key_for_on_and_one_for_off():
    node = await house(on_key="samsung_tv power", off_key="samsung_tv mute")

    await run(node, "sensor1 set_rule on")
    await until(lambda: led().flashes == POWER)
    await run(node, "sensor1 set_rule off")

    await until(lambda: led().flashes == POWER + 3)
    await stop(node)


async def test_a_blaster_of_which_nobody_said_keys_ignores_on_and_off():
    node = await house()

    assert (await run(node, "tv turn_on"))["turned_on"] is True
    await run(node, "tv turn_off")

    assert led().flashes == 0
    await stop(node)


async def test_a_key_that_is_not_there_is_a_fault_that_is_tried_again():
    node = await house(on_key="samsung_tv sing")

    await fails(run(node, "tv turn_on"), "no_answer")

    assert "no key sing" in node.devices["device1"].fault
    await run(node, "tv add_key samsung_tv sing 100")
    await run(node, "tv turn_on")
    assert led().flashes == 1
    await stop(node)


async def test_keys_are_listed_forgotten_and_kept_over_a_reboot():
    node = await house()
    await run(node, "tv add_key amp up nec:20DF10EF")
    config = {"device1": BLASTER}

    node = await start(config, old=node)

    assert await run(node, "tv remotes") == ["amp", "samsung_tv"]
    assert await run(node, "tv keys samsung_tv") == ["mute", "power"]
    await run(node, "tv remove_key amp up")
    assert await run(node, "tv remotes") == ["samsung_tv"]
    await stop(node)


async def test_names_and_codes_that_make_no_sense_are_refused_and_change_nothing():
    node = await house()

    for line in (
        "add_key ../etc power nec:20DF10EF",
        "add_key a.b power nec:20DF10EF",
        "add_key _ power nec:20DF10EF",
        "add_key " + "a" * 25 + " power nec:20DF10EF",
        "add_key tv power nec:20DF",
        "add_key tv power x",
        "add_key tv po/wer nec:20DF10EF",
        "keys radio",
        "send_key radio power",
        "send_key samsung_tv sing",
        "remove_key samsung_tv sing",
    ):
        await fails(run(node, "tv " + line), "ir_code")
    for number in range(30):
        await run(node, "tv add_key samsung_tv k%d 100" % number)
    await fails(run(node, "tv add_key samsung_tv more 100"), "ir_code")

    assert await run(node, "tv remotes") == ["samsung_tv"]
    assert len(await run(node, "tv keys samsung_tv")) == 32
    await stop(node)


async def test_a_macro_sends_its_keys_one_after_the_other():
    node = await house()
    await run(node, "tv create_macro film")
    await run(node, "tv add_macro_action film samsung_tv power 10")
    await run(node, "tv add_macro_action film samsung_tv mute 30 2")
    assert await run(node, "tv macros") == {
        "film": [["samsung_tv", "power", 10, 1], ["samsung_tv", "mute", 30, 2]]
    }

    await run(node, "tv run_macro Film")
    await fails(run(node, "tv run_macro film"), "already_running")

    await until(lambda: led().flashes == POWER + 6)
    await until(lambda: not node.tasks.is_busy("device1.macro"))
    await asyncio.sleep_ms(20)
    assert led().flashes == POWER + 6
    await run(node, "tv delete_macro film")
    await fails(run(node, "tv run_macro film"), "ir_macro")
    await stop(node)


async def test_macros_that_make_no_sense_are_refused_and_change_nothing():
    node = await house()
    await run(node, "tv create_macro film")

    for line, code in (
        ("create_macro FILM", "ir_macro"),
        ("create_macro a/b", "ir_code"),
        ("delete_macro x", "ir_macro"),
        ("add_macro_action x samsung_tv power", "ir_macro"),
        ("add_macro_action film radio power", "ir_code"),
        ("add_macro_action film samsung_tv sing", "ir_code"),
        ("add_macro_action film samsung_tv power -1", "ir_macro"),
        ("add_macro_action film samsung_tv power 60001", "ir_macro"),
        ("add_macro_action film samsung_tv power soon", "ir_macro"),
        ("add_macro_action film samsung_tv power 5 0", "ir_macro"),
        ("add_macro_action film samsung_tv power 5 51", "ir_macro"),
    ):
        await fails(run(node, "tv " + line), code)
    for _ in range(32):
        await run(node, "tv add_macro_action film samsung_tv mute")
    await fails(run(node, "tv add_macro_action film samsung_tv mute"), "ir_macro")

    assert list(await run(node, "tv macros")) == ["film"]
    await stop(node)


async def test_a_file_that_was_torn_is_replaced_by_the_one_before():
    node = await house()
    assert "ir.samsung_tv.json.1" in os.listdir("data")
    with open("data/ir.samsung_tv.json", "w") as file:
        file.write('{"_crc": "00')

    assert await run(node, "tv keys samsung_tv") == ["power"]
    with open("data/ir.samsung_tv.json.1", "w") as file:
        file.write("?")

    await fails(run(node, "tv keys samsung_tv"), "flash")
    await stop(node)
