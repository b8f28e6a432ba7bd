"""Commands for other nodes: in the framed shell of a Tepal node, in the text shell of an original."""

import asyncio
import json

from micropython import const

from tepal.core import finding, names, passwords, secrets
from tepal.core.commands import CONTROL, Report, as_json, text
from tepal.formats import rendering
from tepal.formats.errors import TepalError

_TYPING = const(0)
if _TYPING:
    from typing import Any  # noqa: TID251 - never imported on a node

RARE = True
_LONGEST = const(3072)  # bytes of an answer
_BLOCK = const(256)  # bytes
_CONNECT_MS = const(3000)
_ANSWER_MS = const(10000)
_FORWARD = const(">>")


def begin(peers, host: str, call, caller) -> Report:
    """Run ``call`` on ``host`` in a task, and say which; see Peers.send."""
    refuse_hop(peers.node, call, caller)
    tag = tag_of(host, call)
    state = {tag: "Already running"}
    if not peers.node.tasks.is_busy(tag):
        peers.node.tasks.start(tag, peers.call(host, call), "command")
        state = {tag: "Starting"}
    return Report(state, str(state))


def refuse_hop(node, call, caller) -> None:
    """Raise TepalError ``denied`` unless ``caller`` may let other nodes do something.

    A command that came from another node ends here, so that none travels in circles.
    """
    if caller.role < CONTROL:
        raise TepalError("denied", ">> wants the role control")
    if caller.door == "peer" or _FORWARD in [kind for kind, _ in call.postfix]:
        raise TepalError("denied", "a command travels to one node, and no further")


def tag_of(host: str, call) -> str:
    """Return the tag of the task: ``con.<host>.<target>``; of an address its last two numbers."""
    short = ".".join(host.split(".")[2:]) if names.is_address(host) else finding.plain(host)
    return "con." + short + "." + call.target


async def call(peers, host: str, call) -> str:
    """Return the text that ``host`` answers to ``call``; see Peers.call."""
    if peers.radio and peers.radio.reaches(host):
        try:
            return await peers.radio.call(host, call)
        except TepalError as error:
            if error.code != "unreachable":
                raise
    try:
        return await _over_tcp(peers, host, call)
    except TepalError as error:
        if error.code != "unreachable" or not peers.radio:
            raise
    return await peers.radio.call(host, call)


async def _over_tcp(peers, host: str, call) -> str:
    place = await finding.find(peers, host)
    try:
        return await _talk(peers, place, call)
    except TepalError as error:
        if error.code != "unreachable":
            raise
    finding.forget(peers, host)
    return await _talk(peers, await finding.find(peers, host), call)


async def _talk(peers, place, call) -> str:
    where = (place.name or place.host) + " at " + place.host
    exchange = _framed if place.id else _text
    wire = Wire()
    try:
        await asyncio.wait_for_ms(wire.open(place.host, place.port), _CONNECT_MS)
        return await asyncio.wait_for_ms(exchange(peers.node, wire, place, call), _ANSWER_MS)
    except (OSError, asyncio.TimeoutError):
        if wire.is_greeted:
            raise TepalError(
                "no_answer", where + " did not answer in time, or closed the connection"
            )
        raise TepalError("unreachable", where + " cannot be reached")
    finally:
        await wire.close()


async def _framed(node, wire, place, call) -> str:
    """Prove who we are with the key that the nodes of a house share, then ask."""
    key = secrets.get(node.auth.secrets, "peer_key")
    proof = True  # without a key we only say that we are a node
    if key:
        nonce = str(await _request(wire, {"nonce": True}))
        mac = passwords.hmac_sha256(key.encode(), ("peer\n" + nonce + "\n1").encode())
        proof = [nonce, 1, mac.hex()]
    await _request(wire, {"peer": proof})
    answer = await _request(wire, {"cmd": rendering.render(call)})
    if ">json" in [kind for kind, _ in call.postfix]:
        return as_json(answer)
    return text(answer, call.function)


async def _request(wire, request: dict) -> object:
    """Return what the node answers. Raises: TepalError with its code and message."""
    await wire.send(json.dumps(request) + "\n")
    line = b""
    while line[:1] != b"{":  # the prompt stands before the first answer
        line = await wire.until(b"\n")
    try:
        answer = json.loads(line)
        if "error" not in answer:
            return answer["ok"]
        code, message = str(answer["error"]["code"]), str(answer["error"]["message"])
    except (ValueError, KeyError, TypeError):
        raise TepalError("no_answer", "what answers speaks another language")
    raise TepalError(code, message.partition(": ")[2])


async def _text(node, wire, place, call) -> str:
    from tepal.core import original

    password = secrets.get(node.auth.secrets, "peerpwd") or ""
    return await original.run(wire, place.name, rendering.render(call, False), password)


class Wire:
    """A connection to a node, which speaks first."""

    def __init__(self):
        self.stream: "Any" = None
        self.is_greeted = False  # the node has said something
        self.data = b""  # what has come and was not taken yet

    async def open(self, host: str, port: int) -> None:
        """Connect, and wait for the first words. Raises: OSError."""
        self.stream, _ = await asyncio.open_connection(host, port)
        await self.more()
        self.is_greeted = True

    async def close(self) -> None:
        """Close the connection, if it was opened."""
        if self.stream:
            self.stream.close()
            await self.stream.wait_closed()

    async def send(self, line: str) -> None:
        """Send text. Raises: OSError."""
        self.stream.write(line.encode())
        await self.stream.drain()

    async def until(self, mark: bytes) -> bytes:
        """Return what comes before ``mark``, and pass over it.

        Raises: OSError (closed before), TepalError ``too_large``.
        """
        while mark not in self.data:
            await self.more()
        taken, _, self.data = self.data.partition(mark)
        return taken

    async def more(self) -> None:
        """Wait for more bytes. Raises: see ``until``."""
        if len(self.data) > _LONGEST:
            raise TepalError("too_large", "the answer is longer than %d bytes" % _LONGEST)
        part = await self.stream.read(_BLOCK)
        if not part:
            raise OSError("closed")
        self.data += part
