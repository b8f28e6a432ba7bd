"""Gestures: what people do with a button, made of its level.

``trigger.button`` is [the level that means pressed, begin, end]. Begin is when it was pressed, as
long as that may still become something; end is when the first click of perhaps two has ended.
"""

import time

from micropython import const

from tepal.core import edges

RARE = True
_LONG_MS = const(700)
_DOUBLE_MS = const(350)  # from the end of the first click to the end of the second


def change(trigger, ticks: int, level: int) -> None:
    """Start what a change of the level completes."""
    look(trigger, ticks)
    button = trigger.button
    if level == button[0]:
        button[1] = ticks
        edges.start(trigger, "press")
        return
    if button[1] is not None:
        button[1] = None
        if "double" not in trigger.scripts:
            edges.start(trigger, "click")
        elif button[2] is None:
            button[2] = ticks
        else:
            button[2] = None
            edges.start(trigger, "double")
    edges.start(trigger, "release")


def look(trigger, now: int, left=None):
    """Start what is complete because time has passed; return the milliseconds to the next look.

    ``left`` are those after which somebody looks anyway; None means never.
    """
    button = trigger.button
    _, begin, end = button
    mine = None
    if begin is not None and "long" in trigger.scripts:
        mine = _LONG_MS - time.ticks_diff(now, begin)
        if mine <= 0:
            mine = button[1] = button[2] = None
            edges.start(trigger, "long")
    elif begin is None and end is not None:
        mine = _DOUBLE_MS - time.ticks_diff(now, end)
        if mine <= 0:
            mine = button[2] = None
            edges.start(trigger, "click")
    if mine is None or left is None:
        return left if mine is None else mine
    return min(mine, left)
