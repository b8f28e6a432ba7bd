"""Telling people: the Telegram bot against a server that plays Telegram's, syslog over UDP."""

import asyncio
import json
import socket

from house import build_node, end, fails, port, run, until

from tepal.core import dial, secrets, waiting
from tepal.services import syslog

TOKEN = "123:a-token-that-nobody-may-see"


class BotApi:
    """Telegram's server, as far as a bot needs it."""

    def __init__(self):
        self.updates = []
        self.said = []
        self.polls = 0
        self.status = "200 OK"

    async def serve(self, stream, _):
        try:
            data = b""
            while b"\r\n\r\n" not in data:
                data += await stream.read(1024)
            head, _, body = data.partition(b"\r\n\r\n")
            line = head.split(b"\r\n")[0].decode()
            length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
            while len(body) < length:
                body += await stream.read(1024)
            answer = await self.answer(line.split(" ")[1], json.loads(body))
            text = json.dumps(answer)
            if not isinstance(answer, dict):
                text = answer
            head = "HTTP/1.1 %s\r\ncontent-length: %d\r\n\r\n" % (self.status, len(text))
            stream.write((head + text).encode())
            await stream.drain()
        finally:
            await stream.wait_closed()

    async def answer(self, path, wanted):
        assert path.startswith("/bot" + TOKEN + "/"), path
        if path.endswith("/sendMessage"):
            self.said.append((wanted["chat_id"], wanted["text"]))
            return {"ok": True, "result": {}}
        self.polls += 1
        if wanted["offset"] > 0:
            self.updates = [one for one in self.updates if one["update_id"] >= wanted["offset"]]
        if wanted["timeout"] and not self.updates:
            await asyncio.sleep_ms(50)
        if self.updates and "long" in self.updates[0]:
            return (
                '{"ok":true,"result":[{"update_id":%d,"x":"' % (self.updates[0]["update_id"])
                + "y" * 5000
            )
        return {
            "ok": True,
            "result": self.updates[-1:] if wanted["offset"] < 0 else self.updates[:1],
        }

    def hear(self, chat, text):
        number = 7 + len(self.updates) + self.polls
        message = {"chat": {"id": chat}, "text": text}
        self.updates.append({"update_id": number, "message": message})


async def build(chats: str = "5:control, 6:view"):
    node = build_node()
    listen = port()
    api = BotApi()
    node.doors.append(await asyncio.start_server(api.serve, "127.0.0.1", listen))
    secrets.put(node.auth.secrets, "telegram", TOKEN)
    await node.config.set("telegram_url", "http://127.0.0.1:%d" % listen)
    await node.config.set("telegram_chats", chats)
    return node, api


async def finish(node):
    for door in node.doors:
        door.close()
    await end(node)


async def test_who_is_allowed_runs_commands_and_strangers_do_not():
    node, api = await build()
    api.hear(5, "/cmd reboot")  # sent while the node was off
    await run(node, "telegram load")
    await until(lambda: node.telegram.state == "listening" and api.polls > 1)

    for chat, text in (
        (5, "/cmd system heartbeat"),
        (5, "/cmd@my_bot system heartbeat"),
        (6, "/cmd system notify x"),
        (99, "/cmd system heartbeat"),
        (5, "/cmd_select node01 version"),
        (5, "/cmd_select node02 version"),
        (5, "/ping"),
        (5, "hello"),
    ):
        api.hear(chat, text)
        await until(lambda: not api.updates)
    await until(lambda: len(api.said) == 6)

    assert api.said[0] == api.said[1] == (5, "<3 heartbeat")
    assert api.said[2][0] == 6 and "denied" in api.said[2][1]
    assert api.said[3] == (5, node.version)
    assert api.said[4][1].startswith("node01: ") and "telegram" in api.said[4][1]
    assert api.said[5][1].startswith("/cmd module")
    assert "chat 99 is not in telegram_chats" in "".join(node.log.lines)
    assert not node.stop.is_set()
    await finish(node)


async def test_notifications_reach_all_chats():
    node, api = await build()
    await run(node, "telegram load")

    assert await run(node, "system notify 'the door is open'") == "Sent over Telegram"
    await until(lambda: len(api.said) == 2)

    assert sorted(api.said) == [(5, "node01: the door is open"), (6, "node01: the door is open")]
    node.telegram.waiting = ["x"] * 8
    assert node.telegram.send("one too many") is False
    await run(node, "modules unload telegram")
    assert await run(node, "system notify x") == "Sent"
    await finish(node)


async def test_a_message_that_is_too_long_is_passed_over():
    node, api = await build()
    await run(node, "telegram load")
    await until(lambda: node.telegram.state == "listening")

    api.updates.append({"update_id": 500, "long": True})
    await until(lambda: node.telegram.offset == 501)
    api.updates = [{"update_id": 501, "message": {"chat": {"id": 5}, "text": "/cmd version"}}]
    await until(lambda: api.said)

    assert api.said == [(5, node.version)]
    await finish(node)


async def test_an_update_that_makes_no_sense_stops_nothing():
    node, api = await build()
    await run(node, "telegram load")
    await until(lambda: node.telegram.state == "listening")

    api.updates = [{"update_id": 900, "message": {"text": "no chat"}}]
    await until(lambda: node.telegram.state != "listening")
    api.updates = [{"update_id": 901, "message": {"chat": {"id": 5}, "text": "/cmd version"}}]
    await until(lambda: api.said)

    assert api.said == [(5, node.version)]
    await finish(node)


async def test_a_failure_is_logged_once_and_never_with_the_token():
    node, api = await build()
    api.status = "502 Bad Gateway"

    async def nonsense(path, wanted):
        return "<html>"

    api.answer = nonsense
    await run(node, "telegram load")
    await until(lambda: "makes no sense" in node.telegram.state)

    assert "status 502" in node.telegram.state
    assert TOKEN not in "".join(node.log.lines)
    await finish(node)


async def test_a_token_and_chats_are_needed():
    node, _ = await build(chats="everybody")

    assert "chat id" in await fails(run(node, "telegram load"), "config_value")
    await node.config.set("telegram_chats", "5")
    secrets.put(node.auth.secrets, "telegram", None)
    assert "token" in await fails(run(node, "telegram load"), "config_value")
    await finish(node)


def test_an_address_is_taken_apart():
    assert dial.parts("https://api.telegram.org/botx/y") == (
        "https",
        "api.telegram.org",
        443,
        "/botx/y",
    )
    assert dial.parts("http://10.0.0.1:81") == ("http", "10.0.0.1", 81, "/")
    for url in ("", "ftp://x/", "http:///x", "http://a:b/"):
        try:
            dial.parts(url)
            raise AssertionError(url)
        except Exception as error:
            assert getattr(error, "code", "") == "url", url


async def test_log_lines_reach_a_syslog_server():
    node = build_node()
    listen = port()
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(socket.getaddrinfo("127.0.0.1", listen)[0][-1])
    sock.setblocking(False)
    node.log.boot("early")
    node.tasks.start("syslog", syslog.run(node, "127.0.0.1:%d" % listen), "system")
    await asyncio.sleep_ms(10)
    node.log.err("a lamp\nis gone")

    told = []
    while len(told) < 2:
        await asyncio.wait_for(waiting.readable(sock), 60)
        told.append(sock.recvfrom(512)[0].decode())

    sock.close()
    assert told[0].startswith("<133>1 ") and told[0].endswith(" node01 tepal - BOOT - early"), told
    assert told[1].startswith("<131>1 ") and told[1].endswith(" ERR - a lamp is gone"), told
    stamp = told[1].split(" ")[1]
    assert len(stamp) == 20 and stamp[10] == "T" and stamp[-1] == "Z", stamp
    await end(node)


async def test_a_flood_of_lines_is_bounded_and_what_is_lost_is_told():
    node = build_node()
    listen = port()
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(socket.getaddrinfo("127.0.0.1", listen)[0][-1])
    sock.setblocking(False)
    node.tasks.start("syslog", syslog.run(node, "127.0.0.1:%d" % listen), "system")
    await asyncio.sleep_ms(10)

    for number in range(60):
        node.log.info("line %d" % number)
    sent = []
    while "line 59" not in "".join(sent):
        await asyncio.wait_for(waiting.readable(sock), 60)
        sent.append(sock.recvfrom(512)[0].decode())

    sock.close()
    assert len(sent) < 24
    assert "lines lost" in "".join(sent)
    await end(node)
