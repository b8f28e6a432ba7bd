"""The shell for programs: one JSON object a line, each answer with the id of its request.

    {"id": 1, "cmd": "rgb color 10 20 30"}            {"id": 1, "ok": …}
    {"id": 2, "call": ["rgb", "color", [10], {}]}     {"id": 2, "error": {"code", "message"}}
    {"id": 3, "login": "password"}                    {"id": 3, "ok": "admin"}
    {"id": 4, "nonce": true}                          {"id": 4, "ok": "<nonce>"}
    {"id": 5, "sign": [nonce, count, mac]}            {"id": 5, "ok": "admin"}
    {"id": 5, "peer": [nonce, count, mac]}            {"id": 5, "ok": "control"}: a neighbour
    {"id": 6, "subscribe": ["log", "command"]}        {"id": 6, "ok": true}, then {"event", "data"}
    {"id": 6, "log": true}                            {"id": 6, "ok": [the newest lines]}
    {"id": 7, "about": true}                          {"id": 7, "ok": {"name", "version", "heap" …}}
    {"id": 8, "config": ["devfid"]}                   {"id": 8, "ok": {"value", "type" …}}
    {"id": 9, "config": ["devfid", "attic"]}          {"id": 9, "ok": {"reboot"}}
    {"id": 10, "config": ["devfid", "attic", false]}  the same, checked and not saved

``mac`` is the HMAC of ``shell``, nonce and count (see login.with_signature), in hex;
neighbours sign ``peer`` with the key they share.
"""

import json

from tepal.core.commands import NOBODY, Caller, as_json
from tepal.formats.command import Call, parse
from tepal.formats.errors import TepalError

RARE = True  # as long as nobody is here, see serve
_guests = 0


async def serve(node, connection) -> None:
    """Talk with one program until it leaves; meanwhile this code stays, for others that may come."""
    _count(1)
    try:
        await _talk(node, connection)
    finally:
        _count(-1)


def _count(more: int) -> None:
    global RARE, _guests  # noqa: PLW0603 - the sweep looks at the module
    _guests += more
    RARE = _guests == 0


async def _talk(node, connection) -> None:
    session = Session(node, connection)
    await connection.write("\n")  # the prompt that was sent already becomes a line to pass over
    try:
        while True:
            line = connection.take(b"\n")
            if line is None:
                if not await connection.fill():
                    return
            elif line.strip():
                await session.answer(line)
    except TepalError as problem:
        from tepal.services import crowd

        await connection.write(error(None, problem))
        await crowd.linger(connection)
    finally:
        await session.close()


class Session:
    """Who is logged in, and what it listens to."""

    def __init__(self, node, connection):
        self.node = node
        self.connection = connection
        self.caller = Caller("shell", node.auth.guest, connection.address)
        self.tag = ""
        connection.trusted = self.caller.role > NOBODY

    async def answer(self, line: bytes) -> None:
        """Answer one request."""
        name = None
        try:
            request = decode(line)
            name = request.get("id")
            result = await self.result(request)
            text = '{"id": ' + json.dumps(name) + ', "ok": ' + as_json(result) + "}\n"
        except TepalError as problem:
            text = error(name, problem)
        await self.connection.write(text)

    async def close(self) -> None:
        """Stop the events."""
        if self.tag:
            from tepal.core import ending

            await ending.kill(self.node.tasks, self.tag)

    async def result(self, request: dict) -> object:
        """Do what a request asks for. Raises: TepalError."""
        if "cmd" in request:
            return await self.node.commands.run(parse(str(request["cmd"])), self.caller)
        if "call" in request:
            return await self.node.commands.run(call(request["call"]), self.caller)
        from tepal.services import handshake

        return await handshake.answer(self, request)

    async def forward(self, topics: tuple) -> None:
        """Send the events of ``topics``; never returns."""
        from tepal.core.listener import Listener

        with Listener(self.node.log, topics) as listener:
            while True:
                topic, data = await listener.get()
                event = {"event": topic, "data": data, "lost": listener.lost}
                await self.connection.write(as_json(event) + "\n")


def decode(line: bytes) -> dict:
    """Return the request that ``line`` is. Raises: TepalError ``syntax``."""
    try:
        request = json.loads(line)
    except ValueError:
        request = None
    if not isinstance(request, dict):
        raise TepalError("syntax", "one JSON object a line expected")
    return request


def call(parts) -> Call:
    """Return the Call of ``[target, function, [args], {kwargs}]``."""
    try:
        target, function, args, kwargs = parts
        if isinstance(target, str) and isinstance(function, str) and isinstance(args, list):
            return Call(target, function, tuple(args), dict(kwargs), ())
    except (TypeError, ValueError):
        pass
    raise TepalError("syntax", "[target, function, [args], {kwargs}] expected")


def error(name: object, problem: TepalError) -> str:
    """Return the line that tells the request ``name`` what went wrong."""
    fault = {"code": problem.code, "message": str(problem)}
    return json.dumps({"id": name, "error": fault}) + "\n"
