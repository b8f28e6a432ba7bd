import asyncio
import gc
import hashlib
import json
import os

from broker import PUBLISH, SUBSCRIBE, Broker
from house import build_node, end, write
from wheelhouse import wheel

from tepal.formats import mqtt

CHANNEL = "mpypi/channels/beta"
SOURCE = b"def user_main():\n    pass\n"


def sha(data):
    return hashlib.sha256(data).digest().hex()


def wheel_item(data, version="1.0", name="fan-club", **more):
    return dict(type="wheel", name=name, version=version, pkg_sha256=sha(data), **more)


def app_item(data, name, version="1.0.0"):
    return {"type": "app", "name": name, "version": version, "pkg_sha256": sha(data)}


def source_item(data=SOURCE, path="user_main.py", **more):
    return dict(type="src", path=path, pkg_sha256=sha(data), **more)


class Keeper(Broker):
    """A broker that keeps messages, and sends them to who subscribes."""

    def __init__(self):
        Broker.__init__(self)
        self.kept = {}
        self.said = {}  # topic: the last payload from the client
        self.asked = []

    def answer(self, kind, flags, body):
        if kind == SUBSCRIBE:
            size = mqtt.pair(body, 3)
            topic = body[5 : 5 + size].decode()
            self.asked.append(topic)
            answer = Broker.answer(self, kind, flags, body)
            if topic in self.kept:
                payload = self.kept[topic]
                answer += mqtt.publish(topic, len(payload), 0, True, 0, 5) + payload
            return answer
        if kind == PUBLISH:
            size = mqtt.pair(body, 0)
            start = 2 + size + (2 if flags & 2 else 0) + 1
            self.said[body[2 : 2 + size].decode()] = body[start:]
        return Broker.answer(self, kind, flags, body)

    def keep(self, item, data, topic=None):
        from tepal.formats.update_topics import topics

        self.kept[topic or topics(item)[0]] = data
        return item


class House:
    """A node that follows the channel beta, and its broker."""

    def __init__(self, node, broker, channel):
        self.node = node
        self.broker = broker
        self.channel = channel
        self.topic = channel.topic

    def command(self, items):
        payload = items if isinstance(items, (bytes, str)) else json.dumps(items)
        self.broker.publish(self.topic + "cmd", payload, 1)

    def status(self):
        return json.loads(self.broker.said.get(self.topic + "status", b'{"state": "none"}'))

    async def until(self, state):
        """Return the status as soon as it has ``state``."""
        for _ in range(1500):
            if self.status()["state"] == state:
                return self.status()
            await asyncio.sleep(0.01)
        raise AssertionError("%s expected, not %s" % (state, self.status()))

    async def boot(self, is_good=True):
        """Do what the next boots do, and let the node see it."""
        from tepal.core import journal

        assert self.node.stop.is_set()
        assert journal.replay([]) == []
        if is_good:
            journal.confirm()
        else:
            journal.roll_back("no network")

    async def end(self):
        await end(self.node)
        await self.broker.close()


async def follow(config="{}", items=None, broker=None, files=()):
    """Return a House; ``items`` is the list that its channel holds."""
    from tepal.services import channel

    broker = await (broker or Keeper()).open()
    if items is not None:
        broker.kept[CHANNEL] = items if isinstance(items, bytes) else json.dumps(items).encode()
    node = build_node(config=config)
    for path, text in files:
        write(path, text)
    node.slot = ""
    node.network.joined.set()
    node.network.state = "joined"
    node.config.values["mqtt"] = "127.0.0.1:%d" % broker.port
    node.config.values["update_channel"] = "beta"
    node.mqtt.pause_ms = 10
    opened = channel.open(node)
    house = House(node, broker, opened)
    for _ in range(1000):
        if CHANNEL in broker.asked:
            break
        await asyncio.sleep(0.01)
    return house


def read(path):
    with open(path, "rb") as file:
        return file.read()


async def test_the_node_announces_itself_as_mpy_blox_does():
    house = await follow()

    await house.until("idle")

    assert house.topic.endswith("-00/")
    info = json.loads(house.broker.said[house.topic + "info"])
    assert info["versions"] == {} and sorted(info["uname"]) == ["machine", "sysname", "version"]
    await house.end()


async def test_a_command_installs_a_wheel_and_a_source_at_once():
    house = await follow()
    data = wheel({"fan.py": b"X = 1\n"})
    items = [house.broker.keep(wheel_item(data), data), house.broker.keep(source_item(), SOURCE)]

    house.command(items)
    await house.until("restarting")
    assert not read_or_none("user_main.py") and not read_or_none("lib/fan.py")
    await asyncio.sleep(0.6)
    await house.boot()
    await house.channel.tell()
    await house.until("confirmed")

    assert (read("user_main.py"), read("lib/fan.py")) == (SOURCE, b"X = 1\n")
    info = json.loads(house.broker.said[house.topic + "info"])
    assert info["versions"] == {"fan-club": "1.0"}
    await house.end()


def read_or_none(path):
    try:
        return read(path)
    except OSError:
        return None


async def test_all_spellings_of_a_topic_are_asked_for():
    for topic in ("mpypi/packages/src/user_main.py", "mypypi/packages/user_main.py"):
        house = await follow()
        house.broker.keep(None, SOURCE, topic)

        house.command([source_item()])

        await house.until("restarting")
        await house.end()


async def test_a_channel_is_followed_only_if_that_is_wanted():
    for config, state in (("{}", "offered"), ('{"update_auto": true}', "restarting")):
        broker = Keeper()
        item = broker.keep(source_item(), SOURCE)

        house = await follow(config, [item], broker)

        await house.until(state)
        await house.end()


async def test_what_is_here_already_is_not_fetched():
    house = await follow(
        '{"update_auto": true}', [source_item()], files=[("user_main.py", SOURCE.decode())]
    )

    await house.until("current")

    assert not [topic for topic in house.broker.asked if "packages" in topic]
    await house.end()


async def test_a_list_that_was_rolled_back_comes_again_only_as_a_command():
    broker = Keeper()
    items = [broker.keep(source_item(), SOURCE)]
    house = await follow('{"update_auto": true}', items, broker)
    await house.until("restarting")
    await asyncio.sleep(0.6)
    await house.boot(is_good=False)
    await house.channel.tell()
    assert (await house.until("rolled back"))["reason"] == "no network"

    broker.publish(CHANNEL, json.dumps(items), 1)
    await asyncio.sleep(0.3)
    assert house.status()["state"] == "rolled back"
    house.command(items)
    await house.until("restarting")
    await house.end()


async def test_a_package_that_is_not_what_was_announced_changes_nothing():
    house = await follow()
    house.broker.keep(source_item(), b"else")

    house.command([source_item()])

    status = await house.until("failed")
    assert "user_main.py is not what was announced" in status["reason"]
    assert read_or_none("user_main.py") is None
    assert sorted(os.listdir("update")) == []
    await house.end()


async def test_the_mistake_of_the_publisher_of_mpy_blox_is_forgiven_on_demand():
    data = wheel({"fan.py": b"X = 1\n"})
    mistaken = dict(source_item(), pkg_sha256=sha(data))
    for config, state in (("{}", "failed"), ('{"update_trust_topic": true}', "restarting")):
        house = await follow(config)
        house.broker.keep(wheel_item(data), data)
        house.broker.keep(mistaken, SOURCE)

        house.command([wheel_item(data), mistaken])

        await house.until(state)
        await house.end()


async def test_a_package_may_come_in_parts():
    from tepal.formats.update_topics import PART

    house = await follow()
    gc.collect()  # the parts are large pieces for this heap
    data = os.urandom(1000) * 40
    item = source_item(data, "data.bin", parts=3)
    for number in range(3):
        part = data[number * PART : (number + 1) * PART]
        house.broker.keep(item, part, "mpypi/packages/src/data.bin/%s/%d" % (sha(data), number))

    house.command([item])
    await house.until("restarting")
    await asyncio.sleep(0.6)
    await house.boot()

    from tepal.core import moving

    assert moving.digest_of("data.bin") == sha(data)
    await house.end()


async def test_apps_come_one_by_one_and_are_believed_for_their_own_signatures():
    from app_archives import archive, deflated
    from releases import KEY

    from tepal.core import secrets
    from tepal.core.storage import exists

    good = archive(files={"media/x.bin.z": deflated(bytes(18000))})
    forged = archive("fence", key=bytes(32))
    items = [app_item(good, "garden"), app_item(forged, "fence")]
    house = await follow(config='{"update_auto": true}')
    node = house.node
    secrets.put(node.vault, "key", KEY.hex())
    node.slot, node.id = "a", "micr00OS"
    parts = house.broker.keep(dict(items[0], parts=2), b"")
    topic = "mpypi/packages/app/" + parts["pkg_sha256"]
    house.broker.kept.update({topic + "/0": good[:16384], topic + "/1": good[16384:]})
    house.broker.keep(items[1], forged)

    house.command([parts])
    await house.until("confirmed")
    house.command([items[1]])
    failed = await house.until("failed")
    house.command([items[0]])
    await house.until("current")

    assert exists("apps/garden/pack")
    assert "node's key is wrong" in failed["reason"]
    assert not exists("apps/fence")
    assert not exists("update/app.new")
    await house.end()


async def test_a_package_that_breaks_off_comes_again_with_the_next_connection():
    house = await follow()
    data = b"x" * 5000
    item = source_item(data)
    house.command([item])
    topic = "mpypi/packages/src/user_main.py/" + sha(data)
    for _ in range(500):
        if topic in house.broker.asked:
            break
        await asyncio.sleep(0.01)

    house.broker.send(mqtt.publish(topic, len(data), 0, True, 0, 5) + data[:2000])
    await asyncio.sleep(0.2)
    house.broker.keep(item, data)
    await house.broker.hang_up_now()

    await house.until("restarting")
    await house.end()


async def test_lists_that_make_no_sense_are_refused_with_the_reason():
    house = await follow()
    sound = source_item()
    for payload, reason in (
        (b"", "JSON"),
        (b"{", "JSON"),
        (b'[{"type": "src"', "JSON"),
        (b"\xff\xfe", "JSON"),
        (b"5", "JSON"),
        (b'{"v": 1}', "version 2"),
        (b'{"v": 2, "to": "x", "seq": -1, "items": []}', "sequence number"),
        (b'{"v": 2, "to": "x", "seq": 1, "items": []}', "this one is for x"),
        ([5], "an object"),
        ([{}], "type"),
        ([{"type": "src"}], "pkg_sha256"),
        ([dict(sound, pkg_sha256="abc")], "64 hex digits"),
        ([dict(sound, path="../x.py")], "a path"),
        ([dict(sound, path="a+/x.py")], "a path"),
        ([dict(sound, path="a//x.py")], "a path"),
        ([dict(sound, parts=99)], "64 parts"),
        ([{"type": "wheel", "pkg_sha256": sha(b"")}], "name"),
        ([sound] * 65, "at most 64"),
    ):
        house.broker.said.clear()
        house.command(payload)
        status = await house.until("refused")
        assert reason in status["reason"], (payload, status)
    house.broker.said.clear()
    house.command([{"type": "font", "name": "x"}])
    await house.until("current")
    await house.end()


async def test_versions_decide_whether_a_wheel_is_wanted():
    from tepal.services import wanting

    def wanted(version, data=b"", **more):
        from tepal.formats.update_list import UpdateList

        payload = json.dumps([wheel_item(data, version, **more)]).encode()
        return wanting.is_wanted(None, UpdateList(payload).items[0], False)

    node = build_node()
    assert wanted("0.1")
    for folder in ("lib", "lib/fan_club-1.2.dist-info"):
        os.mkdir(folder)
    write("lib/fan_club-1.2.dist-info/METADATA", "Name: fan-club\nVersion: 1.2\n")

    assert wanted("1.10") and wanted("1.2.1") and wanted("2.0.dev1")
    assert not wanted("1.2") and not wanted("1.2.0") and not wanted("1.1") and not wanted("1.2rc1")
    assert wanted("1.1", allow_downgrade=True)
    assert wanted("1.2", force=True)
    assert wanted("1.2dev", b"a")  # as nobody knows what is here
    origin = {"url": "", "archive_info": {"hashes": {"sha256": sha(b"a")}}}
    write("lib/fan_club-1.2.dist-info/direct_url.json", json.dumps(origin))
    assert not wanted("1.2dev", b"a") and not wanted("1.2", b"a", force=True)
    assert wanted("1.2dev", b"b") and not wanted("1.2", b"b")
    await end(node)


async def test_one_list_waits_for_the_trial_of_another():
    house = await follow()
    house.command([house.broker.keep(source_item(), SOURCE)])
    await house.until("restarting")
    await asyncio.sleep(0.6)
    from tepal.core import journal

    journal.replay([])
    other = house.broker.keep(source_item(b"else"), b"else")
    house.command([other])
    await asyncio.sleep(0.5)
    assert "mpypi/packages/src/user_main.py/" + sha(b"else") not in house.broker.asked

    journal.confirm()

    await house.until("fetching")
    await house.end()
