import asyncio
import json
import os
import socket
import time

import simulated
from house import build_node, end, fails

from tepal.formats import calendar
from tepal.services import dns, ntp, timekeeper

_2026 = calendar.days(2026, 11, 21) * 86400 + 3600
_TO_1970 = 2208988800


class Server:
    """A server on a port of its own that answers with what ``answer(question, count)`` returns, or all of these."""

    def __init__(self, answer):
        self.answer = answer
        self.count = 0
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.setblocking(False)
        for _ in range(20):
            self.port = 20000 + int.from_bytes(os.urandom(2), "big") % 20000
            try:
                self.sock.bind(socket.getaddrinfo("127.0.0.1", self.port)[0][-1])
                break
            except OSError:
                continue

    async def run(self):
        while True:
            await asyncio.sleep_ms(2)
            try:
                question, sender = self.sock.recvfrom(512)
            except OSError:
                continue
            self.count += 1
            answers = self.answer(question, self.count)
            for answer in answers if isinstance(answers, tuple) else (answers,):
                self.sock.sendto(answer, sender)


def packet(question, seconds, first=0x24, stratum=2, stamp=None, code=b"LOCL"):
    """What an honest server would send, unless told otherwise."""
    moment = (seconds + _TO_1970 & 0xFFFFFFFF).to_bytes(4, "big") + b"\x80\0\0\0"
    head = bytes([first, stratum, 6, 0xEC]) + bytes(8) + code + bytes(8)
    return head + (stamp or question[40:48]) + moment + moment


async def synced(answer, offset_s=0, failures=0):
    """Return (node, what sync returned, how often the server was asked)."""
    server = Server(answer)
    node = build_node(config=json.dumps({"ntp": "127.0.0.1:%d" % server.port, "utc": 0}))
    simulated.clock["offset_s"] = offset_s
    node.tasks.start("server", server.run())
    found = await ntp.sync(node, failures)
    server.sock.close()
    return node, found, server.count


async def finish(node):
    simulated.clock["offset_s"] = 0
    await end(node)


def since(begin):
    """Return the seconds that have passed, which may be many on a busy machine."""
    return time.ticks_diff(time.ticks_ms(), begin) / 1000


def unset():
    """By how much to move the fake clock so that it looks as after a cut of the power."""
    simulated.clock["offset_s"] = 0
    return calendar.days(2021, 1, 1) * 86400 - int(simulated.wall_clock())


async def test_a_clock_that_nobody_has_set_is_set():
    begin = time.ticks_ms()
    node, failures, asked = await synced(lambda question, _: packet(question, _2026), unset())

    assert failures == 0
    assert asked == 2  # nobody is believed alone
    assert _2026 <= node.clock.now() <= _2026 + 10 + since(begin)  # it goes on
    assert "NTP: the clock was not set" in node.log.lines[-1]
    await finish(node)


async def test_a_small_error_is_put_right_at_once():
    now = int(simulated.wall_clock())
    begin = time.ticks_ms()
    node, failures, asked = await synced(lambda question, _: packet(question, now + 100))

    assert (failures, asked) == (0, 1)
    assert now + 99 < simulated.wall_clock() < now + 115 + since(begin)
    await finish(node)


async def test_a_server_that_lies_by_decades_is_not_believed():
    for year in (1976, 2022, 2046, 2076):
        lie = calendar.days(year, 6, 1) * 86400
        node, failures, _ = await synced(lambda question, _, lie=lie: packet(question, lie))

        assert failures == 1, year
        assert abs(simulated.clock["offset_s"]) < 1
        assert "says that this is the year" in node.log.lines[-1], year
        await finish(node)


async def test_a_jump_of_more_than_a_day_takes_two_that_agree():
    now = int(simulated.wall_clock())

    def differ(question, count):
        return packet(question, now + 200000 * count)

    node, failures, asked = await synced(differ)
    assert (failures, asked) == (1, 2)
    assert "two answers differ" in node.log.lines[-1]
    assert simulated.clock["offset_s"] == 0
    await finish(node)

    node, failures, asked = await synced(lambda question, _: packet(question, now + 200000))
    assert (failures, asked) == (0, 2)
    await finish(node)


async def test_answers_that_are_none_are_ignored():
    now = int(simulated.wall_clock()) + 1000

    def nonsense(question, _):
        return (
            packet(question, now)[:20],
            packet(question, now, stamp=b"12345678"),
            packet(question, now, first=0x23),
            b"\0" * 48,
            b"\0",
        )

    node, failures, _ = await synced(nonsense)

    assert failures == 1
    assert "no answer from 127.0.0.1" in node.log.lines[-1]
    assert simulated.clock["offset_s"] == 0
    await finish(node)


async def test_what_came_before_an_answer_does_no_harm():
    begin = simulated.wall_clock()
    now = int(begin) + 100

    def late(question, _):
        return packet(question, now + 5000, stamp=b"12345678"), packet(question, now)

    node, failures, _ = await synced(late)

    assert failures == 0
    offset = simulated.clock["offset_s"]
    took = simulated.wall_clock() - offset - begin
    assert 98 - took < offset < 110
    await finish(node)


async def test_a_server_that_wants_peace_gets_it():
    def rate(question, _):
        return packet(question, 0, stratum=0, code=b"RATE")

    node, failures, asked = await synced(rate)

    assert (failures, asked) == (9, 1)
    assert "RATE" in node.log.lines[-1]
    await finish(node)


def test_pauses_grow_with_failures_and_are_never_the_same():
    assert 4 * 3600000 <= ntp.pause_ms(0) < 6 * 3600000
    assert 15000 <= ntp.pause_ms(1) < 20000
    assert 3840000 <= ntp.pause_ms(9) <= 3850000
    assert 3840000 <= ntp.pause_ms(99) <= 3850000
    assert len({ntp.pause_ms(0) for _ in range(20)}) > 10


async def test_a_server_without_the_time_is_not_believed():
    now = int(simulated.wall_clock()) + 1000
    node, failures, _ = await synced(lambda question, _: packet(question, now, first=0xE4))

    assert failures == 1
    assert "does not know the time" in node.log.lines[-1]
    await finish(node)


async def test_the_service_waits_for_a_network_and_keeps_no_code():
    import sys

    server = Server(lambda question, _: packet(question, _2026))
    node = build_node(config=json.dumps({"ntp": "127.0.0.1:%d" % server.port}))
    simulated.clock["offset_s"] = unset()
    node.tasks.start("server", server.run())
    node.network.station.disconnect()
    look_ms = timekeeper.__dict__.get("_LOOK_MS", 2000)
    task = node.tasks.start("ntp", timekeeper.run(node))
    await asyncio.sleep_ms(100)
    assert server.count == 0

    node.network.station.connect("x")
    for _ in range(look_ms // 10 + 6000):
        await asyncio.sleep_ms(10)
        if node.clock.now():
            break
    await asyncio.sleep_ms(20)

    assert _2026 <= node.clock.now() <= _2026 + 10
    assert task.state == "running"
    node.sweep()
    assert "tepal.services.ntp" not in sys.modules
    task.handle.cancel()
    server.sock.close()
    await finish(node)


def answer_of(question, *records):
    """A DNS answer: the question, then records of (type, data) that point at its name."""
    data = question[:2] + b"\x81\x80\0\x01" + bytes([0, len(records)]) + bytes(4) + question[12:]
    for kind, content in records:
        data += (
            b"\xc0\x0c" + bytes([0, kind, 0, 1]) + bytes(4) + bytes([0, len(content)]) + content
        )
    return data


async def test_names_become_addresses():
    async def resolved(answer):
        server = Server(answer)
        task = asyncio.create_task(server.run())
        try:
            return await dns.resolve("time.example.org", "127.0.0.1", server.port)
        finally:
            task.cancel()
            server.sock.close()

    def good(question, _):
        assert b"\x04time\x07example\x03org\0\0\x01\0\x01" in question
        return answer_of(question, (5, b"\x03abc\xc0\x0c"), (1, b"\x0a\0\0\x07"))

    def forged(question, _):
        return answer_of(b"xx" + question[2:], (1, b"\x0a\0\0\x07"))

    assert await resolved(good) == "10.0.0.7"
    assert await dns.resolve("10.1.2.3", "") == "10.1.2.3"
    for answer in (
        lambda question, _: answer_of(question),
        lambda question, _: answer_of(question, (1, b"\x0a\0\0\x07"))[:-6],
        lambda question, _: question[:2] + b"\x81\x80" + b"\xff" * 8,
    ):
        try:
            await resolved(answer)
            raise AssertionError
        except OSError as error:
            assert "no address for time.example.org" in str(error)
    assert dns.read(forged(bytes(30), 0), b"\0\0") is None


async def test_the_server_is_checked_when_it_is_saved():
    node = build_node()
    for text in ("two words", "host:", "host:0", "host:99999", "host:x", ":123"):
        await fails(node.config.set("ntp", text), "config_value")
    await node.config.set("ntp", "10.0.0.1:123")
    await node.config.set("ntp", "n/a")
    await end(node)
