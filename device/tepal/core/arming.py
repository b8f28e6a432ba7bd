"""Setting up the pins that start something, as the configuration has it."""

import asyncio

from tepal.core.inputs import Input
from tepal.core.triggers import Trigger
from tepal.formats import gestures
from tepal.formats.errors import TepalError

RARE = True
_LEVELS = {"n/a": (1,), "up": (1,), "down": (0,), "both": (0, 1)}
_QUICK_MS = 30  # a double click is over before a slow debounce has ended


def triggers(node) -> tuple:
    """Return (the triggers of all pins that can be one, the flag that their interrupts set).

    What is wrong with a pin is logged, and the others work.
    """
    flag = asyncio.ThreadSafeFlag()
    found = []
    for number in "1234":
        tag = "irq" + number
        if node.config.get(tag):
            try:
                found.append(_trigger(node, tag, flag))
            except (TepalError, OSError, ValueError, TypeError) as error:
                node.log.err(tag + ": " + str(error))
    return found, flag


def _trigger(node, tag: str, flag) -> Trigger:
    text = node.config.get(tag + "_cbf")
    if text == "n/a":
        raise TepalError("config_value", tag + "_cbf: a command expected")
    scripts = gestures.scripts(text)
    levels = _LEVELS[node.config.get(tag + "_trig")]
    pull = _pull(node.config.get("irq_pull"), int(tag[-1]), levels)
    pin = node.io.input(node.pins.take(tag, tag), pull)
    quiet_ms = node.config.get("irq_prell_ms")
    button = None
    if list(scripts) != [""]:
        from tepal.core.buttons import Button

        quiet_ms = min(quiet_ms, _QUICK_MS)
        is_low = levels == (0,) or (len(levels) > 1 and pull == "up")
        button = Button(list(scripts), 0 if is_low else 1)
    source = Input(pin, quiet_ms, flag)
    node.io.interrupt(pin, source.note)
    return Trigger(tag, source, levels, scripts, button)


def _pull(text: str, number: int, levels: tuple) -> str:
    """Return ``up``, ``down`` or nothing: what the configuration says, or what the trigger needs."""
    if text == "n/a":
        return "up" if levels == (0,) else "down"
    words = text.split(",")
    word = words[min(number, len(words)) - 1].strip()
    return "" if word == "none" else word
