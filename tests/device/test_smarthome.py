"""The door of micropython-smarthome: JSON lines, HTTP, and who may come in."""

import binascii
import json
import os

from device_house import stop
from house import build_node, end, fails, talk
from old_client import MISSING, get, opened, say

from tepal.core import login
from tepal.services import smarthome


async def test_an_answer_is_json_without_an_end_of_line():
    node = await opened()

    assert await talk(node, smarthome, b'["enable", "device2"]\n') == b'{"Enabled": "device2"}'
    sent = await talk(node, smarthome, b"GET /enable?device2 HTTP/1.1\r\n\r\n")
    assert sent == (
        b'HTTP/1.0 200 NA\r\nContent-Type: application/json\r\n\r\n{"Enabled": "device2"}'
    )
    await stop(node)


async def test_a_request_may_come_in_pieces_and_end_without_a_newline():
    node = await opened()

    assert await talk(node, smarthome, b'["enable"', b', "device', b'2"]\n["reboot"]\n') == (
        b'{"Enabled": "device2"}'
    )
    assert await talk(node, smarthome, b'["enable", "device2"]') == b'{"Enabled": "device2"}'
    assert not node.stop.is_set()
    await stop(node)


async def test_what_is_no_request_is_said_to_be_none():
    node = await opened()

    for line in (
        b"{",
        b"[]",
        b"5",
        b"null",
        b"{}",
        b'[["enable"]]',
        b"\xff\xfe",
        b"POST / HTTP/1.1",
    ):
        answer = json.loads(await talk(node, smarthome, line + b"\n"))
        assert answer == {"ERROR": "Syntax error in received JSON"}, line
    for words in (["nothing"], ["_run"], ["__init__"], ["node"], ["host"], [""], [" "], ["i"]):
        assert await say(node, *words) == {"ERROR": "Invalid command"}, words
    for target in ("nothing", "", "_result?x", "?", "enable/device1"):
        assert await get(node, target) == (404, {"ERROR": "Invalid command"}), target
    for words in (["enable"], ["set_rule", "device1"], ["add_schedule_rule", "device1", "08:00"]):
        assert await say(node, *words) == {"ERROR": "Invalid syntax"}, words
    for name in ("device9", "hall", 5, None, {}, "devices"):
        assert await say(node, "enable", name) == MISSING, name
    long = b'["enable", "' + b"x" * smarthome.BUFFER
    answer = json.loads(await talk(node, smarthome, long))
    assert answer["ERROR"].startswith("too large")
    many = b"GET /status HTTP/1.1\r\n" + b"x: y\r\n" * 99 + b"\r\n"
    assert b"too large" in await talk(node, smarthome, many)
    assert await talk(node, smarthome) == b""
    assert b"Syntax error" in await talk(node, smarthome, b"\n")
    await stop(node)


async def test_noise_is_answered_with_an_error_or_not_at_all():
    node = await opened()
    seeds = (
        b'["set_rule", "device1", {"on": [1, 2.5e3, null]}]',
        b"GET /status?a/%2F HTTP/1.1\r\n\r\n",
    )
    noise = os.urandom(120)

    for place in range(0, len(noise), 3):
        line = bytearray(seeds[place % 2])
        line[noise[place] % len(line)] = noise[place + 1]
        line = bytes(line[: noise[place + 2] % len(line)])
        sent = await talk(node, smarthome, line + b"\n")
        _, _, body = (b"\r\n\r\n" + sent).rpartition(b"\r\n\r\n")
        assert not body or "ERROR" in json.loads(body) or "metadata" in json.loads(body), line
    assert [line for line in node.log.lines if "smarthome" in line] == []
    await stop(node)


async def test_who_is_not_let_in_must_log_in():
    node = await opened(who="login")
    await login.keep_secret(node.auth, "appwd", "rosehip-tea")
    await login.keep_secret(node.auth, "viewpwd", "lime-blossom")

    def basic(password):
        return "Basic " + binascii.b2a_base64(b":" + password.encode()).decode().strip()

    async def line(**said):
        return json.loads(await talk(node, smarthome, json.dumps(said).encode() + b"\n"))

    assert await say(node, "enable", "device1") == {"ERROR": "login required"}
    assert await get(node, "enable?device1") == (401, {"ERROR": "login required"})
    enable = ["enable", "device1"]
    assert await line(call=enable, password="rosehip-tea") == {"Enabled": "device1"}
    assert await line(call=["condition_met", "sensor2"], password="lime-blossom") == {
        "Condition": False
    }
    assert "denied" in (await line(call=enable, password="lime-blossom"))["ERROR"]
    assert await line(call=enable, password="guess") == {"ERROR": "wrong password"}
    granted = await get(node, "enable?device1", Authorization=basic("rosehip-tea"))
    assert granted == (200, {"Enabled": "device1"})
    assert (await get(node, "enable?device1", Authorization=basic("guess")))[0] == 401
    await stop(node)


async def test_addresses_come_in_without_a_password_and_nobody_else():
    node = await opened(who="10.0.0.7, 10.0.0.9")
    assert await say(node, "enable", "device1") == {"Enabled": "device1"}

    await node.config.set("smarthome", "10.0.0.7")
    assert await say(node, "enable", "device1") == {"ERROR": "login required"}

    for wrong in ("everybody", "10.0.0", "open,10.0.0.9", "10.0.0.300"):
        await fails(node.config.set("smarthome", wrong), "config_value")
    await stop(node)


async def test_guests_have_their_role_and_no_other():
    node = await opened(role="view")

    assert await say(node, "condition_met", "sensor1") == {"Condition": False}
    assert "devices" in await say(node, "status")
    assert "free" in await say(node, "mem_info")
    node.sweep()
    for words in (
        ["reboot"], ["turn_on", "device1"], ["set_rule", "device1", 5], ["reset_all_rules"],
        ["disable", "device1"], ["remove_rule", "device1", "sunset"], ["save_rules"],
        ["add_schedule_keyword", {"a": "01:00"}], ["save_schedule_keywords"], ["clear_log"],
        ["set_log_level", "INFO"], ["set_gps_coords", {"latitude": 1, "longitude": 1}],
        ["trigger_sensor", "sensor1"], ["enable_in", "device1", 5],
        ["remove_schedule_keyword", "bedtime"],
    ):  # fmt: skip
        assert (await say(node, *words))["ERROR"].startswith("denied"), words
    await node.config.set("smarthome_role", "control")
    assert await say(node, "turn_on", "device1") == {"On": "device1"}
    assert (await say(node, "reboot"))["ERROR"].startswith("denied")
    assert not node.stop.is_set()
    await stop(node)


async def test_a_page_of_another_site_cannot_make_a_browser_switch_anything():
    node = await opened()

    for headers in (
        {"Sec_Fetch_Site": "cross-site"},
        {"Origin": "http://evil.example"},
        {"Referer": "http://evil.example/page"},
    ):
        status, answer = await get(node, "turn_on?device1", **headers)
        assert (status, answer["ERROR"][:10]) == (403, "other site"), headers
    status, answer = await get(node, "turn_on?device1", User_Agent="Mozilla/5.0")
    assert answer["ERROR"].startswith("denied")
    assert (await get(node, "turn_on?device1", Sec_Fetch_Site="none"))[1] == {"On": "device1"}
    await stop(node)


async def test_a_node_without_devices_answers_too():
    node = build_node()
    node.config.values["smarthome"] = "open"

    found = await say(node, "status")
    assert (found["devices"], found["sensors"]) == ({}, {})
    assert found["metadata"]["id"] == "node01"
    assert await say(node, "enable", "device1") == MISSING
    assert await say(node, "reset_all_rules") == {"New rules": {}}
    assert await say(node, "get_schedule_keywords") == {"sunrise": "00:00", "sunset": "00:00"}
    assert await say(node, "remove_schedule_keyword", "x") == {"ERROR": "Keyword does not exist"}
    assert await say(node, "get_temp") == {"ERROR": "No temperature sensor configured"}
    await end(node)
