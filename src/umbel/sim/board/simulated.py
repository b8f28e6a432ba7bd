"""The hardware of a simulated board: what the fakes write to and the host reads, and back."""

import os
import sys
import time

pins = {}  # number: machine.Pin
pwms = {}  # number: machine.PWM
strips = {}  # number: neopixel.NeoPixel
analog = {}  # number: 0..65535
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


def wall_clock() -> float:
    """Return the time of the board's own clock, in seconds of the port's epoch."""
    return time.time() + clock["offset_s"]


def setting(name: str, default: str) -> str:
    """Return what the host has told this board by an environment variable."""
    return os.getenv("UMBEL_SIM_" + name) or default


def tell(line: str) -> None:
    """Write one line for the host; the mark tells it from what the node prints."""
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
        "wifi": wifi,
    }
