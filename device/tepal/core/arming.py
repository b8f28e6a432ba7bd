"""Setting up the pins that start something, as the configuration has it."""

from tepal.core import triggers
from tepal.formats import gestures
from tepal.formats.errors import TepalError

RARE = True
_LEVELS = {"n/a": (1,), "up": (1,), "down": (0,), "both": (0, 1)}
_QUICK_MS = 30  # a double click is over before a slow debounce has ended


def arm(node):
    """Return what runs the triggers of all pins that can be one.

    What is wrong with a pin is logged, and the others work.
    """
    flag = node.board().edges().flag()
    found = []
    for number in range(1, 5):
        tag = "irq%d" % number
        if node.config.get(tag):
            try:
                found.append(_trigger(node, tag, number, flag))
            except (TepalError, OSError, ValueError, TypeError) as error:
                node.log.err(tag + ": " + str(error))
    return triggers.run(found, flag)


def _trigger(node, tag: str, number: int, flag) -> triggers.Trigger:
    get = node.config.get
    text = get(tag + "_cbf")
    if text == "n/a":
        raise TepalError("config_value", tag + "_cbf: a command expected")
    levels = _LEVELS[get(tag + "_trig")]
    pull = _pull(get("irq_pull"), number, levels)
    scripts = gestures.scripts(text)
    trigger = triggers.Trigger(node, tag, flag, get("irq_prell_ms"), levels, scripts)
    if list(scripts) != [""]:
        trigger.quiet_ms = min(trigger.quiet_ms, _QUICK_MS)
        is_low = levels == (0,) or (len(levels) > 1 and pull == "up")
        trigger.button = [0 if is_low else 1, None, None]
    trigger.pin = node.board().edges().watch(node.pins.take(tag, tag), pull, trigger.note)
    trigger.level = trigger.seen = trigger.pin.value()
    return trigger


def _pull(text: str, number: int, levels: tuple) -> str:
    """Return ``up``, ``down`` or nothing: what the configuration says, or what the trigger needs."""
    if text == "n/a":
        return "up" if levels == (0,) else "down"
    words = text.split(",")
    word = words[min(number, len(words)) - 1].strip()
    return "" if word == "none" else word
