"""One emulated board in a process of its own; the other end of ``harness.Board``.

Reads orders from standard input and writes what happens to standard output, a JSON object a line.
Ends when its input ends or its parent dies.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import ctypes
import json
import os
import signal
import sys
import time
import tty
from pathlib import Path

import picow
from rp2040py._gpio_pin import FUNCTION_PWM, FUNCTION_SIO
from rp2040py.boards import resolve_firmware
from rp2040py.device import MicroPythonDevice
from rp2040py.device.repl_runner import InteractiveRepl
from rp2040py.external.ws2812 import Ws2812
from rp2040py.simulator import Simulator

_FLASH = 2 * 1024 * 1024  # bytes; the file system is at its end
_LONGEST_LINE = 4 * 1024 * 1024  # bytes
_LAG = 0.05  # seconds that the board may be behind and catch up; beyond, it has been slow
_NAP = 0.0005  # seconds; not worth to sleep for less
_PR_SET_PDEATHSIG = 1
_CDC_ROOM = 256  # bytes

_PWM = 0x4005_0000  # the registers of the first of eight slices; each drives two pins
_SLICE = 0x14  # bytes
_LEVELS, _TOP = 0x0C, 0x10
_ENABLED = 1
_PATIENCE = 60.0  # seconds
_ANALOG = 26  # the first pin with an analog input


class Emulator:
    """A board that is running."""

    def __init__(self, firmware: Path, image: bytes, link: str):
        spec = resolve_firmware(
            {"tap": picow.TAP, "loop": picow.LOOP}[link], "micropython", str(firmware)
        )
        self._device = MicroPythonDevice(board=spec)
        self._flash = memoryview(self._device.mcu.flash)[_FLASH - len(image) : _FLASH]
        self._flash[:] = image
        self._link = picow.Radio.of(self._device.mcu).link
        self._repl = InteractiveRepl(self._device.cdc, self._printed)
        self._serial: int | None = None  # the end of its serial port that we hold
        self._carrying: asyncio.Task[None] | None = None  # bytes from there to the board
        self._strips: dict[int, Ws2812] = {}
        self._pace = Pace(self._device.simulator, self._link.woken)
        self._device.simulator.execute = self._pace.keep

    async def boot(self) -> None:
        """Power on; returns when the board is there on its USB port."""
        await self._repl.start()  # before the first byte comes
        await self._device.astart()

    async def obey(self, order: dict) -> dict:
        """Do what ``order`` says; returns what to answer."""
        return await getattr(self, "do_" + order.pop("do"))(**order)

    async def do_exec(self, code: str, timeout: float) -> dict:  # noqa: ASYNC109 - the board's
        """Run ``code`` in the raw REPL; interrupts what is running."""
        try:
            out, err = await self._device.aexec(code, timeout)
        finally:
            await self._repl.start()
        return {"out": _text(out), "err": _text(err)}

    async def do_type(self, text: str) -> dict:
        """Send ``text`` to the console, as a terminal would."""
        await self._send(text.encode())
        return {}

    async def _send(self, data: bytes) -> None:
        sent = self._repl.send(data)
        while not sent:
            await asyncio.sleep(0.001)
            sent = self._repl.pump()

    async def do_serial(self) -> dict:
        """Offer the USB port as a serial port of this machine; returns its path."""
        self._serial, other = os.openpty()
        tty.setraw(other)
        loop = asyncio.get_running_loop()
        sent = asyncio.StreamReader(limit=_CDC_ROOM)  # what there is no room for waits in the port
        await loop.connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(sent), os.fdopen(self._serial, "rb", 0)
        )
        self._carrying = loop.create_task(self._carry(sent))
        return {
            "path": os.ttyname(other)
        }  # its end stays open, or a client that leaves is an error

    async def _carry(self, sent: asyncio.StreamReader) -> None:
        """Pass on what a client sends, to the last byte."""
        while data := await sent.read(_CDC_ROOM):
            await self._send(data)

    def _printed(self, data: bytes | bytearray) -> None:
        _tell_console(data)
        if self._serial is not None:
            try:
                os.write(self._serial, data)
            except BlockingIOError:
                pass  # nobody reads, as on a real port

    async def do_reset(self) -> dict:
        """Press and release the reset button."""
        self._device.hard_reset()
        return {}

    async def do_flash(self) -> dict:
        """Read the file system as it is now."""
        return {"flash": base64.b64encode(self._flash).decode()}

    async def do_cut(self) -> dict:
        """Cut the power; returns the file system as the cut left it."""
        self._device.stop()
        return await self.do_flash()

    async def do_clock(self) -> dict:
        """Seconds since power-on, by the board's own crystal, and those that the CPU did not sleep."""
        chip = self._device.mcu
        return {"seconds": chip.clock.nanos / 1e9, "busy": chip.core.cycles / chip.clk_sys}

    async def do_read_pin(self, pin: int) -> dict:
        """What the chip drives a pin with: a level, or PWM as a share of the time; null: nothing."""
        chip = self._device.mcu
        function = chip.gpio[pin].function_select
        if function == FUNCTION_SIO and chip.gpio[pin].output_enable:
            return {"level": int(chip.gpio[pin].output_value)}
        if function != FUNCTION_PWM:
            return {"level": None}
        registers = _PWM + pin // 2 % 8 * _SLICE
        if not chip.read_uint32(registers) & _ENABLED:
            return {"level": 0.0}
        high = chip.read_uint32(registers + _LEVELS) >> pin % 2 * 16 & 0xFFFF
        return {"level": min(1.0, high / (chip.read_uint32(registers + _TOP) + 1))}

    async def do_drive_pin(self, pin: int, level: bool | None) -> dict:
        """Connect a pin to something that drives it; null: let it go."""
        wire = self._device.mcu.gpio[pin]
        if level is None:
            wire.release_input()
        else:
            wire.set_input_value(level)
        return {}

    async def do_time(self, pin: int, level: bool, target: int) -> dict:
        """Drive a pin, and wait for another to change; returns the seconds of the board between."""
        chip = self._device.mcu
        changed = asyncio.Event()
        moments: list[int] = []

        def note(*_: object) -> None:
            moments.append(chip.clock.nanos)
            changed.set()

        forget = chip.gpio[target].add_listener(note)
        try:
            begin = chip.clock.nanos
            chip.gpio[pin].set_input_value(level)
            await asyncio.wait_for(changed.wait(), _PATIENCE)
        finally:
            forget()
        return {"seconds": (moments[0] - begin) / 1e9}

    async def do_drive_analog(self, pin: int, volts: float) -> dict:
        """Connect an analog pin to a voltage."""
        self._device.mcu.adc.channel_values[pin - _ANALOG] = round(volts / 3.3 * 4095)
        return {}

    async def do_pixels(self, pin: int) -> dict:
        """The colours that a strip at ``pin`` shows; it is plugged in when first asked for."""
        if pin not in self._strips:
            self._strips[pin] = Ws2812(pin)
            self._strips[pin].attach(self._device.mcu)
        return {"pixels": self._strips[pin].pixels}

    async def do_skip(self, seconds: float) -> dict:
        """Let the board live this long as fast as it can."""
        await self._pace.skip(seconds)
        return {}

    async def do_forward(self, port: int) -> dict:
        """Where clients reach ``port`` of the board."""
        host, outer = await self._link.forward(port)
        return {"host": host, "port": outer}


class Pace:
    """Runs a board in wall-clock time, until it is stopped.

    In place of rp2040py's own loop, which cannot be woken: a frame that comes while the board
    idles ends its sleep at once here, as the radio's interrupt does.
    """

    def __init__(self, simulator: Simulator, woken: asyncio.Event):
        self._simulator = simulator
        self._woken = woken
        self._hurry_until = 0.0  # board time, seconds
        self._arrived = asyncio.Event()  # at that time

    async def skip(self, seconds: float) -> None:
        """Do not wait for the wall clock for a while; returns when it is over."""
        self._hurry_until = self._now() + seconds
        self._arrived.clear()
        self._woken.set()
        await self._arrived.wait()

    async def keep(self) -> None:
        """Run the board; takes the place of ``Simulator.execute``."""
        simulator = self._simulator
        simulator.stopped = False
        start = self._lead()
        try:
            while not simulator.stopped:
                simulator._execute_batch()
                if self._now() < self._hurry_until:
                    start = self._lead()
                else:
                    self._arrived.set()
                ahead = self._lead() - start
                if ahead < -_LAG:
                    start += ahead + _LAG
                await self._wait(ahead)
        except Exception as exc:
            simulator.engine_room_error = exc
            simulator.stopped = True
            raise

    async def _wait(self, ahead: float) -> None:
        if ahead < _NAP:
            await asyncio.sleep(0)
            return
        self._woken.clear()
        try:
            await asyncio.wait_for(self._woken.wait(), ahead)
        except TimeoutError:
            pass

    def _now(self) -> float:
        return self._simulator.clock.nanos / 1e9

    def _lead(self) -> float:
        return self._now() - time.monotonic()


async def serve(emulator: Emulator) -> None:
    """Obey the orders that come in, each as it comes."""
    lines = asyncio.StreamReader(limit=_LONGEST_LINE)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    await emulator.boot()
    tell(ready=True)
    running = set()
    while line := await lines.readline():
        task = loop.create_task(_answer(emulator, json.loads(line)))
        running.add(task)
        task.add_done_callback(running.discard)
    os._exit(0)  # as a board does it: whatever is under way ends here


async def _answer(emulator: Emulator, order: dict) -> None:
    number = order.pop("id")
    try:
        tell(id=number, **await emulator.obey(order))
    except Exception as exc:
        tell(id=number, error=f"{type(exc).__name__}: {exc}")


def tell(**what) -> None:
    """Write one line to whoever started us."""
    print(json.dumps(what), flush=True)


def _tell_console(data: bytes) -> None:
    tell(console=_text(data))


def _text(data: bytes) -> str:
    return bytes(data).decode(errors="backslashreplace")


def die_with_parent(parent: int) -> None:
    """See to it that the kernel ends this process when whoever started it is gone."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it was faster
        raise SystemExit(1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parent", type=int, required=True, help="process to die with")
    parser.add_argument("--firmware", type=Path, required=True, help="UF2 image")
    parser.add_argument("--image", type=int, required=True, help="open file: a littlefs image")
    parser.add_argument("--link", choices=("tap", "loop"), required=True)
    options = parser.parse_args()
    die_with_parent(options.parent)
    with os.fdopen(options.image, "rb") as file:
        file.seek(0)
        image = file.read()
    asyncio.run(serve(Emulator(options.firmware, image, options.link)))


if __name__ == "__main__":
    main()
