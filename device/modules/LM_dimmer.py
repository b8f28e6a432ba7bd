"""Dimmer: a lamp on one PWM pin; levels are 0..1000."""

from micropython import const

from drivers.light import Light
from drivers.pwm import TOP, writer

_TYPING = const(0)
if _TYPING:
    from tepal import Node

node: "Node"  # the running node; the loader puts it here

HELP = (
    "load",
    "SLIDER set_value value=<0-1000-10> smooth=True",
    "BUTTON toggle state=<True,False> smooth=True",
    "transition value sec=1.0",
    "STATUS status",
    "pinmap",
)

_light = None


def load():
    """Take the pin and bring the lamp to its last state."""
    global _light
    if _light is None:
        output = node.io.pwm(node.pins.take("dim_1", "dimmer"))
        state = node.states.get("dimmer")
        level = state.get("level", TOP // 2)
        _light = Light(writer([output]), [level], TOP, bool(state.get("on")), _save)
    return "DIMMER LOADED"


async def set_value(value=None, smooth=True):
    """Switch on at a level; 0 switches off."""
    if value == 0:
        await _lamp().toggle(False, smooth)
    elif value is not None:
        await _lamp().show([value], True, smooth)
    return status()


async def toggle(state=None, smooth=True):
    """Switch on or off, or over."""
    await _lamp().toggle(state, smooth)
    return status()


def transition(value, sec=1.0):
    """Fade to a level within ``sec`` seconds, in the background."""
    node.tasks.start("dimmer.transition", _lamp().fade([value], True, int(sec * 1000)))
    return "Transition started"


def status():
    """Return the state: the level, on or off."""
    lamp = _lamp()
    return {"X": lamp.levels[0], "S": int(lamp.on)}


def pinmap():
    """Return the pin of this module."""
    return node.pins.search(("dim_1",))


def _lamp() -> Light:
    if _light is None:
        load()
    assert _light is not None
    return _light


def _save():
    node.states.put("dimmer", {"level": _lamp().levels[0], "on": _lamp().on})
