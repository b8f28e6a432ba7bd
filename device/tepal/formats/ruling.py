"""Which rule something follows: its default, the one of its schedule, or one set by hand.

It is any object with the attributes of ``core.devices.Instance``. ``timers`` says at which
millisecond of uptime what falls due; whoever keeps the clock calls ``fire`` then.

A rule set by hand holds until the next one of the schedule begins, until its own end, or until
somebody takes it back; ``override`` tells which: None nothing set by hand, "next", "timed".
"""

# Of the part devices, which a release can leave out.

from tepal.formats import fades, rules
from tepal.formats.errors import TepalError

RARE = True
_MINUTE_MS = 60000
_LONGEST_MIN = 10080  # a week


def usable(it):
    """Return the rule that "enabled" stands for: scheduled, else default, else the word itself."""
    for rule in (it.scheduled_rule, it.default_rule):
        if rule is not None and rule not in rules.SWITCHING:
            return rule
    return "enabled"


def set_by_hand(it, rule, now_ms: int, minutes=None) -> None:
    """Follow a checked rule until the schedule's next, or for so many minutes."""
    length_ms = None if minutes is None else delay_ms(minutes)
    it.timers.pop("override", None)
    it.override = "next"
    if length_ms is not None:
        it.override = "timed"
        it.timers["override"] = now_ms + length_ms
    _take(it, rule, False, now_ms)


def reset(it, now_ms: int) -> None:
    """Follow the schedule again, or the default rule where there is none."""
    it.timers.pop("override", None)
    it.override = None
    _end_fade(it)
    _take(it, it.default_rule if it.scheduled_rule is None else it.scheduled_rule, False, now_ms)


def schedule(it, rule, now_ms: int, is_new: bool = True, passed_s: int = 0) -> None:
    """Make ``rule`` the scheduled one, because its time has come (``is_new``) or it was edited.

    None: no rule of the schedule is in force. A fade that began ``passed_s`` ago ends when it
    would have: who learns late what time it is does not begin it anew. What was set by hand
    survives an edit, and if it has an end of its own the schedule too.
    """
    if rule is None:
        rule = it.default_rule
    if _is_fade(rule):
        target, seconds = rules.fade(rule)
        rule = "fade/%d/%d" % (target, max(0, seconds - passed_s))
    if it.override == "timed" or (it.override and not is_new):
        _end_fade(it)
        it.scheduled_rule = rules.fade(rule)[0] if _is_fade(rule) else rule
        return
    it.override = None
    _end_fade(it)
    _take(it, rule, True, now_ms)


def enable(it, now_ms: int) -> None:
    """Take part again."""
    it.timers.pop("enable", None)
    it.timers.pop("disable", None)
    it.enabled = True
    if it.current_rule == "disabled":
        it.timers.pop("override", None)
        rule = usable(it)
        it.override = None if rule == it.scheduled_rule else "next"
        _take(it, rule, False, now_ms)


def disable(it) -> None:
    """Take part no more; the rules stay."""
    it.timers.pop("enable", None)
    it.timers.pop("disable", None)
    _leave(it)


def later(it, what: str, minutes, now_ms: int) -> int:
    """``enable`` or ``disable`` after so many minutes; return the milliseconds until then."""
    left_ms = delay_ms(minutes)
    it.timers.pop("disable" if what == "enable" else "enable", None)
    it.timers[what] = now_ms + left_ms
    return left_ms


def delay_ms(minutes) -> int:
    """Return minutes in milliseconds. Raises: TepalError ``rule``."""
    number = "?"
    try:
        number = rules.check("float_range", minutes, (0, _LONGEST_MIN))
    except TepalError:
        pass
    if isinstance(number, str):
        raise TepalError("rule", "0 to %d minutes expected" % _LONGEST_MIN)
    return int(number * _MINUTE_MS)  # pyright: ignore[reportOperatorIssue]


def fire(it, name: str, now_ms: int) -> None:
    """Do what has come due; it is in ``timers`` no more."""
    if name == "fade":
        _step(it, now_ms)
    elif name == "override":
        reset(it, now_ms)
    elif name == "enable":
        enable(it, now_ms)
    elif name == "disable":
        disable(it)


def _is_fade(rule) -> bool:
    return isinstance(rule, str) and rule.startswith("fade/")


def _take(it, rule, scheduled: bool, now_ms: int) -> None:
    if _is_fade(rule):
        _begin_fade(it, rule, scheduled, now_ms)
        return
    if scheduled:
        it.scheduled_rule = rule
    if rule == "disabled":
        it.current_rule = rule
        _leave(it)
        return
    if rule == "enabled":
        _end_fade(it)
        rule = usable(it)
    it.enabled = True
    _interrupt(it, rule)
    it.current_rule = rule


def _leave(it) -> None:
    """Take part no more; who comes back does what the sensors want by then."""
    it.enabled = False
    if it.wanted is not None:
        it.wanted = bool(it.decided)
    _end_fade(it)


def _begin_fade(it, rule: str, scheduled: bool, now_ms: int) -> None:
    target, seconds = rules.fade(rule)
    start = it.current_rule
    if start == "disabled" and it.min_rule is not None:
        start = it.min_rule
    if seconds == 0 or not isinstance(start, int) or start == target:
        _end_fade(it)
        _take(it, target, scheduled, now_ms)
        return
    it.enabled = True
    it.current_rule = start
    it.fade = fades.Fade(start, target, now_ms, seconds * 1000, scheduled)
    if scheduled:
        it.scheduled_rule = start  # and it goes along
    it.timers["fade"] = fades.next_ms(it.fade, now_ms)


def _interrupt(it, rule) -> None:
    """Let a fade go on only where the rule set lies ahead of it on its way."""
    fade = it.fade
    if fade is None:
        return
    is_ahead = isinstance(rule, int) and not fades.is_further(fade, rule, it.current_rule)
    if not (is_ahead and fades.is_further(fade, rule, fade.target)):
        _end_fade(it)


def _end_fade(it) -> None:
    """Forget the fade; what the schedule wants is its end, wherever it was interrupted."""
    if it.fade is not None and it.fade.scheduled:
        it.scheduled_rule = it.fade.target
    it.fade = None
    it.timers.pop("fade", None)


def _step(it, now_ms: int) -> None:
    fade = it.fade
    if fade is None:
        return
    level = fades.level(fade, now_ms)
    if fades.is_further(fade, it.current_rule, level):
        it.current_rule = level
    if fade.scheduled:
        it.scheduled_rule = level
    if now_ms - fade.since_ms >= fade.length_ms:
        _end_fade(it)
    else:
        it.timers["fade"] = fades.next_ms(fade, now_ms)
