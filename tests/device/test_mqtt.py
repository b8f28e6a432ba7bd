import asyncio
import json

from broker import CONNECT, PING, PUBACK, SUBSCRIBE, UNSUBSCRIBE, Broker
from house import admin, build_node, end, fails, refused, run, until

from tepal.core import ending
from tepal.formats import mqtt
from tepal.services import mqtt_opening
from tepal.services.mqtt import Client


def joined(config="{}"):
    """Return a node that is on a network."""
    node = build_node(config=config)
    node.network.joined.set()
    return node


async def connect(node, version=5, **changes):
    """Return a client that has just connected, and its broker."""
    broker = await Broker(version).open()
    for name, value in changes.items():
        setattr(broker, name, value)
    node.config.values["mqtt"] = "127.0.0.1:%d" % broker.port
    client = Client(node)
    client.version = version
    client.pause_ms = 10
    node.tasks.start("mqtt.client", client.run())
    await until(lambda: client.link)
    return client, broker


async def connected(version=5, **changes):
    """Return a node, its broker and a client that has just connected."""
    node = joined()
    client, broker = await connect(node, version, **changes)
    return node, broker, client


async def opened(config="{}", pause_ms=10):
    """Return a node whose door is open, and its broker."""
    broker = await Broker().open()
    node = joined(config)
    node.config.values["mqtt"] = "127.0.0.1:%d" % broker.port
    node.mqtt.pause_ms = pause_ms  # it comes into being at its first use
    await broker.message("node01/status")
    return node, broker


async def close(node, broker):
    await end(node)
    await broker.close()


async def reconnected(broker, client, number):
    await until(lambda: broker.connections == number and client.link)


def collector(messages):
    async def handle(message):
        messages.append((message.topic, await message.whole(1000)))

    return handle


async def test_the_node_introduces_itself():
    broker = await Broker().open()
    node = joined('{"mqtt_user": "attic"}')
    node.config.values["mqtt"] = "127.0.0.1:%d" % broker.port
    await node.config.set("mqtt_pwd", "secret")
    client = Client(node, ("node01/status", "gone"))

    node.tasks.start("mqtt.client", client.run())
    _, body = await broker.next(CONNECT)

    assert body[:8] == b"\0\4MQTT\5\xee"  # clean, with a will, a user and a password
    for part in (b"\0\x08micr00OS", b"\0\x0dnode01/status\0\4gone\0\5attic\0\6secret"):
        assert part in body
    await close(node, broker)


async def test_a_broker_that_knows_the_older_version_only_is_spoken_to_in_that():
    node, broker, client = await connected(4)
    client.version = 5
    answer = broker.answer
    broker.answer = lambda kind, flags, body: (
        b" \2\0\1" if body[6:7] == b"\5" else answer(kind, flags, body)
    )

    await broker.hang_up()
    await until(lambda: client.version == 4 and client.link)

    messages = []
    await client.subscribe("a/#", collector(messages))
    await broker.next(SUBSCRIBE)
    broker.publish("a/b", "one")
    await until(lambda: messages)
    assert messages == [("a/b", b"one")]
    await close(node, broker)


async def test_a_refusal_is_told_as_a_sentence():
    broker = await Broker().open()
    broker.welcome = b"\0\x86\0"
    node = joined()
    node.config.values["mqtt"] = "127.0.0.1:%d" % broker.port
    client = Client(node)

    node.tasks.start("mqtt.client", client.run())
    await until(lambda: client.state != "off")

    assert client.state == "refused: wrong mqtt_user or mqtt_pwd"
    assert client.state in node.log.lines[-1]
    await close(node, broker)


def test_a_broker_is_a_host_and_perhaps_a_port():
    assert mqtt_opening.place("house", False) == ("house", 1883)
    assert mqtt_opening.place("house", True) == ("house", 8883)
    assert mqtt_opening.place("10.0.0.1:1885", True) == ("10.0.0.1", 1885)
    for text in ("", ":1883", "house:x", "house:0", "house:65536", "a:b:c"):
        assert "host or host:port" in refused(mqtt_opening.place, text, False)


async def test_a_large_message_comes_in_blocks():
    node, broker, client = await connected()
    sizes = []

    async def handle(message):
        async for block in message:
            sizes.append(len(block))
            assert block == b"x" * len(block)

    await client.subscribe("big", handle)
    await broker.next(SUBSCRIBE)
    await asyncio.sleep(0.05)
    broker.send(mqtt.publish("big", 50000, 0, False, 0, 5))
    await broker.send_blocks(b"x" * 500, 100)
    await until(lambda: sum(sizes) == 50000)

    assert max(sizes) <= 512
    await close(node, broker)


async def test_what_a_handler_leaves_is_passed_over():
    node, broker, client = await connected()
    messages = []

    async def take_a_little(message):
        messages.append(await message.read(3))

    async def fail(message):
        raise ValueError("seven")

    await client.subscribe("little", take_a_little)
    await client.subscribe("broken", fail)
    await client.subscribe("after", collector(messages))
    broker.publish("little", b"abcdef" * 1000)
    broker.publish("broken", b"abcdef" * 1000)
    broker.publish("nobody", b"abcdef" * 1000)
    broker.publish("after", "done")
    await until(lambda: len(messages) == 2)

    assert messages == [b"abc", ("after", b"done")]
    assert broker.connections == 1
    await close(node, broker)


async def test_a_message_with_a_topic_longer_than_ours_is_passed_over():
    node, broker, client = await connected()
    messages = []
    await client.subscribe("#", collector(messages))
    await broker.next(SUBSCRIBE)
    await asyncio.sleep(0.05)

    size = 40000 + 2 + 2 + 1 + 9
    head = b"2" + bytes([size & 127 | 128, size >> 7 & 127 | 128, size >> 14])
    broker.send(head + (40000).to_bytes(2, "big"))
    await broker.send_blocks(b"x" * 500, 80)
    broker.send(b"\0\5\0" + b"a payload")
    broker.publish("after", "done")
    _, body = await broker.next(PUBACK)
    await until(lambda: messages)

    assert body[:2] == b"\0\5"
    assert messages == [("after", b"done")]
    await close(node, broker)


async def test_a_message_is_acknowledged_when_it_is_dealt_with():
    node, broker, client = await connected()
    may_end = asyncio.Event()

    async def handle(message):
        await may_end.wait()

    await client.subscribe("update", handle, 1)
    broker.publish("update", "new", 1)
    await asyncio.sleep(0.1)
    assert PUBACK not in [kind for kind, _, _ in broker.packets]
    may_end.set()
    _, body = await broker.next(PUBACK)

    assert body == b"\0\7"
    await close(node, broker)


async def test_a_message_that_fails_may_come_again_and_the_third_time_is_the_last():
    node, broker, client = await connected()
    tried = asyncio.Event()

    async def fail(message):
        tried.set()
        raise OSError("the flash is full")

    await client.subscribe("update", fail, 1)
    for number in (1, 2, 3):
        await reconnected(broker, client, number)
        broker.publish("update", "new", 1)
        await asyncio.wait_for(tried.wait(), 60)
        tried.clear()
    await broker.next(PUBACK)

    assert broker.connections == 3
    await close(node, broker)


async def test_what_we_publish_is_kept_until_it_is_acknowledged():
    node, broker, client = await connected(deaf_to=(3,))
    await client.publish("alarm", "smoke", 1)
    _, flags, number = await broker.message("alarm")
    assert (flags, len(client.waiting)) == (2, 1)

    broker.deaf_to = ()
    await broker.hang_up()
    payload, flags, again = await broker.message("alarm")

    assert (payload, flags, again) == (b"smoke", 10, number)
    await until(lambda: not client.waiting)
    await close(node, broker)


async def test_what_waits_is_bounded():
    node, broker, client = await connected(welcome=b"\0\0\3\x21\0\2", deaf_to=(3,))
    client.patience_ms = 50
    await client.publish("alarm", "1", 1)
    await client.publish("alarm", "2", 1)

    assert await fails(client.publish("alarm", "3", 1), "queue_full") == "2"
    await fails(client.publish("alarm", "x" * 1025, 1), "too_large")
    await client.publish("alarm", "x" * 5000)
    await close(node, broker)


async def test_the_limits_of_the_broker_are_kept():
    welcome = b"\0\0\x0c\x24\0\x25\0\x27\0\0\0\x64\x13\0\x0a"
    node, broker, client = await connected(welcome=welcome)

    await client.publish("state", "on", 1, retain=True)
    _, flags, _ = await broker.message("state")

    assert flags == 0
    assert client.link.quiet_ms == 5000
    await fails(client.publish("state", "x" * 100), "too_large")
    await close(node, broker)


async def test_nothing_is_published_without_a_broker():
    client = Client(joined())

    await fails(client.publish("a", "b"), "unreachable")
    for topic in ("", "a/+", "#", "a\0", "x" * 257):
        await fails(client.publish(topic, "b", 1), "arguments")
    assert client.waiting == {}
    for pattern in ("", "a/#/b", "a#", "a/b+", "a\0", "x" * 257):
        await fails(client.subscribe(pattern, None), "arguments")
    for pattern in ("#", "+", "a/+/b/#", "/", "$SYS/#"):
        await client.subscribe(pattern, None)
    assert len(client.subscriptions) == 5
    await end(client.node)


async def test_a_subscription_can_be_given_back():
    node, broker, client = await connected()
    messages = []
    await client.subscribe("a", collector(messages))
    await client.subscribe("b", collector(messages))

    await client.unsubscribe("a")
    _, body = await broker.next(UNSUBSCRIBE)
    broker.publish("a", "1")
    broker.publish("b", "2")
    await until(lambda: messages)

    assert body[2:] == b"\0\0\1a"
    assert messages == [("b", b"2")]
    await close(node, broker)


async def test_a_silent_broker_is_asked_and_then_left():
    broker = await Broker().open()
    broker.deaf_to = (PING,)
    node = joined()
    node.config.values["mqtt"] = "127.0.0.1:%d" % broker.port
    client = Client(node)
    client.keep_alive = 1
    client.pause_ms = 10

    node.tasks.start("mqtt.client", client.run())
    await broker.next(PING)
    broker.deaf_to = ()
    await until(lambda: broker.connections == 2)

    assert "the broker is silent" in node.log.lines[-1]
    await broker.next(PING)
    await asyncio.sleep(1)
    assert broker.connections == 2  # who answers is kept
    await close(node, broker)


MALFORMED = {
    "a packet for brokers": b"\x10\x00",
    "QoS 2": b"\x34\x05\0\1a\0\1",
    "flags": b"\x41\x02\0\1",
    "an endless number": b"\x30\xff\xff\xff\xff",
    "a topic beyond its packet": b"\x30\x03\0\x09a",
    "no topic": b"\x30\x03\0\0\0",
    "wildcards": b"\x30\x05\0\2/#\0",
    "no UTF-8": b"\x30\x05\0\2\xff\xfe\0",
    "number 0": b"\x32\x06\0\1a\0\0\0",
    "properties beyond their packet": b"\x30\x05\0\1a\x05\0",
    "an answer without end": b"\x90\xff\xff\xff\x7f",
    "a short PUBACK": b"\x40\x01\0",
    "a short SUBACK": b"\x90\x02\0\1",
    "CONNACK again": b"\x20\x03\0\0\0",
    "more than a megabyte": b"\x30\xff\xff\xff\x7f\0\1a\0",
    "goodbye": b"\xe0\x01\x8b",
    "the end within a message": b"\x30\x30\0\1a\0abc",
}


async def test_a_lying_broker_is_left_and_tried_again():
    node = joined()
    for name, packet in MALFORMED.items():
        client, broker = await connect(node)
        node.log.lines.clear()

        broker.send(packet)
        if "end within" in name:
            await asyncio.sleep(0.05)
            await broker.hang_up()
        await reconnected(broker, client, 2)

        assert len([line for line in node.log.lines if "WARN] mqtt: " in line]) == 1, name
        await ending.kill(node.tasks, "mqtt.client")
        await broker.close()
    await end(node)


async def test_a_topic_is_a_command_and_its_payload_the_arguments():
    node, broker = await opened()

    for payload in ('{"r": 10, "g": 20, "b": 30, "smooth": false}', "[10, 20, 30, false]"):
        broker.publish("node01/rgb/color", payload)
        answer, _, _ = await broker.message("node01/rgb/color/response")
        assert json.loads(answer)["result"]["G"] == 20
    broker.publish("node01/rgb/color", "11 21 b=31 smooth=False", 1)
    answer, _, _ = await broker.message("node01/rgb/color/response")

    assert json.loads(answer) == {
        "state": True,
        "result": {"R": 11, "G": 21, "B": 31, "BR": 3, "S": 1},
    }
    await broker.next(PUBACK)
    await close(node, broker)


async def test_a_command_line_is_a_command_too():
    node, broker = await opened()

    broker.publish("node01/cmd", "system heartbeat")
    answer, _, _ = await broker.message("node01/response")

    assert json.loads(answer) == {"state": True, "result": "<3 heartbeat"}
    broker.publish("node01/cmd", "reboot")
    answer, _, _ = await broker.message("node01/response")
    assert json.loads(answer)["code"] == "denied"
    await close(node, broker)


async def test_what_is_no_command_is_answered_with_the_reason():
    node, broker = await opened()

    for topic, payload, code in (
        ("nothing/here", "", "unknown_module"),
        ("system/nothing", "", "unknown_function"),
        ("system/_private", "", "unknown_function"),
        ("system/a b", "", "syntax"),
        ("system/heartbeat", "{1: 2}", "syntax"),
        ("system/heartbeat", '{"a b": 1}', "syntax"),
        ("system/heartbeat", '{"more": 1}', "arguments"),
        ("system/heartbeat", b"\xff", "encoding"),
        ("system/heartbeat", "x" * 3000, "too_large"),
        ("cmd/reboot", "", "unknown_module"),
    ):
        broker.publish("node01/" + topic, payload)
        answer, _, _ = await broker.message("node01/" + topic + "/response")
        answer = json.loads(answer)
        assert answer["state"] is False
        assert answer["code"] == code, (topic, answer)
        assert answer["result"].startswith("Core error: ")
    assert broker.connections == 1
    await close(node, broker)


async def test_the_role_of_the_door_is_configured():
    node, broker = await opened('{"mqtt_role": "view"}')

    broker.publish("node01/rgb/toggle", "")
    answer, _, _ = await broker.message("node01/rgb/toggle/response")

    assert json.loads(answer)["code"] == "denied"
    await close(node, broker)


async def test_a_retained_command_is_not_run():
    node, broker = await opened()

    broker.publish("node01/rgb/toggle", "", retain=True)
    broker.publish("node01/cmd", "hello")
    await broker.message("node01/response")

    assert "rgb" not in node.modules.loaded
    await close(node, broker)


async def test_states_are_published_when_they_change():
    node, broker = await opened()

    await run(node, "rgb color 10 20 30 smooth=False")
    payload, flags, _ = await broker.message("node01/rgb/state")
    assert (json.loads(payload)["R"], flags) == (10, 1)
    await run(node, "rgb color 10 20 30 smooth=False")
    await run(node, "rgb color 40 20 30 smooth=False")
    payload, _, _ = await broker.message("node01/rgb/state")

    assert json.loads(payload)["R"] == 40
    await close(node, broker)


async def test_states_and_presence_are_told_anew_to_a_broker_that_comes_back():
    node, broker = await opened()
    await run(node, "rgb color 10 20 30 smooth=False")
    await broker.message("node01/rgb/state")

    await broker.hang_up()
    presence, flags, _ = await broker.message("node01/status")
    state, _, _ = await broker.message("node01/rgb/state")

    assert (json.loads(presence), flags) == ({"status": "online"}, 1)
    assert json.loads(state)["R"] == 10
    await close(node, broker)


async def test_notifications_wait_for_the_broker():
    node, broker = await opened(pause_ms=500)
    await broker.hang_up()
    await until(lambda: not node.mqtt.link)

    node.log.publish("notify", "smoke in the attic")
    payload, flags, _ = await broker.message("node01/notify")

    assert (payload, flags) == (b"smoke in the attic", 2)
    await close(node, broker)


async def test_modules_publish_too():
    node, broker = await opened()

    assert await run(node, "mqtt publish house/attic 21.5 retain=True") == "Published"
    payload, flags, _ = await broker.message("house/attic")

    assert (payload, flags) == (b"21.5", 1)
    status = await run(node, "mqtt status", admin())
    assert status == {"state": "connected", "version": "5", "waiting": 0}
    await close(node, broker)


async def test_without_a_broker_the_module_says_what_is_missing():
    node = build_node()

    assert "mqtt" in await fails(run(node, "mqtt status"), "unsupported")
    await end(node)


async def test_a_node_that_restarts_says_goodbye():
    node, broker = await opened()

    for last in node.closing:
        last()
    payload, flags, _ = await broker.message("node01/status")

    assert (json.loads(payload), flags) == ({"status": "offline"}, 1)
    await broker.next(14)
    await close(node, broker)
