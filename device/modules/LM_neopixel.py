"""NeoPixel: a strip of WS2812 pixels; levels are 0..255."""

from random import randint

from micropython import const

from drivers.light import Light

_TYPING = const(0)
if _TYPING:
    from tepal import Node

node: "Node"  # the running node; the loader puts it here

HELP = (
    "load pixels=24",
    "COLOR color r=<0-255-5> g b smooth=True",
    "SLIDER brightness percent=<0-100-1> smooth=True wake=True",
    "BUTTON toggle state=<True,False> smooth=True",
    "segment r g b s write=True",
    "transition r g b sec=1.0",
    "random smooth=True max_val=255",
    "STATUS status",
    "pinmap",
)

_MOST = 1024  # pixels; each takes three bytes of memory
_light = None
_strip = None


def load(pixels=24):
    """Take the pin for ``pixels`` pixels and bring them to their last state."""
    global _light, _strip
    if _light is None:
        if not isinstance(pixels, int) or not 1 <= pixels <= _MOST:
            raise ValueError("pixels: 1..%d expected" % _MOST)
        _strip = node.io.pixels(node.pins.take("neop", "neopixel"), pixels)
        state = node.states.get("neopixel")
        levels = state.get("levels", [60, 60, 60])
        _light = Light(_write, levels, 255, bool(state.get("on")), _save)
    return "NEOPIXEL LOADED: %d" % len(_pixels())


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


def segment(r, g, b, s, write=True):
    """Give pixel ``s`` a colour of its own, until the next change of all; ``write`` shows it."""
    strip = _pixels()
    strip[s] = (r, g, b)
    if write:
        strip.write()
    return {"pixel": s, "R": r, "G": g, "B": b}


def transition(r, g, b, sec=1.0):
    """Fade to a colour within ``sec`` seconds, in the background."""
    node.tasks.start("neopixel.transition", _lamp().fade([r, g, b], True, int(sec * 1000)))
    return "Transition started"


async def random(smooth=True, max_val=255):
    """Switch on in any colour."""
    return await color(*[randint(0, max_val) for _ in range(3)], smooth=smooth)


def status():
    """Return the state: R, G, B, brightness in percent, on or off."""
    lamp = _lamp()
    red, green, blue = lamp.levels
    return {"R": red, "G": green, "B": blue, "BR": lamp.percent(), "S": int(lamp.on)}


def pinmap():
    """Return the pin of this module."""
    return node.pins.search(("neop",))


def _lamp() -> Light:
    if _light is None:
        load()
    assert _light is not None
    return _light


def _pixels():
    if _strip is None:
        load()
    assert _strip is not None
    return _strip


def _write(levels):
    strip = _pixels()
    strip.fill(tuple(levels))
    strip.write()


def _save():
    node.states.put("neopixel", {"levels": _lamp().levels, "on": _lamp().on})
