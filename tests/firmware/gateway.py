"""Connections from this machine's loopback to an emulated board, without any privilege.

rp2040py can only be called *from* the board. This is the other direction: a small TCP of our own
that faces the board, with a listening socket of the machine behind it. Frames on the emulated
radio keep their order and few are lost, so one timer is all the loss recovery it needs.
"""

from __future__ import annotations

import asyncio
import itertools
import random
import socket
from collections.abc import Callable
from dataclasses import dataclass

from rp2040py.external.cyw43 import net

_MASK = 0xFFFF_FFFF
_WINDOW = 0xFFFF
_MSS = 1460
_BUFFERED = 0x10000  # bytes that we take from a client before the board has them
_ACK_DELAY = 0.02  # seconds in which an answer may carry the acknowledgement
_RETRY = 0.2  # seconds without progress, then what is not acknowledged is sent again
_LONGEST_RETRY = 5.0  # seconds; each is twice as long as the one before: a busy board is slow
_GIVE_UP = 30  # such rounds, more than two minutes
_FIRST_PORT = 49152


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A host on the emulated network."""

    mac: bytes
    ip: bytes


class Forwarder:
    """Passes connections to ports of this machine's loopback on to ports of the board."""

    def __init__(self, board: Address, gateway: Address, deliver: Callable[[bytes], None]):
        self._board = board
        self._gateway = gateway
        self._deliver = deliver
        self._flows: dict[int, _Flow] = {}
        self._servers: list[asyncio.Server] = []
        self._ports = itertools.cycle(range(_FIRST_PORT, 0x10000))

    async def open(self, port: int) -> int:
        """The port of this machine that now leads to ``port`` of the board."""

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            own_port = next(self._ports)
            flow = _Flow(writer, lambda **segment: self._send(own_port, port, **segment))
            self._flows[own_port] = flow
            try:
                await flow.carry(reader)
            finally:
                del self._flows[own_port]

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        self._servers.append(server)
        return server.sockets[0].getsockname()[1]

    def handle(self, packet: net.Ipv4Packet) -> bool:
        """Take a packet of the board if it belongs to one of the connections; tells whether."""
        segment = net.parse_tcp(packet.payload) if packet.proto == net.IP_PROTO_TCP else None
        flow = self._flows.get(segment.dst_port) if segment else None
        if flow is None:
            return False
        flow.receive(segment)
        return True

    def close(self) -> None:
        """Take no more connections, and end those there are."""
        for server in self._servers:
            server.close()
        self.drop_all()

    def drop_all(self) -> None:
        """End every connection, as the loss of the radio link does."""
        for flow in self._flows.values():
            flow.abort()

    def _send(self, own_port: int, port: int, **segment) -> None:
        tcp = net.pack_tcp(
            self._gateway.ip, self._board.ip, own_port, port, window=_WINDOW, **segment
        )
        ip = net.pack_ipv4(self._gateway.ip, self._board.ip, net.IP_PROTO_TCP, tcp)
        self._deliver(
            net.pack_ethernet(self._board.mac, self._gateway.mac, net.ETHERTYPE_IPV4, ip)
        )


class _Flow:
    """One connection: a client on loopback on one side, the board on the other."""

    def __init__(self, writer: asyncio.StreamWriter, send: Callable[..., None]):
        self._writer = writer
        self._send_segment = send
        self._moved = asyncio.Event()  # the board has acknowledged something, or closed
        self._room = asyncio.Event()  # for more from the client
        self._unacked = bytearray()  # from the client, not acknowledged by the board
        self._acked = self._next = random.getrandbits(32)  # of our numbers: the board has, we sent
        self._expected = 0  # the board's next number
        self._window = 0
        self._mss = _MSS
        self._unthanked: asyncio.TimerHandle | None = None  # an acknowledgement that we owe
        self._established = self._client_done = self._board_done = self._dead = False
        self._board_knows = False  # that the client is done

    async def carry(self, reader: asyncio.StreamReader) -> None:
        """Connect to the board and pass bytes on until both sides have closed."""
        reading = None
        try:
            self._send(net.TCP_SYN, mss=_MSS)
            self._next = self._acked + 1 & _MASK
            await self._progress(lambda: self._established)
            reading = asyncio.create_task(self._read_client(reader))
            await self._progress(lambda: self._board_done and self._board_knows)
        finally:
            if reading:
                reading.cancel()
            self._close()

    def abort(self) -> None:
        """End at once."""
        self._dead = True
        self._moved.set()

    def receive(self, segment: net.TcpSegment) -> None:
        """Take a segment of the board."""
        if segment.flags & net.TCP_RST:
            self.abort()
            return
        if segment.flags & net.TCP_SYN:
            self._expected = segment.seq + 1 & _MASK
            self._mss = min(segment.mss or 536, _MSS)
        self._take_acknowledgement(segment)
        self._take_data(segment)
        self._push()

    def _take_acknowledgement(self, segment: net.TcpSegment) -> None:
        self._window = segment.window
        acked = segment.ack - self._acked & _MASK
        if not segment.flags & net.TCP_ACK or acked > (self._next - self._acked & _MASK):
            return
        if not self._established and acked:
            self._established = True
            self._send(net.TCP_ACK, seq=segment.ack)
        else:
            self._board_knows |= acked > len(self._unacked)
            del self._unacked[:acked]
            if len(self._unacked) <= _BUFFERED:
                self._room.set()
        self._acked = segment.ack
        if acked:
            self._moved.set()

    def _take_data(self, segment: net.TcpSegment) -> None:
        is_fin = bool(segment.flags & net.TCP_FIN)
        if not segment.payload and not is_fin:
            return
        is_next = segment.seq == self._expected and not self._board_done
        if is_next:
            self._writer.write(segment.payload)
            self._expected = self._expected + len(segment.payload) + is_fin & _MASK
        if is_next and is_fin:
            self._board_done = True
            self._moved.set()
            try:
                self._writer.write_eof()
            except OSError:
                self.abort()  # the client was faster
        if self._unthanked or is_fin or not is_next:
            self._acknowledge()
        else:
            loop = asyncio.get_running_loop()
            self._unthanked = loop.call_later(_ACK_DELAY, self._acknowledge)

    def _acknowledge(self) -> None:
        self._send(net.TCP_ACK, seq=self._next)

    async def _read_client(self, reader: asyncio.StreamReader) -> None:
        try:
            while data := await reader.read(4096):
                self._unacked += data
                self._push()
                if len(self._unacked) > _BUFFERED:
                    self._room.clear()
                    await self._room.wait()
        except OSError:
            self.abort()  # the client has reset the connection
        self._client_done = True
        self._push()

    def _push(self) -> None:
        """Send what the window lets through."""
        if not self._established:
            return
        while True:
            sent = self._next - self._acked & _MASK
            room = min(self._window - sent, self._mss)
            chunk = bytes(self._unacked[sent : sent + max(room, 0)])
            if not chunk:
                break
            self._send(net.TCP_ACK | net.TCP_PSH, seq=self._next, payload=chunk)
            self._next = self._next + len(chunk) & _MASK
        if self._client_done and not self._board_knows and sent == len(self._unacked):
            self._send(net.TCP_FIN | net.TCP_ACK, seq=self._next)
            self._next = self._next + 1 & _MASK

    async def _progress(self, reached: Callable[[], bool]) -> None:
        """Wait until ``reached``; send again what gets no answer, and give up in the end."""
        rounds = 0
        while not reached() and not self._dead:
            self._moved.clear()
            try:
                pause = min(_RETRY * 2**rounds, _LONGEST_RETRY)
                await asyncio.wait_for(self._moved.wait(), pause)
                rounds = 0
            except TimeoutError:
                rounds += 1
                self._send_again()
            if rounds > _GIVE_UP and self._next != self._acked:
                self.abort()

    def _send_again(self) -> None:
        if not self._established:
            self._send(net.TCP_SYN, seq=self._acked, mss=_MSS)
        elif self._next != self._acked:
            self._next = self._acked
            self._push()

    def _send(self, flags: int, *, seq: int | None = None, **more) -> None:
        acknowledged = self._expected if flags & net.TCP_ACK else 0
        if self._unthanked:
            self._unthanked.cancel()
            self._unthanked = None
        self._send_segment(
            seq=self._next if seq is None else seq, ack=acknowledged, flags=flags, **more
        )

    def _close(self) -> None:
        if self._board_done and self._board_knows and not self._dead:
            self._writer.close()
            return
        self._send(net.TCP_RST | net.TCP_ACK)
        if not self._writer.transport.is_closing():
            # The client shall see what it would have seen on the wire: a reset.
            connection = self._writer.get_extra_info("socket")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0" + bytes(4))
            self._writer.transport.abort()
