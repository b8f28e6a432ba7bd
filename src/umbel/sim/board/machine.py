"""A stand-in for ``machine``: the same names, on the hardware in ``simulated``."""

import asyncio
import sys
import time

import simulated

PLATFORM = simulated.setting("PLATFORM", "esp32")
BOARD = "Umbel simulator (" + PLATFORM + ")"
PWRON_RESET, HARD_RESET, WDT_RESET, DEEPSLEEP_RESET, SOFT_RESET = 1, 2, 3, 4, 5
_HARD_EXIT, _SOFT_EXIT = 41, 42  # the exit codes that make the host start the board again
_LOOK_MS = 20

wall_clock = simulated.wall_clock


def unique_id() -> bytes:
    """Return six bytes that tell this board from the others of its host."""
    return bytes.fromhex(simulated.setting("ID", "0250490000ff"))


def reset_cause() -> int:
    """Return why this run began."""
    return int(simulated.setting("RESET_CAUSE", "1"))


def reset() -> None:
    """End this run; the host starts the next one."""
    simulated.tell('{"event": "reset"}')
    sys.exit(_HARD_EXIT)


def soft_reset() -> None:
    """End this run as a soft reset."""
    simulated.tell('{"event": "reset"}')
    sys.exit(_SOFT_EXIT)


def freq(hertz: int | None = None) -> int:
    """Return the clock of the CPU, a constant here."""
    return hertz or 240000000


def disable_irq() -> int:
    """Do nothing: nothing interrupts here."""
    return 0


def enable_irq(state: int) -> None:
    """Do nothing."""


def idle() -> None:
    """Do nothing."""


class Pin:
    """One GPIO; the same number is the same pin."""

    IN, OUT, OPEN_DRAIN = 0, 1, 2
    PULL_UP, PULL_DOWN = 1, 2
    IRQ_RISING, IRQ_FALLING = 1, 2

    _level = 0
    _handler = None

    def __new__(cls, number, *args, **kwargs):
        """Return the pin ``number``."""
        if number not in simulated.pins:
            simulated.pins[number] = object.__new__(cls)
        return simulated.pins[number]

    def __init__(self, number, mode=None, pull=None, value=None):
        self.number = number
        if mode is not None:
            self.mode, self.pull = mode, pull
            if mode == Pin.IN and pull == Pin.PULL_UP:
                self._level = 1
        if value is not None:
            self.value(value)

    def value(self, level=None):
        """Return the level, or set it."""
        if level is None:
            return self._level
        before, self._level = self._level, 1 if level else 0
        if self._handler and before != self._level:
            edge = Pin.IRQ_RISING if self._level else Pin.IRQ_FALLING
            if edge & self._trigger:
                self._handler(self)
        return None

    __call__ = value

    def on(self):
        """Set the level high."""
        self.value(1)

    def off(self):
        """Set the level low."""
        self.value(0)

    def irq(self, handler=None, trigger=3):
        """Call ``handler(pin)`` at each edge of ``trigger``."""
        self._handler, self._trigger = handler, trigger


class EdgeFlag:
    """What interrupts set. Ours come out of the event loop itself, so an event will do.

    A real board takes a ThreadSafeFlag, with which MicroPython of a computer crashes as soon as
    sockets come and go.
    """

    def __init__(self):
        self._event = asyncio.Event()

    def set(self):
        """Let whoever waits go on."""
        self._event.set()

    async def wait(self):
        """Return when it is set, and reset it."""
        await self._event.wait()
        self._event.clear()


class PWM:
    """A PWM output."""

    _duty = 0
    _freq = 1000
    flashes = 0  # how often it went on

    def __new__(cls, pin, *args, **kwargs):
        """Return the output on ``pin``."""
        if pin.number not in simulated.pwms:
            simulated.pwms[pin.number] = object.__new__(cls)
        return simulated.pwms[pin.number]

    def __init__(self, pin, freq=None, duty_u16=None):
        self._number = pin.number
        if freq is not None:
            self._freq = freq
        if duty_u16 is not None:
            self._duty = duty_u16

    def duty_u16(self, duty=None):
        """Return the duty, 0..65535, or set it."""
        if duty is None:
            return self._duty
        if not 0 <= duty <= 65535:
            raise ValueError("duty_u16 must be 0..65535")
        if duty and not self._duty:
            self.flashes += 1
        self._duty = duty
        return None

    def freq(self, hertz=None):
        """Return the frequency, or set it."""
        if hertz is None:
            return self._freq
        self._freq = hertz
        return None

    def deinit(self):
        """Give the output back."""
        simulated.pwms.pop(self._number, None)


class SoftI2C:
    """An I2C bus; where the host has set a climate for its data pin there is an SI7021."""

    def __init__(self, scl, sda, freq=400000):
        self._number = sda.number
        self._order = b""

    def writeto(self, address: int, data: bytes) -> int:
        """Order a measurement. Raises: OSError."""
        self._check(address)
        self._order = data
        return len(data)

    def readfrom(self, address: int, size: int) -> bytes:
        """Return what was measured. Raises: OSError."""
        import si7021_chip

        self._check(address)
        return si7021_chip.answer(self._order, *simulated.climate[self._number])[:size]

    def _check(self, address: int) -> None:
        if address != 0x40 or self._number not in simulated.climate:
            raise OSError(19)  # ENODEV, as a bus has it where nobody answers


class ADC:
    """An analog input."""

    ATTN_0DB, ATTN_11DB = 0, 3

    def __init__(self, pin):
        self._number = getattr(pin, "number", pin)

    def atten(self, attenuation):
        """Choose the range; all are the same here."""

    def read_u16(self):
        """Return the level that the host has set."""
        return simulated.analog.get(self._number, 0)


class RTC:
    """The clock of the board; setting it moves ``wall_clock``, not the clock of the host."""

    def memory(self, data=None):
        """Return the bytes that outlast a reset, though not the loss of power; or set them."""
        if data is None:
            return simulated.kept(reset_cause() == PWRON_RESET)
        simulated.keep(data.encode() if isinstance(data, str) else bytes(data))
        return None

    def datetime(self, moment=None):
        """Return (year, month, day, weekday, hour, minute, second, 0), or set it."""
        if moment is None:
            now = time.gmtime(int(simulated.wall_clock()))
            return now[:3] + (now[6],) + now[3:6] + (0,)
        year, month, day, _, hour, minute, second = moment[:7]
        wanted = _seconds(year, month, day) + hour * 3600 + minute * 60 + second
        simulated.clock["offset_s"] = wanted - time.time()
        return None


class Console:
    """The serial console: the host types, and reads what is shown with all else that is printed."""

    async def read(self) -> bytes:
        """Return what was typed."""
        while not simulated.typed:
            await asyncio.sleep_ms(_LOOK_MS)  # pyright: ignore[reportAttributeAccessIssue]
        return simulated.typed.pop(0).encode()

    def write(self, text: str) -> None:
        """Show ``text``."""
        simulated.show(text)


console = Console()


class WDT:
    """A watchdog that only remembers: the host resets a board that hangs, once it knows of it."""

    def __init__(self, timeout=5000):
        self.timeout, self.fed = timeout, 0
        simulated.tell('{"event": "watchdog"}')

    def feed(self):
        """Show that the node is alive."""
        self.fed += 1


def _seconds(year: int, month: int, day: int) -> int:
    """Return the seconds from 1970 to a date."""
    if month < 3:
        year, month = year - 1, month + 12
    leap_days = year // 4 - year // 100 + year // 400
    return (365 * year + leap_days + (153 * (month - 3) + 2) // 5 + day - 719469) * 86400
