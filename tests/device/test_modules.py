import asyncio
import json

import simulated
from house import build_node, end, fails, run, until

from tepal.formats import usage


def fresh():
    for hardware in (simulated.pins, simulated.pwms, simulated.strips, simulated.climate):
        hardware.clear()
    return build_node()


async def test_rgb_lights_its_pins():
    node = fresh()

    state = await run(node, "rgb color 1000 500 0 smooth=False")

    assert state == {"R": 1000, "G": 500, "B": 0, "BR": 100, "S": 1}
    assert [simulated.pwms[pin].duty_u16() for pin in (14, 12, 15)] == [65535, 32767, 0]
    await run(node, "rgb toggle smooth=False")
    assert simulated.pwms[14].duty_u16() == 0
    assert (await run(node, "rgb brightness 50 smooth=False"))["R"] == 500
    await fails(run(node, "rgb color 2000"), "arguments")
    assert (await run(node, "rgb random smooth=False max_val=10"))["R"] <= 10
    await end(node)


async def test_rgb_comes_back_as_it_was():
    node = fresh()
    await run(node, "rgb color 10 20 30 smooth=False")
    await run(node, "modules unload rgb")
    node.states.flush()
    node.states.changed.clear()

    await run(node, "rgb load")

    assert await run(node, "rgb status") == {"R": 10, "G": 20, "B": 30, "BR": 3, "S": 1}
    await end(node)


async def test_a_transition_runs_in_the_background():
    node = fresh()
    await run(node, "rgb color 0 0 0 smooth=False")

    await run(node, "rgb transition 1000 0 0 sec=0.1")
    assert node.tasks.is_busy("rgb.transition")
    while node.tasks.is_busy("rgb.transition"):
        await asyncio.sleep_ms(20)

    assert simulated.pwms[14].duty_u16() == 65535
    await end(node)


async def test_neopixel_colours_all_or_one():
    node = fresh()

    await run(node, "neopixel load 4")
    await run(node, "neopixel color 10 20 30 smooth=False")
    await run(node, "neopixel segment 255 0 0 2")

    strip = simulated.strips[15]
    assert [strip[n] for n in range(4)] == [(10, 20, 30), (10, 20, 30), (255, 0, 0), (10, 20, 30)]
    await fails(run(node, "neopixel color 300"), "arguments")
    await end(node)


async def test_neopixel_refuses_a_length_that_cannot_be():
    node = fresh()
    for count in ("0", "-1", "5000", "many"):
        await fails(run(node, "neopixel load " + count), "arguments")
    await end(node)


async def test_dimmer_has_one_level():
    node = fresh()

    assert await run(node, "dimmer set_value 250 smooth=False") == {"X": 250, "S": 1}
    assert simulated.pwms[33].duty_u16() == 16383
    assert await run(node, "dimmer set_value 0 smooth=False") == {"X": 250, "S": 0}
    await end(node)


async def test_switch_channels_are_independent():
    node = fresh()

    await run(node, "switch toggle")
    assert await run(node, "switch set_state3 True") == {"SW1": 1, "SW3": 1}
    assert await run(node, "switch toggle state=False") == {"SW1": 0, "SW3": 1}
    assert simulated.pins[27].value() == 1
    await end(node)


async def test_switch_comes_back_also_where_only_another_channel_was_on():
    node = fresh()
    await run(node, "switch set_state2 True")
    await run(node, "modules unload switch")
    simulated.pins[14].value(0)

    await run(node, "switch load")

    assert simulated.pins[14].value() == 1
    await end(node)


async def test_dht22_measures_and_does_not_hurry():
    node = fresh()
    await fails(run(node, "dht22 measure"), "failed")
    simulated.climate[32] = (21.5, 40)

    assert await run(node, "dht22 measure") == {"temp[C]": 21.5, "hum[%]": 40.0}
    simulated.climate[32] = (-3.2, 99.9)
    assert (await run(node, "dht22 measure"))["temp[C]"] == 21.5
    await end(node)


async def test_genio_drives_any_pin_by_number():
    node = fresh()

    assert await run(node, "genIO set_out 0 1") == {"pin": 0, "state": 1}
    assert await run(node, "genIO set_out 0") == {"pin": 0, "state": 0}
    assert (await run(node, "genIO get_in 4 up"))["state"] == 1
    await run(node, "genIO set_pwm 5 500 2000")
    assert simulated.pwms[5].freq() == 2000
    simulated.analog[34] = 65535
    assert await run(node, "genIO get_adc 34") == {"raw": 65535, "percent": 100.0}
    assert await run(node, "genIO get_adc 34 key=raw") == 65535
    await fails(run(node, "genIO set_out neop 1"), "arguments")
    await run(node, "genIO load allow_tags=True")
    assert (await run(node, "genIO set_out neop 1"))["pin"] == 15
    await fails(run(node, "rgb load"), "pin_busy")
    await end(node)


async def test_a_pin_in_use_is_not_given_to_another():
    node = fresh()
    await run(node, "rgb load")

    assert "held by rgb" in await fails(run(node, "neopixel load 4"), "pin_busy")
    await end(node)


async def test_robustness_breaks_nothing():
    node = fresh()

    await fails(run(node, "robustness raise_error"), "failed")
    assert (await run(node, "robustness recursion_limit 5"))["limit"] == 5
    assert "taken and given back" in await run(node, "robustness memory_leak 2")
    await run(node, "robustness create_task")
    await until(lambda: str(node.tasks.find("robustness.count")[0].out) == "1")
    assert (await run(node, "task show robustness.count")).text == "1"
    await end(node)


async def test_system_tells_how_the_node_is():
    node = fresh()

    info = await run(node, "system info")
    for key in ("CPU clock", "Mem usage", "FS usage", "upython", "board", "id", "uptime"):
        assert key in info, key
    assert info["CPU clock"] == "240 [MHz]"
    assert 0 < (await run(node, "system memory_usage"))["percent"] <= 100
    assert 0 < (await run(node, "system disk_usage"))["percent"] <= 100
    assert (await run(node, "system gclean"))["memfree"] > 0
    assert "CPU load [%]" in await run(node, "system top")
    assert await run(node, "system rssi") == {"VeryGood": -50}
    assert (await run(node, "system ifconfig"))["STA"][0] == "127.0.0.1"
    assert (await run(node, "system alarms"))["verdict"] == "OK alarm: 0"
    node.log.err("x")
    assert (await run(node, "system alarms True"))["verdict"] == "NOK alarm: 1"
    assert (await run(node, "system alarms"))["verdict"] == "OK alarm: 0"
    assert await run(node, "system pinmap") == {"map": "esp32", "booked": {}, "custom": {}}
    assert await run(node, 'system pinmap "redgb neop"') == {"redgb": 14, "neop": 15}
    assert await run(node, "system list_stations") == []
    await end(node)


async def test_the_clock_can_be_set_but_not_to_nonsense():
    node = fresh()

    assert await run(node, "system setclock 2030 2 28 12 30 5") == "2030-02-28 12:30:05"
    clock = await run(node, "system clock")
    assert clock["clock"].startswith("(2030, 2, 28), 12:30:")
    for moment in ("2030 2 29 0 0 0", "2030 13 1 0 0 0", "2030 1 1 24 0 0", "1970 1 1 0 0 0"):
        await fails(run(node, "system setclock " + moment), "arguments")
    simulated.clock["offset_s"] = 0
    await end(node)


async def test_every_module_describes_its_commands():
    node = fresh()
    for name in ("system", "rgb", "dimmer", "neopixel", "switch", "dht22", "genIO", "robustness"):
        module = node.modules.find(name)
        offered = {c for c in module.__dict__ if node.modules.command(module, c)} - {"help"}
        described = {usage.schema(line)["name"] for line in module.HELP}
        assert offered == described, (name, offered, described)
        for line in await run(node, name + " help True"):
            json.loads(line)
        for command in getattr(module, "VIEW", ()) + getattr(module, "ADMIN", ()):
            assert command in described, (name, command)
    await end(node)
