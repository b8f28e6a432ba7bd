"""A fade: where a level is on its way, and when it moves next. Whole levels, whole milliseconds."""

# Of the part devices, which a release can leave out.

from collections import namedtuple

RARE = True
_SHORTEST_MS = 50  # between two steps: a lamp is told no more often

# ``scheduled``: a schedule has begun it, so that the scheduled rule goes along
Fade = namedtuple("Fade", ("start", "target", "since_ms", "length_ms", "scheduled"))


def level(fade: Fade, now_ms: int) -> int:
    """Return the level at a moment; one that has passed the end is at the target."""
    elapsed = now_ms - fade.since_ms
    if elapsed >= fade.length_ms:
        return fade.target
    steps = abs(fade.target - fade.start) * max(elapsed, 0) // fade.length_ms
    return fade.start + (steps if fade.target > fade.start else -steps)


def is_further(fade: Fade, here: int, there: int) -> bool:
    """Tell whether ``there`` lies beyond ``here`` in the direction of a fade."""
    return there > here if fade.target > fade.start else there < here


def next_ms(fade: Fade, now_ms: int) -> int:
    """Return the moment of the next step."""
    steps = abs(fade.target - fade.start)
    done = abs(level(fade, now_ms) - fade.start)
    moment = fade.since_ms + ((done + 1) * fade.length_ms + steps - 1) // steps
    return max(min(moment, fade.since_ms + fade.length_ms), now_ms + _SHORTEST_MS)
