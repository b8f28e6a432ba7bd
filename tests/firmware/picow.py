"""A Pico W for rp2040py: unmodified firmware, held to the wall clock, with its radio on a link of ours.

    export PYTHONPATH=tests/firmware
    rp2040py micropython --board-spec tests/firmware/picow.py:TAP  …  a host on a TAP interface
    rp2040py micropython --board-spec tests/firmware/picow.py:LOOP …  TCP to and from loopback

On both the board has the address ``$PICO_ADDRESS`` (static or by DHCP), and 10.55.0.1 is us.
``$PICO_MAC`` is its hardware address, ``$PICO_TAP`` the interface.

What the emulator cannot show: Bluetooth, access point mode, IPv6, a network that is not there or
refuses the password, the chip's own number (all bits are set), wear and speed of the flash. LOOP
carries no datagrams but DHCP.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import struct
from collections.abc import Callable

import rp2040py.external.cyw43.bus as cyw43_bus
from gateway import Address, Forwarder
from rp2040py.boards import BOARDS, BoardSpec
from rp2040py.external.bootsel_button import BootselButton
from rp2040py.external.cyw43 import Cyw43439, net
from rp2040py.external.cyw43.nat import ArpResponder, DhcpServer, TcpReflector
from rp2040py.gpio_pin import GPIOPinState
from rp2040py.rp2040 import RP2040

HOST = "10.55.0.1"
SSID = "RP2040PY-GUEST"  # the one network that the emulated radio finds; any password will do

_ADDRESS = os.environ.get("PICO_ADDRESS", "10.55.0.2")
_MAC = os.environ.get("PICO_MAC", f"02:50:49:43:4f:{int(_ADDRESS.rpartition('.')[2]):02x}")
_TAP = os.environ.get("PICO_TAP", "tap0")
_LOOPBACK = "127.0.0.1"


def _ip(text: str) -> bytes:
    return bytes(map(int, text.split(".")))


BOARD = Address(mac=bytes.fromhex(_MAC.replace(":", "")), ip=_ip(_ADDRESS))
GATEWAY = Address(mac=bytes.fromhex("025500000001"), ip=_ip(HOST))

_CREDIT_WINDOW = 10  # frames
_RX_FRAMES = 64
_FRAME = 2048  # bytes; more than any Ethernet frame
_BATCH = 16  # frames read from the interface before the board gets its turn
_WALL_CLOCK = 1000  # nanoseconds after power-on
_TUNSETIFF = 0x400454CA
_TAP_WITHOUT_HEADER = 0x1002


class Bus(cyw43_bus.GSPIBus):
    """The bus between chip and radio, with three habits of the real radio that rp2040py lacks.

    Transmit credit: 1.0.0b1 counts it up for received frames too. After 256 of them the 8-bit
    number has lapped the driver's sequence number, and the driver stops sending for up to a
    second. The real radio keeps it a window ahead of the last frame it has taken.

    Loss: a radio has buffers for some frames; what comes faster is gone.

    Address: each board has its own.
    """

    def __init__(self):
        self._taken = 0  # sequence number of the driver's last frame
        self.lost = 0  # frames
        cyw43_bus._GUEST_MAC = BOARD.mac
        super().__init__()

    @property
    def _bus_data_credit(self) -> int:
        return self._taken + _CREDIT_WINDOW & 0xFF

    @_bus_data_credit.setter
    def _bus_data_credit(self, value: int) -> None:
        """Upstream counts here."""

    def power_off(self) -> None:
        super().power_off()
        self._taken = 0

    def _write_wlan(self, data: bytes) -> None:
        if len(data) > 4:
            self._taken = data[4]
        super()._write_wlan(data)

    def queue_rx_ethernet_frame(self, frame: bytes, *, interface: int = 0) -> None:
        if len(self._rx_queue) >= _RX_FRAMES:
            self.lost += 1
        else:
            super().queue_rx_ethernet_frame(frame, interface=interface)


class Link:
    """Where the frames of a board go. It also is the DHCP server, so that both links have one."""

    def __init__(self, rp2040: RP2040, bus: Bus):
        self.woken = asyncio.Event()  # something has arrived for the board
        self._rp2040 = rp2040
        self._bus = bus
        self._dhcp = DhcpServer(guest_ip=BOARD.ip, gateway_ip=GATEWAY.ip, gateway_mac=GATEWAY.mac)
        self._on_air = False

    def handle_outbound_ethernet_frame(self, frame: bytes) -> None:
        """Take a frame that the board sends; rp2040py calls this."""
        frame = bytes(frame)
        if not self._on_air:  # the emulator has an event loop by now
            self._on_air = True
            self.start()
        ethernet = net.parse_ethernet(frame)
        offer = ethernet and self._dhcp.maybe_handle(ethernet)
        if offer:
            self.deliver(offer)
        elif ethernet:
            self.send(frame, ethernet)

    def deliver(self, frame: bytes) -> None:
        """Give the board a frame if its access point would."""
        if frame[:6] == BOARD.mac or frame[0] & 1:
            self._bus.queue_rx_ethernet_frame(frame)
            self.woken.set()

    def start(self) -> None:
        """Begin to listen for frames to the board."""

    def send(self, frame: bytes, ethernet: net.EthernetFrame) -> None:
        raise NotImplementedError

    async def forward(self, port: int) -> tuple[str, int]:
        """Where ``port`` of the board is reached."""
        raise NotImplementedError

    def reset(self) -> None:
        """The board has left the network; rp2040py calls this."""


class Tap(Link):
    """The radio is a TAP interface: the board is a host on the network that it belongs to."""

    def __init__(self, rp2040: RP2040, bus: Bus):
        super().__init__(rp2040, bus)
        self._file = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
        request = struct.pack("16sH22x", _TAP.encode(), _TAP_WITHOUT_HEADER)
        fcntl.ioctl(self._file, _TUNSETIFF, request)

    def start(self) -> None:
        self._rp2040.schedule_threadsafe(
            lambda: asyncio.get_running_loop().add_reader(self._file, self._read)
        )

    def send(self, frame: bytes, ethernet: net.EthernetFrame) -> None:
        try:
            os.write(self._file, frame)
        except OSError:
            pass  # the interface is down or full: lost on the air

    async def forward(self, port: int) -> tuple[str, int]:
        return _ADDRESS, port

    def _read(self) -> None:
        for _ in range(_BATCH):
            try:
                self.deliver(os.read(self._file, _FRAME))
            except BlockingIOError:
                return


class Loop(Link):
    """The radio ends in this process: TCP alone, and no further than this machine's loopback.

    10.55.0.1:p is 127.0.0.1:p for the board; for us a port of the board is one of ours.
    """

    def __init__(self, rp2040: RP2040, bus: Bus):
        super().__init__(rp2040, bus)
        self._arp = ArpResponder(gateway_ip=GATEWAY.ip, gateway_mac=GATEWAY.mac)
        self._outward = TcpReflector(rp2040, self.deliver, connect_fn=_connect_loopback)
        self._inward = Forwarder(BOARD, GATEWAY, self.deliver)

    def send(self, frame: bytes, ethernet: net.EthernetFrame) -> None:
        answer = self._arp.maybe_handle(ethernet)
        packet = net.parse_ipv4(ethernet.payload)
        if answer:
            self.deliver(answer)
        elif ethernet.ethertype == net.ETHERTYPE_IPV4 and packet:
            self._inward.handle(packet) or self._outward.maybe_handle(ethernet, packet)

    async def forward(self, port: int) -> tuple[str, int]:
        return _LOOPBACK, await self._inward.open(port)

    def reset(self) -> None:
        self._inward.drop_all()
        self._outward.reset()


async def _connect_loopback(
    host: str, port: int
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    if host != HOST:
        raise ConnectionRefusedError(host)
    return await asyncio.open_connection(_LOOPBACK, port)


class Radio(Cyw43439):
    """The radio chip on a link of ours."""

    link_class: type[Link]

    def __init__(self):
        super().__init__()
        self.bus = Bus()

    def attach(self, rp2040: RP2040) -> None:
        super().attach(rp2040)
        _radios[id(rp2040)] = self
        self.link = self.bus.nat_bridge = self.link_class(rp2040, self.bus)

        def begin_anew(level: GPIOPinState, _: GPIOPinState) -> None:
            """1.0.0b1 sees power go when the driver drops the pin, but not when a reset does."""
            if level == GPIOPinState.HIGH:
                self.bus.power_off()
                self.link.reset()

        rp2040.gpio[self._power].add_listener(begin_anew)

        def hold_to_the_wall_clock() -> None:
            """An idle board would otherwise jump ahead, and whoever talks to it would be late."""
            rp2040.simulator.real_io_begin()  # there is no simulator yet when this is attached

        rp2040.clock.create_alarm(hold_to_the_wall_clock).schedule(_WALL_CLOCK)

    @staticmethod
    def of(rp2040: RP2040) -> Radio:
        """The radio of a board that rp2040py has put together."""
        return _radios[id(rp2040)]


_radios: dict[int, Radio] = {}


class TapRadio(Radio):
    link_class = Tap


class LoopRadio(Radio):
    link_class = Loop


def board(radio: Callable[[], Radio]) -> BoardSpec:
    """A Pico W with ``radio``."""
    return BoardSpec(extras=(BootselButton, radio), firmware=BOARDS["pico_w"].firmware)


TAP, LOOP = board(TapRadio), board(LoopRadio)
