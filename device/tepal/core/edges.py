"""What the interrupt of a pin has noted, without the bounce, and what that starts."""

import time

from micropython import const

from tepal.core import actions

RARE = True
_MOST = const(8)  # scripts of one pin that wait for each other


def look(trigger, now: int):
    """Find out what has happened until ``now``; return the milliseconds to the next look.

    None means that only an edge can change anything. What lasts longer than bounce is never lost:
    when that is over, the level is read again.
    """
    left = None
    while trigger.edges:
        ticks, level = trigger.edges.pop(0)
        if level == trigger.level:  # the way back was quicker than a bounce
            _change(trigger, ticks, 1 - level)
        _change(trigger, ticks, level)
    if not trigger.quiet:
        left = trigger.quiet_ms - time.ticks_diff(now, trigger.last)
        if left <= 0:
            left = None
            trigger.seen = level = trigger.pin.value()
            trigger.quiet = level == trigger.level
            if not trigger.quiet:
                trigger.last, left = now, trigger.quiet_ms
                _change(trigger, now, level)
    if trigger.button:
        from tepal.core import buttons

        left = buttons.look(trigger, now, left)
    return left


def start(trigger, name: str) -> None:
    """Start a script, if there is one, or let it wait until those before it are done."""
    if name in trigger.scripts:
        if len(trigger.waiting) < _MOST:
            trigger.waiting.append(trigger.scripts[name])
        actions.start(trigger.node, trigger.tag, trigger.waiting)


def _change(trigger, ticks: int, level: int) -> None:
    trigger.level = level
    if level in trigger.levels:
        start(trigger, "")
    if trigger.button:
        from tepal.core import buttons

        buttons.change(trigger, ticks, level)
