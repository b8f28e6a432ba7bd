"""The small TCP between this machine's loopback and a board, against a board that loses frames."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import gateway
import pytest
from gateway import Address, Forwarder
from harness import PATIENCE
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rp2040py.external.cyw43 import net

BOARD = Address(mac=b"\2board", ip=bytes([10, 55, 0, 2]))
GATEWAY = Address(mac=b"\2gate.", ip=bytes([10, 55, 0, 1]))
Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
PORT = 7
WINDOW = 2000  # bytes
FIRST = 0xFFFF_FFF0  # of the board's numbers: they wrap within each test


class EchoBoard:
    """As much of a board as a connection needs: it sends back what comes, and closes when asked."""

    def __init__(self, losses: list[bool]):
        self.losses = itertools.chain(losses, itertools.repeat(False))
        self.fins = 0  # that came with a new number
        self.expected: int | None = None
        self.next = FIRST
        self.unacked = b""
        self.closing = self.closed = False
        self.peer_port = 0
        self.forwarder: Forwarder | None = None

    def receive(self, frame: bytes) -> None:
        """Take a frame, now or, as over the air, a little later; or lose it."""
        if not next(self.losses):
            asyncio.get_running_loop().call_soon(self.take, frame)

    def take(self, frame: bytes) -> None:
        segment = net.parse_tcp(net.parse_ipv4(net.parse_ethernet(frame).payload).payload)
        self.peer_port = segment.src_port
        if segment.flags & net.TCP_SYN:
            self.expected = segment.seq + 1 & 0xFFFF_FFFF
            self.send(net.TCP_SYN | net.TCP_ACK, FIRST - 1)
            return
        if segment.flags & net.TCP_RST or self.expected is None:
            return
        acked = segment.ack - self.next & 0xFFFF_FFFF
        if acked <= len(self.unacked) + self.closing:
            self.closed |= self.closing and acked > len(self.unacked)
            self.unacked = self.unacked[acked:]
            self.next = segment.ack
        if segment.seq == self.expected:
            self.unacked += segment.payload
            self.expected = self.expected + len(segment.payload) & 0xFFFF_FFFF
            if segment.flags & net.TCP_FIN:
                self.fins += 1
                self.expected = self.expected + 1 & 0xFFFF_FFFF
                self.closing = True
        self.send_unacked()

    async def insist(self) -> None:
        """Send again what is not acknowledged, as a real board does after a while."""
        while not self.closed:
            await asyncio.sleep(gateway._RETRY)
            if self.unacked or self.closing:
                self.send_unacked()

    def send_unacked(self) -> None:
        fin = net.TCP_FIN if self.closing and not self.closed else 0
        self.send(net.TCP_ACK | fin, self.next, self.unacked)

    def send(self, flags: int, number: int, data: bytes = b"") -> None:
        if next(self.losses):
            return
        packed = net.pack_tcp(
            *(BOARD.ip, GATEWAY.ip, PORT, self.peer_port),
            *(number & 0xFFFF_FFFF, self.expected, flags, WINDOW, data),
            mss=536 if flags & net.TCP_SYN else None,
        )
        packet = net.Ipv4Packet(BOARD.ip, GATEWAY.ip, net.IP_PROTO_TCP, packed)
        asyncio.get_running_loop().call_soon(self.forwarder.handle, packet)


@asynccontextmanager
async def client_of(board: EchoBoard) -> AsyncGenerator[Streams]:
    """A client that talks to ``board`` by way of loopback."""
    forwarder = board.forwarder = Forwarder(BOARD, GATEWAY, board.receive)
    reader, writer = await asyncio.open_connection("127.0.0.1", await forwarder.open(PORT))
    insisting = asyncio.create_task(board.insist())
    try:
        yield reader, writer
    finally:
        insisting.cancel()
        writer.close()
        forwarder.close()
        await asyncio.sleep(0.01)


@pytest.fixture(autouse=True)
def impatience(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(gateway, "_RETRY", 0.01)
    monkeypatch.setattr(gateway, "_LONGEST_RETRY", 0.01)
    monkeypatch.setattr(gateway, "_ACK_DELAY", 0.002)


@settings(
    max_examples=30,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    messages=st.lists(st.binary(min_size=1, max_size=5000), max_size=3),
    losses=st.lists(st.booleans(), max_size=12),
)
def test_what_a_client_sends_comes_back_whatever_is_lost(
    messages: list[bytes], losses: list[bool]
):
    async def talk() -> bytes:
        async with client_of(board) as (reader, writer):
            for message in messages:
                writer.write(message)
                await asyncio.sleep(0.001)
            writer.write_eof()
            return await asyncio.wait_for(reader.read(), PATIENCE)

    board = EchoBoard(losses)

    received = asyncio.run(talk())

    assert received == b"".join(messages)
    assert board.fins == 1


async def test_a_port_that_never_answers_is_a_reset():
    board = EchoBoard([True] * 100)

    async with client_of(board) as (reader, _):
        with pytest.raises(ConnectionResetError):
            await asyncio.wait_for(reader.read(), PATIENCE)


async def test_a_lost_network_resets_every_connection():
    board = EchoBoard([])

    async with client_of(board) as (reader, writer):
        writer.write(b"hello")
        assert await reader.read(5) == b"hello"

        board.forwarder.drop_all()

        with pytest.raises(ConnectionResetError):
            await asyncio.wait_for(reader.read(), PATIENCE)
