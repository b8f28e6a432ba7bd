"""Devices on the network, against small servers that speak what they speak."""

import asyncio
import json

import machine
from device_house import KasaLamp, Server, Web, start, stop, with_
from house import fails, run, until, write

from drivers import kasa

RELAY = {"_type": "relay", "nickname": "Fan", "pin": 18, "default_rule": "Enabled", "schedule": {}}
HOOK = {"_type": "http-get", "nickname": "Hook", "on_path": "/on", "off_path": "off",
        "default_rule": "Enabled", "schedule": {}}  # fmt: skip
WLED = {"_type": "wled", "nickname": "TV", "ip": "127.0.0.1", "min_rule": 1, "max_rule": 255,
        "default_rule": 128, "schedule": {}}  # fmt: skip
LAMP = {"_type": "dimmer", "nickname": "Hall", "ip": "127.0.0.1", "min_rule": 1, "max_rule": 100,
        "default_rule": 60, "schedule": {}}  # fmt: skip
OTHER = {"_type": "api-target", "nickname": "Other room", "ip": "127.0.0.2", "schedule": {},
         "default_rule": {"on": ["trigger_sensor", "sensor1"], "off": ["ignore"]}}  # fmt: skip


def test_what_a_kasa_sends_is_hidden_by_a_running_key():
    # the example that everybody cites
    data = kasa.encode('{"system":{"get_sysinfo":{}}}')

    assert data[:4] == b"\0\0\0\x1d"
    known = "d0f281f88bff9af7d5ef94b6d1b4c09fec95e68fe187e8caf08bf68bf6"
    assert data[4:].hex() == known
    assert kasa.decode(data[4:]) == '{"system":{"get_sysinfo":{}}}'
    assert kasa.fault({"system": {"x": {"err_code": -3}}}) == -3
    assert kasa.fault({}) == -1


async def test_a_web_page_switches():
    async with Web({"/on": (200, ""), "/off": (200, "")}) as server:
        node = await start({"device1": with_(HOOK, uri="127.0.0.1:%d" % server.port)})

        await run(node, "hook turn_on")
        await run(node, "hook turn_off")

        assert [path for _, path, _ in server.heard] == ["/on", "/off"]
        server.pages["/on"] = (500, "")
        await fails(run(node, "hook turn_on"), "no_answer")
        assert (await run(node, "hook status"))["turned_on"] is None
        await stop(node)


async def test_a_server_that_says_nothing_stalls_nobody():
    async with Web({}) as server:
        server.silent = True
        node = await start({"device1": with_(HOOK, uri="http://127.0.0.1:%d" % server.port),
                            "device2": RELAY})  # fmt: skip
        node.devices["device1"].deadline_ms = 200
        waiting = asyncio.create_task(run(node, "hook turn_on"))
        await asyncio.sleep_ms(20)

        await run(node, "device2 turn_on")
        assert machine.Pin(18).value() == 1
        assert not waiting.done()

        await fails(waiting, "no_answer")
        server.silent = False
        await stop(node)


async def test_a_wled_gets_its_brightness():
    async with Web({"/json/state": (200, "{}")}) as server:
        node = await start({"device1": with_(WLED, ip="127.0.0.1")})
        node.devices["device1"].ip = "127.0.0.1:%d" % server.port

        await run(node, "tv turn_on")
        await run(node, "tv set_rule 200")
        await run(node, "tv turn_off")

        wanted = [json.loads(body) for _, _, body in server.heard]
        assert wanted == [{"on": True, "bri": 128}, {"on": True, "bri": 200}, {"on": False}]
        assert [method for method, _, _ in server.heard] == ["POST"] * 3
        await stop(node)


async def test_a_tasmota_relay_is_switched_and_watched():
    pages = {"/cm?cmnd=Power%20On": (200, "{}"), "/cm?cmnd=Power%20Off": (200, "{}"),
             "/cm?cmnd=Power": (200, '{"POWER":"OFF"}')}  # fmt: skip
    async with Web(pages) as server:
        tasmota = {"_type": "tasmota-relay", "nickname": "Porch", "ip": "127.0.0.1",
                   "default_rule": "Enabled", "schedule": {}}  # fmt: skip
        node = await start({"device1": tasmota})
        it = node.devices["device1"]
        it.uri = "http://127.0.0.1:%d" % server.port
        it.timers["poll"] = node.clock.uptime_ms() + 60000
        await asyncio.sleep_ms(100)
        await run(node, "porch turn_on")
        assert it.shown == "enabled"

        it.timers["poll"] = 0
        node.devices.flag.set()
        await until(lambda: it.shown is False)  # somebody has pressed its button

        assert it.wanted is False
        assert server.heard[-1][1] == "/cm?cmnd=Power"
        await stop(node)


def at_port(server):
    """Let the driver look for its lamp where the server is."""
    original = kasa.ask

    async def ask(host, request):
        return await original(host, request, server.port)

    kasa.ask = ask
    return original


async def test_a_kasa_dimmer_and_bulb_get_what_they_understand():
    for kind, heard in (
        ("dimmer", [{"smartlife.iot.dimmer": {"set_brightness": {"brightness": 60}}},
                    {"system": {"set_relay_state": {"state": 1}}},
                    {"system": {"set_relay_state": {"state": 0}}}]),
        ("bulb", [{"smartlife.iot.smartbulb.lightingservice": {"transition_light_state": {
                      "ignore_default": 1, "on_off": 1, "transition_period": 0, "brightness": 60}}},
                  {"smartlife.iot.smartbulb.lightingservice": {"transition_light_state": {
                      "ignore_default": 1, "on_off": 0, "transition_period": 0}}}]),
    ):  # fmt: skip
        async with KasaLamp(kind) as lamp:
            original = at_port(lamp)
            node = await start({"device1": with_(LAMP, _type=kind)})

            await run(node, "hall turn_on")
            assert (lamp.on, lamp.brightness) == (1, 60)
            await run(node, "hall turn_off")

            assert lamp.heard == heard
            lamp.error = -1
            await fails(run(node, "hall turn_on"), "no_answer")
            kasa.ask = original
            await stop(node)


async def test_who_presses_the_button_of_a_kasa_is_noticed_but_no_disabled_one_wakes():
    async with KasaLamp("dimmer") as lamp:
        original = at_port(lamp)
        node = await start({"device1": LAMP})
        it = node.devices["device1"]
        it.poll_ms = 30
        await run(node, "hall turn_on")

        lamp.brightness = 33
        it.timers["poll"] = 0
        node.devices.flag.set()
        await until(lambda: it.current_rule == 33)
        lamp.on = 0
        await until(lambda: it.wanted is False)
        await run(node, "hall set_rule disabled")
        lamp.on = 1
        await asyncio.sleep_ms(150)

        assert (it.enabled, it.current_rule, it.shown) == (False, "disabled", False)
        kasa.ask = original
        await stop(node)


async def test_a_kasa_dimmed_beyond_its_limits_is_on_all_the_same_and_the_wall_is_remembered():
    async with KasaLamp("dimmer") as lamp:
        original = at_port(lamp)
        node = await start({"device1": dict(LAMP, min_rule=10)})
        it = node.devices["device1"]
        it.poll_ms = 30
        await run(node, "hall turn_off")

        lamp.on, lamp.brightness = 1, 3
        it.timers["poll"] = 0
        node.devices.flag.set()
        await until(lambda: it.wanted is True)
        await asyncio.sleep_ms(100)

        assert (it.fault, it.shown is False) == ("", False)
        assert node.states.get("devices")["known"]["Hall"]["wanted"] is True
        kasa.ask = original
        await stop(node)


async def test_a_kasa_that_is_away_is_told_when_it_is_back():
    lamp = KasaLamp("dimmer")
    original = at_port(lamp)
    node = await start({"device1": LAMP})
    it = node.devices["device1"]
    await fails(run(node, "hall turn_on"), "no_answer")
    assert it.fault

    async with lamp:
        it.timers["poll"] = 0
        node.devices.flag.set()
        await until(lambda: lamp.on == 1)

    assert it.wanted is True
    kasa.ask = original
    await stop(node)


def test_a_kasa_answer_that_is_none_is_refused():
    assert "" == kasa.decode(b"")
    try:
        kasa.decode(b"\x00\xff\x10\xee")
        raise AssertionError
    except ValueError:
        pass


async def test_the_screen_of_a_computer_in_use_stays_on_and_that_is_no_fault():
    async with Web({"/on": (200, ""), "/off": (503, '{"state":"user not idle"}'),
                    "/state": (200, '{"state":"On"}'), "/idle_time": (200, '{"idle_time":"90000"}')}) as server:  # fmt: skip
        screen = {"_type": "desktop", "nickname": "Screen", "ip": "127.0.0.1", "port": server.port,
                  "default_rule": "Enabled", "schedule": {}}  # fmt: skip
        user = {"_type": "desktop", "nickname": "User", "ip": "127.0.0.1", "port": server.port,
                "mode": "activity", "default_rule": "Enabled", "schedule": {},
                "targets": ["device2"]}  # fmt: skip
        node = await start({"device1": screen, "device2": RELAY, "sensor1": user,
                            "sensor2": with_(user, nickname="Shown", mode="screen", targets=["device1"])})  # fmt: skip

        await run(node, "screen turn_off")
        await until(lambda: node.devices["sensor1"].current is False)
        server.pages["/idle_time"] = (200, '{"idle_time":"10"}')
        await until(lambda: machine.Pin(18).value() == 1)

        assert node.devices["sensor2"].current is True
        for name in ("sensor1", "sensor2"):  # the first has no screen among its targets
            assert (await run(node, name + " get_attributes"))["mode"] in ("activity", "screen")
        server.pages["/idle_time"] = (200, "what?")
        await until(lambda: node.devices["sensor1"].fault)
        assert machine.Pin(18).value() == 1
        await run(node, "sensor1 disable")
        await asyncio.sleep_ms(30)
        assert machine.Pin(18).value() == 0
        await stop(node)


class OtherNode(Server):
    """A node of micropython-smarthome: one JSON list in, one JSON value out, then it hangs up."""

    answer = b'{"Triggered": "sensor1"}'

    async def talk(self, reader, writer):
        self.heard.append(json.loads(await reader.readline()))
        writer.write(self.answer)


async def test_another_node_gets_the_command_of_a_rule():
    async with OtherNode() as other:
        node = await start({"device1": with_(OTHER, port=other.port, ip="localhost")})
        it = node.devices["device1"]
        it.ip = "127.1"  # what it is called elsewhere, not here
        it.address = address_of

        await run(node, "device1 turn_on")
        await run(node, "device1 turn_off")

        assert other.heard == [["trigger_sensor", "sensor1"]]
        other.answer = b'{"ERROR": "Instance not found, use status to see options"}'
        await fails(run(node, "device1 turn_on"), "no_answer")
        other.answer = b'"Rebooting"'
        await run(node, "device1 turn_on")
        await stop(node)


async def address_of(host):
    return "127.0.0.1"


async def test_a_command_for_this_node_takes_the_short_way():
    evening = {"_type": "dummy", "nickname": "Evening", "default_rule": "Off", "schedule": {},
               "targets": ["device2"]}  # fmt: skip
    here = with_(OTHER, ip="127.0.0.1",
                 default_rule={"on": ["trigger_sensor", "sensor1"], "off": ["set_rule", "sensor1", "off"]})  # fmt: skip
    node = await start({"device1": here, "device2": RELAY, "sensor1": evening})

    await run(node, "device1 turn_on")
    await until(lambda: machine.Pin(18).value() == 1)
    await run(node, "device1 turn_off")
    await until(lambda: machine.Pin(18).value() == 0)

    await fails(run(node, "device1 set_rule []"), "rule")
    await stop(node)


async def test_the_commands_of_the_original_mean_the_same_for_this_node():
    blaster = {"_type": "ir-blaster", "nickname": "TV", "pin": 23, "default_rule": "enabled",
               "schedule": {}}  # fmt: skip
    key = with_(OTHER, ip="127.0.0.1",
                default_rule={"on": ["ir_key", "tv", "power"], "off": ["clear_log"]})  # fmt: skip
    anew = with_(OTHER, nickname="Anew", ip="127.0.0.1",
                 default_rule={"on": ["reboot"], "off": ["ignore"]})  # fmt: skip
    node = await start({"device1": key, "device2": blaster, "device3": anew})
    node.devices["device2"].add_key("tv", "power", "samsung:E0E040BF")
    led = machine.PWM(machine.Pin(23))
    led.flashes = 0
    write("logs/err.sys.log", "fault")

    await run(node, "device1 turn_on")
    assert led.flashes == 34
    await run(node, "device1 turn_off")
    await gone("logs/err.sys.log")
    await run(node, "device3 turn_on")

    assert node.stop.is_set()
    await stop(node)


async def gone(path):
    try:
        open(path).close()
    except OSError:
        return
    raise AssertionError(path + " is still there")


async def test_a_delay_that_is_no_number_is_refused_and_stops_nothing():
    odd = with_(OTHER, ip="127.0.0.1",
                default_rule={"on": ["enable_in", "device2", "soon"], "off": ["ignore"]})  # fmt: skip
    node = await start({"device1": odd, "device2": RELAY})

    await fails(run(node, "device1 turn_on"), "no_answer")
    await run(node, "device2 turn_on")

    assert machine.Pin(18).value() == 1
    await stop(node)


async def test_a_command_for_itself_ends():
    here = with_(OTHER, ip="127.0.0.1",
                 default_rule={"on": ["turn_on", "device1"], "off": ["ignore"]})  # fmt: skip
    node = await start({"device1": here, "device2": RELAY})
    node.devices["device1"].deadline_ms = 200

    await fails(run(node, "device1 turn_on"), "no_answer")
    await run(node, "device2 turn_on")

    assert machine.Pin(18).value() == 1
    await stop(node)
