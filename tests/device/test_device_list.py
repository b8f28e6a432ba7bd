"""Devices over HTTP: what they are, how they are, what one can tell them, and what is new."""

import asyncio
import json

from device_house import start, stop
from house import Stream, build_node, end, run, until
from http_client import ask, request

from tepal.services import http
from tepal.services.tcp import Connection

LAMP = {"_type": "pwm", "nickname": "Hall Lamp", "pin": 4, "min_rule": 0, "max_rule": 1000,
        "default_rule": 500, "schedule": {"sunset": "fade/700/60"}}  # fmt: skip
EVENING = {"_type": "dummy", "nickname": "Evening", "default_rule": "Off", "schedule": {},
           "targets": ["device1"]}  # fmt: skip
HOME = {"device1": LAMP, "sensor1": EVENING, "schedule_keywords": {"bedtime": "22:30"}}


async def asked(node, method="GET", path="/api/v1/devices", body=None):
    ((status, _, answer),) = await ask(node, request(method, path, body))
    return status, json.loads(answer)


async def test_a_node_without_devices_has_an_empty_list():
    node = build_node()

    status, answer = await asked(node)

    assert status == 200
    assert answer == {"types": [], "instances": [], "keywords": {}, "faults": []}
    assert "devices" not in node.__dict__
    assert (await asked(node, path="/api/v1/devices/device1"))[0] == 404
    assert (await asked(node, "POST", "/api/v1/devices/device1/enable", []))[0] == 404
    assert (await asked(node, "POST", "/api/v1/devices", []))[0] == 405
    await end(node)


async def test_the_list_says_what_hangs_on_the_node_and_how_it_is():
    node = await start(HOME)

    status, answer = await asked(node)

    assert status == 200
    lamp, evening = sorted(answer["instances"], key=lambda one: one["id"])
    assert lamp["id"] == "device1"
    assert lamp["sensor"] is False
    assert lamp["limits"] == [0, 1000]
    assert "turn_on" in lamp["commands"]
    assert lamp["status"]["nickname"] == "Hall Lamp"
    assert lamp["status"]["current_rule"] == 500
    assert lamp["status"]["schedule"] == {"sunset": "fade/700/60"}
    assert evening["sensor"] is True
    assert evening["status"]["targets"] == ["device1"]
    assert "condition_met" in evening["commands"]
    types = {kind["type"]: kind for kind in answer["types"]}
    assert sorted(types) == ["dummy", "pwm"]
    assert types["pwm"]["display_name"] == "LED Strip"
    assert types["pwm"]["rule_prompt"] == "int_or_fade"
    assert types["pwm"]["rule_limits"] == [0, 1023]
    assert types["pwm"]["params"]["min_rule"]["min"] == 0
    assert types["dummy"]["triggerable"] is True
    assert answer["keywords"] == {"bedtime": "22:30"}
    assert answer["faults"] == []
    await stop(node)


async def test_one_instance_is_found_by_id_and_by_nickname():
    node = await start(HOME)

    for name in ("device1", "hall_lamp"):
        status, answer = await asked(node, path="/api/v1/devices/" + name)
        assert (status, answer["id"]) == (200, "device1"), name
    assert (await asked(node, path="/api/v1/devices/devices"))[0] == 404
    assert (await asked(node, path="/api/v1/devices/device9"))[0] == 404
    await stop(node)


async def test_what_is_posted_is_a_command():
    node = await start(HOME)
    path = "/api/v1/devices/hall_lamp/"

    status, answer = await asked(node, "POST", path + "set_rule", {"rule": 300, "minutes": 5})
    assert status == 200
    assert answer["result"]["current_rule"] == 300
    assert answer["result"]["override"]["seconds"] == 300
    status, answer = await asked(node, "POST", path + "add_schedule_rule", ["bedtime", 10])
    assert answer["result"] == {"sunset": "fade/700/60", "bedtime": 10}
    status, answer = await asked(node, "POST", path + "enable_in", {"minutes": 2})
    assert answer["result"] == {"enable_in_seconds": 120}

    for call, body, expected, code in (
        ("set_rule", [5000], 400, "rule"),
        ("set_rule", "5", 400, "bad_request"),
        ("explode", [], 404, "unknown_function"),
        ("add_schedule_rule", ["25:99", 1], 400, "schedule"),
    ):
        status, answer = await asked(node, "POST", path + call, body)
        assert (status, answer["code"]) == (expected, code), call
    await stop(node)


async def test_who_may_only_look_sees_all_and_changes_nothing():
    node = await start(HOME)
    node.auth.guest = 1

    assert (await asked(node))[0] == 200
    assert (await asked(node, "POST", "/api/v1/devices/device1/disable", []))[0] == 403
    node.auth.enabled = True
    node.auth.guest = 0
    assert (await asked(node))[0] == 401
    await stop(node)


async def test_an_instance_that_cannot_say_how_it_is_does_not_hide_the_others():
    node = await start(HOME)
    node.devices["sensor1"].condition_met = lambda: 1 // 0

    _, answer = await asked(node)

    states = {one["id"]: one["status"] for one in answer["instances"]}
    assert states["sensor1"] is None
    assert states["device1"]["enabled"] is True
    await stop(node)


async def watch(node):
    """Return what somebody gets who listens to the events, and who that is."""
    stream = Stream()
    task = asyncio.create_task(http.serve(node, Connection(stream, http.BUFFER)))
    stream.send(request("GET", "/api/v1/events"))
    await asyncio.sleep_ms(20)
    return stream, task


async def leave(task):
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        pass


def states(sent):
    """Return [(target, status)] of the events in a stream."""
    found = []
    for event in sent.decode().split("\n\n"):
        if event[:13] == "event: state\n":
            data = json.loads(event[event.find("data: ") + 6 :])
            found.append((data["target"], data["status"]))
    return found


async def test_what_changes_is_told_to_who_watches():
    node = await start(HOME)
    stream, task = await watch(node)

    def lamp_is_on():
        lamp = [status for target, status in states(stream.sent) if target == "device1"]
        return lamp and lamp[-1]["turned_on"] is True

    await run(node, "evening set_rule on")
    await until(lamp_is_on)  # by its sensor, and nobody has named it
    await asyncio.sleep_ms(300)
    assert lamp_is_on()
    seen = states(stream.sent)
    assert [one for one in seen if one[0] == "sensor1"][-1][1]["condition_met"] is True
    assert [one for one in seen if one[0] == "evening"] == []
    stream.sent = b""
    await run(node, "devices add_schedule_keyword dawn 06:00")
    await until(lambda: ("devices", None) in states(stream.sent))
    await leave(task)
    await stop(node)


async def test_a_fade_tells_four_times_a_second_and_not_at_each_step():
    node = await start(HOME)
    stream, task = await watch(node)

    await run(node, "device1 set_rule fade/0/1")
    await asyncio.sleep_ms(1500)

    await until(lambda: states(stream.sent)[-1][1]["current_rule"] == 0)
    seen = states(stream.sent)
    assert 3 <= len(seen) <= 8, len(seen)
    await leave(task)
    await stop(node)


async def test_who_listens_too_slowly_learns_that_something_was_lost():
    node = await start(HOME)
    stream, task = await watch(node)

    for number in range(40):
        node.log.publish("log", "line %d" % number)
    await asyncio.sleep_ms(50)

    assert b"event: lost\n" in stream.sent
    await leave(task)
    await stop(node)
