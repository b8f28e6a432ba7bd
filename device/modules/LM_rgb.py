"""RGB: a lamp of three colours on three PWM pins; levels are 0..1000."""

from random import randint

from micropython import const

from drivers.light import Light
from drivers.pwm import TOP, writer

_TYPING = const(0)
if _TYPING:
    from tepal import Node

node: "Node"  # the running node; the loader puts it here

HELP = (
    "load",
    "COLOR color r=<0-1000-10> g b smooth=True",
    "SLIDER brightness percent=<0-100-1> smooth=True wake=True",
    "BUTTON toggle state=<True,False> smooth=True",
    "transition r g b sec=1.0",
    "random smooth=True max_val=1000",
    "STATUS status",
    "pinmap",
)

_PINS = ("redgb", "rgreenb", "rgbue")
_light = None


def load():
    """Take the pins and bring the lamp to its last state."""
    global _light
    if _light is None:
        outputs = [node.io.pwm(node.pins.take(name, "rgb")) for name in _PINS]
        state = node.states.get("rgb")
        levels = state.get("levels", [700, 700, 700])
        _light = Light(writer(outputs), levels, TOP, bool(state.get("on")), _save)
    return "RGB LOADED"


async def color(r=None, g=None, b=None, smooth=True):
    """Switch on in a colour; a channel that is not given stays."""
    await _lamp().show((r, g, b), True, smooth)
    return status()


async def brightness(percent=None, smooth=True, wake=True):
    """Set the brightness in percent, keeping the colour; ``wake`` switches on."""
    if percent is not None:
        await _lamp().dim(percent, wake, smooth)
    return status()


async def toggle(state=None, smooth=True):
    """Switch on or off, or over."""
    await _lamp().toggle(state, smooth)
    return status()


def transition(r, g, b, sec=1.0):
    """Fade to a colour within ``sec`` seconds, in the background."""
    node.tasks.start("rgb.transition", _lamp().fade([r, g, b], True, int(sec * 1000)))
    return "Transition started"


async def random(smooth=True, max_val=TOP):
    """Switch on in any colour."""
    return await color(*[randint(0, max_val) for _ in _PINS], smooth=smooth)


def status():
    """Return the state: R, G, B, brightness in percent, on or off."""
    lamp = _lamp()
    red, green, blue = lamp.levels
    return {"R": red, "G": green, "B": blue, "BR": lamp.percent(), "S": int(lamp.on)}


def pinmap():
    """Return the pins of this module."""
    return node.pins.search(_PINS)


def _lamp() -> Light:
    if _light is None:
        load()
    assert _light is not None
    return _light


def _save():
    node.states.put("rgb", {"levels": _lamp().levels, "on": _lamp().on})
