"""The hardware of a simulated board: what the fakes write to and the host reads, and back."""

import os
import sys
import time

pins = {}  # number: machine.Pin
pwms = {}  # number: machine.PWM
strips = {}  # number: neopixel.NeoPixel
analog = {}  # number: 0..65535
load_cells = {}  # number of the data pin: hx711_chip.Hx711
climate = {}  # number: (degrees Celsius, percent of humidity), what a DHT sensor there measures

# ``networks`` is None where every network is there and takes every password, else a list of
# {"ssid", "password", "rssi", "hidden", "trouble"}; a network in trouble "refuses", is "silent",
# gives "no address", or is "empty": it says that all is well, and there is no address. ``fault``
# is a method of the radio that raises: "scan" or "connect". ``access_point`` is the node's own.
wifi = {
    "up": True,
    "rssi": -50,
    "stations": [],
    "networks": None,
    "fault": "",
    "access_point": {"open": False},
}
clock = {"offset_s": 0}
typed = []  # on the serial console, and not read yet
shown = {"open": False}  # whether the last line on the console has not ended
memory = {}  # "data": what the clock keeps over a reset, "file": where the host keeps it meanwhile


_MEMORY_SIZE = 2048  # bytes


def wall_clock() -> float:
    """Return the time of the board's own clock, in seconds of the port's epoch."""
    return time.time() + clock["offset_s"]


def setting(name: str, default: str) -> str:
    """Return what the host has told this board by an environment variable."""
    return os.getenv("UMBEL_SIM_" + name) or default


def kept(is_lost: bool) -> bytes:
    """Return the memory of the clock; it is empty at first if the power was lost."""
    if "data" not in memory:
        memory["data"] = b""
        path = setting("RTC", "")
        if path and not is_lost:
            with open(path, "rb") as file:
                memory["data"] = file.read().rstrip(b"\0")
        memory["file"] = open(path, "wb") if path else None  # noqa: SIM115 - as long as the board
        keep(memory["data"])
    return memory["data"]


def keep(data: bytes) -> None:
    """Set the memory of the clock."""
    kept(False)
    memory["data"] = data
    file = memory["file"]
    if file:
        file.seek(0)
        file.write(data + bytes(_MEMORY_SIZE - len(data)))
        file.flush()


def show(text: str) -> None:
    """Write on the serial console."""
    shown["open"] = text[-1:] != "\n"
    sys.stdout.write(text)
    if hasattr(sys.stdout, "flush"):
        sys.stdout.flush()


def tell(line: str) -> None:
    """Write one line for the host; the mark tells it from what the node prints."""
    if shown["open"]:
        show("\n")
    sys.stdout.write("\x1e" + line + "\n")
    if hasattr(sys.stdout, "flush"):
        sys.stdout.flush()


def snapshot() -> dict:
    """Return the state of everything that the node has touched."""
    return {
        "pins": {str(n): pins[n].value() for n in pins if n not in pwms},
        "pwm": {str(n): {"duty_u16": pwms[n].duty_u16(), "freq": pwms[n].freq()} for n in pwms},
        "pixels": {str(n): [list(strips[n][i]) for i in range(strips[n].n)] for n in strips},
        "analog": {str(n): analog[n] for n in analog},
        "climate": {str(n): list(climate[n]) for n in climate},
        "load_cells": {str(n): load_cells[n].raw for n in load_cells},
        "wifi": wifi,
    }
