"""The board: who it is, why it started, resets, clock, radio."""

import sys
import time

import machine
import network
from micropython import const

RARE = True
_WATCHDOG_MS = const(8300)  # the longest that a Pico W can
_CAUSES = const(("PWRON", "HARD", "WDT", "DEEPSLEEP", "SOFT"))
_CHIPS = const(("esp32s2", "esp32s3", "esp32c3", "esp32c5", "esp32c6"))


def platform() -> str:
    """Return the name of the pin map that fits: ``esp32s3``, ``rp2`` …"""
    name = getattr(machine, "PLATFORM", sys.platform)  # a simulated board names what it plays
    for known in _CHIPS:
        if name == "esp32" and known in machine_name().lower().replace("-", ""):
            return known
    return name


def machine_name() -> str:
    """Return what the firmware calls the board."""
    return getattr(machine, "BOARD", "") or getattr(sys.implementation, "_machine", sys.platform)


def unique_id() -> bytes:
    """Return the chip's own number."""
    return machine.unique_id()


def reset_cause() -> str:
    """Return why the board started: PWRON, HARD, WDT, DEEPSLEEP, SOFT or a number."""
    cause = machine.reset_cause()
    for name in _CAUSES:
        if getattr(machine, name + "_RESET", None) == cause:
            return name
    return str(cause)


def reset(hard: bool) -> None:
    """Restart the chip, or only MicroPython; does not return."""
    if hard:
        machine.reset()
    machine.soft_reset()


def watchdog():
    """Start the hardware watchdog; the object's ``feed()`` must be called every few seconds."""
    return machine.WDT(timeout=_WATCHDOG_MS)


def clock():
    """Return the function that tells the seconds of the chip's clock, since the port's epoch."""
    return getattr(machine, "wall_clock", time.time)  # a simulated board has one of its own


def set_clock(utc: tuple) -> None:
    """Set the chip's clock to a (year, month, day, hour, minute, second, weekday …) tuple."""
    year, month, day, hour, minute, second, weekday = utc[:7]
    machine.RTC().datetime((year, month, day, weekday, hour, minute, second, 0))


def frequency() -> int:
    """Return the clock of the CPU in Hz."""
    hertz = machine.freq()
    return hertz if isinstance(hertz, int) else hertz[0]


def boost(fast: bool) -> None:
    """Choose the fast or the slow clock of an ESP32; other chips stay as they are."""
    name = platform()
    if name.startswith("esp32"):
        slow_mhz, fast_mhz = (80, 160) if name in ("esp32c3", "esp32c6") else (160, 240)
        machine.freq((fast_mhz if fast else slow_mhz) * 1000000)


def edges():
    """Return what watches pins."""
    from tepal.hal import edges

    return edges


def country(code: str) -> None:
    """Tell the radio by whose law it may speak, before it is switched on.

    Raises: ValueError, OSError (this port knows no such country).
    """
    network.country(code)


def station(hostname: str):
    """Return the station, switched on: some radios know their hardware address only then."""
    network.hostname(hostname)
    own = network.WLAN(network.AP_IF)
    if own.active():
        own.active(False)  # an ESP32 keeps it over a soft reset
    wlan = network.WLAN(network.STA_IF)
    wlan.active(True)
    return wlan


def listen_address() -> str:
    """Return the address to listen on; several simulated nodes share one machine."""
    return getattr(network, "LISTEN_ADDRESS", "0.0.0.0")  # noqa: S104


def discovery():
    """Return what reaches the neighbours."""
    from tepal.hal import discovery

    return discovery


def flash():
    """Return what knows how files are replaced here, and what runs here."""
    from tepal.hal import flash

    return flash
