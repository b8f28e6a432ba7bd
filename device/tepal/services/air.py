"""ESP-NOW: commands between nodes without a network. Loaded only where ``espnow`` is on.

Nodes that share ``peer_key`` greet each other and make a key for the time until one of them
restarts, from a nonce of each; so what was recorded before is worth nothing after, and nothing
need be kept on flash. Within that time every packet has a counter that is good once.
"""

# Of the part espnow, which a release can leave out.

import asyncio
import os

from micropython import const

from tepal.core import waiting
from tepal.core.commands import CONTROL, Caller, text
from tepal.formats import packet
from tepal.formats.command import parse
from tepal.formats.errors import TepalError
from tepal.formats.packet import ANSWER, HELLO, REQUEST, STRANGER, WELCOME, Packet, Window

_EVERYBODY = const(b"\xff\xff\xff\xff\xff\xff")
_NONCE = const(8)  # bytes
_MOST_SESSIONS = const(8)
_TRIES = const(3)


class Session:
    """What we share with one neighbour."""

    def __init__(self, mac: bytes, name: str, key: bytes):
        self.mac = mac
        self.name = name
        self.key = key
        self.counter = 0
        self.window = Window()
        self.parts = {}  # of the message that is arriving
        self.arriving = (0, 0)  # its kind and id
        self.answered = -1  # the id of the last request, and what we said: it may be asked again
        self.answer = b""
        self.asked = -1  # the id of our own request
        self.told = asyncio.Event()
        self.reply = b""


class Air:
    """The door; ``radio`` is an ``espnow.ESPNow``, ``mac`` our own hardware address."""

    greet_ms = 400  # how long neighbours may take to answer a greeting
    answer_ms = 2500  # and a request, before it is sent again

    def __init__(self, node, radio, mac: bytes, key: bytes):
        self.node = node
        self.key = key  # of the house
        self.turn = asyncio.Lock()  # one request at a time
        self.radio = radio
        self.mac = mac
        self.sessions = {}  # mac: Session
        self.pending = {}  # mac: Session that the neighbour has not used yet
        self.greeting = b""  # our nonce, while we greet
        self.welcomed = []  # sessions that came of it
        self.next_id = 0
        self.counts = {"sent": 0, "received": 0, "refused": 0}

    async def serve(self) -> None:
        """Take packets; never returns."""
        while True:
            await waiting.readable(getattr(self.radio, "sock", self.radio))  # pyright: ignore[reportGeneralTypeIssues]
            mac, frame = self.radio.recv(0)
            if mac is not None:
                self._hear_frame(bytes(mac), frame)

    def names(self) -> list:
        """Return the names of the neighbours that we have a session with."""
        return sorted([self.sessions[mac].name for mac in self.sessions])

    def reaches(self, host: str) -> bool:
        """Tell whether ``host`` is one of them."""
        return host in self.names()

    def forget(self, name: str) -> None:
        """End the session with ``name``. Raises: TepalError ``not_found``."""
        for mac in list(self.sessions):
            if self.sessions[mac].name == name:
                self._drop(mac)
                return
        raise TepalError("not_found", name)

    async def greet(self, name: str = "") -> list:
        """Make sessions with ``name``, or with whoever hears us; return their names.

        Raises: TepalError ``denied`` (no peer_key), ``ambiguous``.
        """
        async with self.turn:
            return await self._greet(name)

    async def _greet(self, name: str) -> list:
        if not self.key:
            raise TepalError("denied", "nodes on the air know each other by peer_key: set it")
        self.greeting = os.urandom(_NONCE)
        self.welcomed = []
        names = self.node.name + "\n" + name
        self._send(_EVERYBODY, HELLO, self.greeting + names.encode(), self.key)
        await asyncio.sleep_ms(self.greet_ms)
        found, self.greeting = self.welcomed, b""
        names = [session.name for session in found]
        if name and len(names) > 1:
            self.node.log.warn("espnow: two nodes are called " + name)
            raise TepalError("ambiguous", "%d nodes on the air are called %s" % (len(names), name))
        for session in found:
            self._keep(session)
        return names

    async def call(self, host: str, call) -> str:
        """Return what ``host`` answers to ``call``. Raises: TepalError."""
        async with self.turn:
            return await self._call(host, _line(call))

    async def _call(self, host: str, data: bytes) -> str:
        self.next_id = (self.next_id + 1) & 0xFFFF
        number = self.next_id
        for _ in range(_TRIES):
            session = self._named(host)
            if session is None:
                await self._greet(host)
                session = self._named(host)
            if session is None:
                continue
            session.asked, session.reply = number, b""
            session.told.clear()
            self._send_all(session, REQUEST, number, data)
            try:
                await asyncio.wait_for_ms(session.told.wait(), self.answer_ms)
            except asyncio.TimeoutError:
                continue
            if session.reply:
                return _read(session.reply)
        raise TepalError("unreachable", host + " does not answer on the air")

    def _named(self, name: str):
        for mac in self.sessions:
            if self.sessions[mac].name == name:
                return self.sessions[mac]
        return None

    # what comes

    def _hear_frame(self, mac: bytes, frame: bytes) -> None:
        taken = packet.read(frame)
        try:
            is_good = taken and self._take(mac, *taken)
        except UnicodeError:  # in a name
            is_good = False
        if not is_good:
            self.counts["refused"] += 1

    def _take(self, mac: bytes, one: Packet, signed: bytes, tag: bytes) -> bool:
        """Do what a packet is for; False if it proves nothing."""
        if one.kind == STRANGER:
            session = self.sessions.get(mac)
            if session and session.asked >= 0 and one.id == session.asked:
                self._drop(mac)  # it has restarted; whoever waits greets it again
                session.told.set()
            return True
        if one.kind in (HELLO, WELCOME):
            to = _EVERYBODY if one.kind == HELLO else self.mac
            if not self.key or _tag(self.key, mac, to, signed) != tag:
                return False
            return self._meet(mac, one)
        return self._hear(mac, one, signed, tag)

    def _meet(self, mac: bytes, one: Packet) -> bool:
        if one.kind == HELLO:
            name, _, wanted = one.payload[_NONCE:].partition(b"\n")
            if wanted not in (b"", self.node.name.encode()):
                return True  # it is for somebody else
            theirs, ours = one.payload[:_NONCE], os.urandom(_NONCE)
            self.pending[mac] = self._session(mac, name, theirs + ours, mac + self.mac)
            if len(self.pending) > _MOST_SESSIONS:
                self.pending.pop(next(iter(self.pending)))
            self._send(mac, WELCOME, theirs + ours + self.node.name.encode(), self.key)
            return True
        nonces, name = one.payload[: 2 * _NONCE], one.payload[2 * _NONCE :]
        if not self.greeting or nonces[:_NONCE] != self.greeting:
            return False
        session = self._session(mac, name, nonces, self.mac + mac)
        if mac not in [known.mac for known in self.welcomed]:
            self.welcomed.append(session)
        return True

    def _hear(self, mac: bytes, one: Packet, signed: bytes, tag: bytes) -> bool:
        """Take a part of a request or an answer, under the key of its session."""
        for session in (self.sessions.get(mac), self.pending.get(mac)):
            if session and _tag(session.key, mac, self.mac, signed) == tag:
                break
        else:
            if one.kind == REQUEST and one.part == 0:
                self._send(mac, STRANGER, b"", b"", one.id)
            return False
        if not session.window.take(one.counter):
            return False
        if self.pending.get(mac) is session:
            self.pending.pop(mac)
            self._keep(session)
        self.counts["received"] += 1
        if session.arriving != (one.kind, one.id):
            session.arriving, session.parts = (one.kind, one.id), {}
        session.parts[one.part] = one.payload
        if len(session.parts) == one.parts:
            data = b"".join([session.parts[part] for part in range(one.parts)])
            session.parts = {}
            self._complete(session, one, data)
        return True

    def _complete(self, session: Session, one: Packet, data: bytes) -> None:
        if one.kind == ANSWER:
            if one.id == session.asked:
                session.reply = data
                session.asked = -1
                session.told.set()
        elif one.id == session.answered:
            if session.answer:  # it was lost
                self._send_all(session, ANSWER, one.id, session.answer)
        else:
            session.answered, session.answer = one.id, b""
            tag = "espnow." + session.mac.hex()
            if not self.node.tasks.is_busy(tag):
                self.node.tasks.start(tag, self._run(session, one.id, data))

    async def _run(self, session: Session, number: int, data: bytes) -> None:
        """Run the command of a neighbour and send the answer."""
        caller = Caller("peer", CONTROL, session.mac.hex(":"))
        try:
            call = parse(data.decode())
            answer = "+" + text(await self.node.commands.run(call, caller), call.function)
        except TepalError as error:
            answer = "-" + error.code + "\n" + error.detail
        except UnicodeError:
            answer = "-encoding\nUTF-8 expected"
        session.answer = answer.encode()
        self._send_all(session, ANSWER, number, session.answer)

    # what goes

    def _send_all(self, session: Session, kind: int, number: int, data: bytes) -> None:
        payloads = packet.cut(data)
        for part in range(len(payloads)):
            session.counter += 1
            one = Packet(kind, session.counter, number, part, len(payloads), payloads[part])
            self._transmit(session.mac, one, session.key)

    def _send(self, mac: bytes, kind: int, payload: bytes, key: bytes, number: int = 0) -> None:
        self._transmit(mac, Packet(kind, 0, number, 0, 1, payload), key)

    def _transmit(self, mac: bytes, one: Packet, key: bytes) -> None:
        signed = packet.head(one)
        frame = signed + _tag(key, self.mac, mac, signed)
        try:
            self.radio.add_peer(mac)
        except OSError:
            pass  # it knows that one already
        try:
            self.radio.send(mac, frame, False)
            self.counts["sent"] += 1
        except OSError as error:
            self.node.log.warn("espnow: not sent: " + str(error))

    def _session(self, mac: bytes, name: bytes, nonces: bytes, macs: bytes) -> Session:
        from tepal.core import passwords

        key = passwords.hmac_sha256(self.key, b"espnow" + nonces + macs)
        return Session(mac, name.decode()[:32], key)

    def _keep(self, session: Session) -> None:
        self.sessions[session.mac] = session
        if len(self.sessions) > _MOST_SESSIONS:
            self._drop(next(iter(self.sessions)))

    def _drop(self, mac: bytes) -> None:
        self.sessions.pop(mac)
        try:
            self.radio.del_peer(mac)
        except OSError:
            pass  # the radio has forgotten it before us


def _tag(key: bytes, sender: bytes, to: bytes, signed: bytes) -> bytes:
    from tepal.core import passwords

    return passwords.hmac_sha256(key, sender + to + signed)[:16]


def _line(call) -> bytes:
    from tepal.formats import rendering

    data = rendering.render(call).encode()
    if len(data) > packet.MOST:
        raise TepalError("too_large", "at most %d bytes fit into ESP-NOW" % packet.MOST)
    return data


def _read(reply: bytes) -> str:
    told = reply.decode()
    if told[:1] == "+":
        return told[1:]
    code, _, detail = told[1:].partition("\n")
    raise TepalError(code or "no_answer", detail)
