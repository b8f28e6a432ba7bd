"""ESP-NOW: nodes that hear each other, and somebody else who hears them too."""

import asyncio
import os

from house import build_node, end, fails, run
from test_peers import told

from tepal.formats import packet
from tepal.formats.command import parse
from tepal.services.air import Air

KEY = b"a key that all nodes of this house share"


class Ether:
    """What is on the air: every radio hears every frame, and somebody writes them all down."""

    def __init__(self):
        self.radios = []
        self.heard = []
        self.lost = 0  # so many of the next frames nobody hears

    def send(self, sender: bytes, to: bytes, frame: bytes) -> None:
        self.heard.append((sender, to, frame))
        if self.lost:
            self.lost -= 1
            return
        for radio in self.radios:
            if radio.mac != sender and to in (radio.mac, b"\xff" * 6):
                radio.air._hear_frame(sender, frame)


class Radio:
    def __init__(self, ether: Ether, mac: bytes):
        self.ether = ether
        self.mac = mac
        self.air = None
        self.peers = []
        ether.radios.append(self)

    def add_peer(self, mac):
        if mac in self.peers:
            raise OSError("ESP_ERR_ESPNOW_EXIST")
        self.peers.append(mac)

    def del_peer(self, mac):
        self.peers.remove(mac)

    def send(self, mac, frame, sync):
        assert mac in self.peers and len(frame) <= 250
        self.ether.send(self.mac, mac, frame)


class Named:
    """The parts of a node that the air needs, under another name."""

    def __init__(self, node, name: str):
        self.name = name
        self.log = node.log
        self.tasks = node.tasks
        self.commands = node.commands


class House:
    """A node, and others that share its parts: ``attic`` and so on."""

    def __init__(self, *names: str):
        self.node = build_node()
        self.node.peers.wait_ms = 50
        self.ether = Ether()
        self.own = self.add("node01", self.node)
        self.node.peers.radio = self.own
        self.others = [self.add(name, Named(self.node, name)) for name in names]

    def add(self, name: str, node, key: bytes = KEY) -> Air:
        radio = Radio(self.ether, b"\x02" + os.urandom(5))
        radio.air = Air(node, radio, radio.mac, key)
        radio.air.greet_ms, radio.air.answer_ms = 80, 2000
        return radio.air


async def met(*names: str) -> House:
    """Return a house whose nodes have greeted each other."""
    house = House(*names)
    assert await house.own.greet() == list(names)
    return house


async def test_a_command_crosses_the_air():
    house = House("attic")

    assert await run(house.node, "espnow handshake attic") == ["attic"]
    started = await run(house.node, "espnow send attic 'system heartbeat'")
    out = await told(house.node, "version >>attic")

    assert started.value == {"con.attic.system": "Starting"}
    assert out == house.node.version
    assert await run(house.node, "espnow members") == ["attic"]
    assert house.others[0].names() == ["node01"]
    assert (await run(house.node, "espnow stats"))["refused"] == 0
    assert (await run(house.node, "cluster members"))[0]["way"] == "espnow"
    await run(house.node, "espnow remove attic")
    assert await run(house.node, "espnow members") == []
    await end(house.node)


async def test_a_neighbour_on_the_air_may_control_and_no_more():
    house = await met("attic")

    assert (await told(house.node, "reboot >>attic")).startswith("denied")
    assert "no further" in await told(house.node, "cluster run version >>attic")
    assert not house.node.stop.is_set()
    await end(house.node)


async def test_long_commands_and_answers_travel_in_parts():
    house = await met("attic")
    text = "x" * 700

    await told(house.node, "system notify " + text + " >>attic")
    out = await told(house.node, "system notifications >>attic")

    assert text[:400] in out
    assert "1800" in await fails(house.own.call("attic", parse("a b " + "y" * 1900)), "too_large")
    await end(house.node)


async def test_what_was_recorded_is_worth_nothing():
    house = await met("attic")
    await told(house.node, "system notify once >>attic")
    recorded = list(house.ether.heard)

    for sender, to, frame in recorded:
        for radio in house.ether.radios:
            if radio.mac != sender and to in (radio.mac, b"\xff" * 6):
                radio.air._hear_frame(sender, frame)
    await asyncio.sleep_ms(50)

    texts = [text for _, text in house.node.notify.newest]
    assert texts == ["once"], texts
    assert await told(house.node, "version >>attic") == house.node.version
    await end(house.node)


async def test_who_has_another_key_is_not_heard():
    house = House()
    house.others.append(
        house.add("attic", Named(house.node, "attic"), b"another key of somebody else")
    )

    assert await house.own.greet() == []
    assert house.others[0].counts["refused"] == 1
    house.own.key = b""
    await fails(house.own.greet(), "denied")
    await end(house.node)


async def test_a_changed_bit_is_refused():
    house = await met("attic")
    await told(house.node, "version >>attic")
    attic = house.others[0]
    sender, _, frame = [one for one in house.ether.heard if one[0] == house.own.mac][-1]
    before = attic.counts["refused"]

    for place in range(len(frame)):
        changed = bytearray(frame)
        changed[place] ^= 1
        attic._hear_frame(sender, bytes(changed))

    assert attic.counts["refused"] - before >= len(frame) - 1
    await end(house.node)


async def test_a_lost_answer_is_sent_again_and_the_command_runs_once():
    house = await met("attic")
    await told(house.node, "version >>attic")
    house.node.tasks.all.clear()
    house.ether.heard.clear()
    real = house.ether.send

    def lossy(sender, to, frame):
        answers = [one for one in house.ether.heard if one[2][0] == packet.ANSWER]
        if frame[0] == packet.ANSWER and not answers:
            house.ether.heard.append((sender, to, frame))
            return
        real(sender, to, frame)

    house.ether.send = lossy
    out = await told(house.node, "system notify once >>attic")

    assert out == "Sent", out
    assert [text for _, text in house.node.notify.newest] == ["once"]
    await end(house.node)


async def test_a_neighbour_that_has_restarted_is_greeted_again():
    house = await met("attic")
    await told(house.node, "version >>attic")
    house.others[0].sessions.clear()

    assert await told(house.node, "version >>attic") == house.node.version
    await end(house.node)


async def test_two_of_one_name_on_the_air_are_refused():
    house = House("attic", "attic")

    assert "2 nodes on the air are called attic" in await fails(
        house.own.greet("attic"), "ambiguous"
    )
    await end(house.node)


async def test_who_is_not_there_is_a_sentence():
    house = House()

    assert (await told(house.node, "version >>cellar")).startswith("unreachable: cellar")
    await end(house.node)


async def test_without_a_radio_the_commands_say_so():
    node = build_node()

    await fails(run(node, "espnow stats"), "unsupported")
    await end(node)


def test_each_counter_is_good_once():
    window = packet.Window()

    assert [window.take(one) for one in (5, 5, 7, 6, 6, 5, 40, 7, 8, 9, 39, 40)] == [
        True,
        False,
        True,
        True,
        False,
        False,
        True,
        False,
        False,
        True,
        True,
        False,
    ]
