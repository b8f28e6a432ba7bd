"""Schedules of devices and sensors, and what lasts over a reboot: the part that thinks."""

# Of the part devices, which a release can leave out.

import json

from micropython import const

from tepal.formats import calendar, ruling, timetable
from tepal.formats.errors import TepalError

RARE = True
_OWNER = const("devices")  # of the record in ``node.states``
_SLACK_S = const(120)  # a clock that is put back by less goes back over no rule


def plan(house) -> None:
    """Give everything the rule that is in force, and note when the next one begins."""
    now = house.node.clock.now()
    now_ms = house.now_ms()
    almanac = _almanac(house.node)
    if now and house.asleep:
        _wake(house, now * 1000 - now_ms)
    first = None
    for it in house.all.values():
        entries = _entries(house, it)
        if not now and entries:  # nobody has set the clock yet
            if it.current_rule is None:
                was_enabled = it.enabled
                ruling.reset(it, now_ms)
                it.enabled = it.enabled and was_enabled
            continue
        whens = [when for when, _ in entries]
        at = now
        if it.since and it.since[0] and now < it.since[0] <= now + _SLACK_S:
            at = it.since[0]
        moment, place = almanac.in_force(whens, at) if whens else (None, -1)
        passed_s = 0 if moment is None else max(0, now - moment)
        _follow(it, [moment, entries[place][1] if place >= 0 else None], now_ms, passed_s)
        coming = almanac.upcoming(whens, now)
        if coming is not None and (first is None or coming < first):
            first = coming
    if first is not None:
        house.plan_ms = min(house.plan_ms, now_ms + (first - now) * 1000)
    if house.is_unsaved:
        remember(house)


def _follow(it, known: list, now_ms: int, passed_s: int) -> None:
    if it.since == known and it.scheduled_rule is not None:
        return
    is_new = it.since is not None and it.since[0] != known[0]
    it.since = known
    was_enabled, before = it.enabled, it.current_rule
    ruling.schedule(it, known[1], now_ms, is_new, passed_s)
    if not is_new and "disabled" not in (before, it.current_rule):
        it.enabled = was_enabled  # by hand, and this is no change of the schedule
    changed(it, now_ms)


def changed(it, now_ms: int) -> None:
    """Tell an instance that its rule has changed, and its house that this may matter."""
    it.house.is_news = True
    it.house.tell(it)
    it.house.guard(it, it.changed, now_ms)
    if it.poll_ms and it.enabled and "poll" not in it.timers:
        it.timers["poll"] = now_ms


def fire(house, it, name: str, now_ms: int) -> None:
    """Do what a timer of the rules says."""
    ruling.fire(it, name, now_ms)
    changed(it, now_ms)
    if name != "fade":
        remember(house)


def override(it):
    """Return how long a rule set by hand holds: None if none is, else {"until": …}.

    ``until`` is in seconds since 1970, or None where nothing ends it but ``reset_rule``.
    """
    if it.override is None:
        return None
    now = it.house.node.clock.now()
    if it.override == "timed":
        left_s = (it.timers["override"] - it.house.now_ms() + 999) // 1000
        return {"until": now + left_s if now else None, "seconds": left_s}
    whens = [when for when, _ in _entries(it.house, it)]
    coming = _almanac(it.house.node).upcoming(whens, now) if now else None
    return {"until": coming, "seconds": coming - now if coming else None}


def _entries(house, it) -> list:
    """Return (when, rule) of the schedule; keys of the same moment in alphabetical order."""
    found = []
    given = rules(it)
    for key in sorted(given):
        try:
            found.append((timetable.parse(key, house.keywords), given[key]))
        except TepalError as error:
            it.fault = str(error)
    return found


def doubt(it) -> str:
    """Return why rules of its schedule cannot begin; empty if they can."""
    node = it.house.node
    if it.schedule and not node.clock.now():
        return "its schedule waits until the clock is set"
    if it.schedule and node.config.get("place") == "n/a":
        for when, _ in _entries(it.house, it):
            if when[1]:
                return when[1] + " comes when the key place says where the node is"
    return ""


def _almanac(node) -> timetable.Almanac:
    place = None
    if node.config.get("place") != "n/a":
        from tepal.formats import sun

        place = sun.place(node.config.get("place"))
    return timetable.Almanac(calendar.zone(node.config.get), place)


def when(house, key: str) -> tuple:
    """Return what a key of a schedule means. Raises: TepalError ``schedule``."""
    return when_of(key, house.keywords)


def when_of(key: str, keywords: dict) -> tuple:
    """Return what a key means, given the keywords. Raises: TepalError ``schedule``."""
    return timetable.parse(key, keywords)


def keyword(name) -> str:
    """Return the name of a keyword. Raises: TepalError ``schedule``."""
    if not isinstance(name, str) or not timetable.is_keyword(name):
        raise TepalError("schedule", "a keyword is a name of letters, digits, _ and spaces")
    return name


def time(text: str) -> str:
    """Return what a keyword may stand for. Raises: TepalError ``schedule``."""
    timetable.parse(text)
    return text


def bound(changed: dict) -> None:
    """Refuse more than a boot would take. Raises: TepalError ``schedule``."""
    if len(changed) > timetable.MOST:
        raise TepalError("schedule", "at most %d of them expected" % timetable.MOST)


def rules(it) -> dict:
    """Return the rules of its schedule: {key: rule}."""
    return json.loads(it.schedule) if it.schedule else {}


def save(name: str, key, value) -> None:
    """Change one thing in the file of devices. Raises: TepalError ``flash``."""
    from tepal.core import pieces

    try:
        pieces.save(name, key, value)
    except (OSError, KeyError) as error:
        raise TepalError("flash", pieces.PATH + " not saved: " + str(error))


def remember(house) -> None:
    """Keep over a reboot what people have said: it is on flash a few seconds later."""
    now_ms = house.now_ms()
    house.is_unsaved = False
    known = {}
    for it in house.all.values():
        kept = {"enabled": it.enabled, "since": it.since}
        if it.override:
            kept["override"], kept["rule"] = it.override, it.current_rule
        if it.wanted is not None:
            kept["wanted"] = it.wanted
            if it.decided is not None and it.decided != it.wanted:
                kept["decided"] = it.decided  # it was switched by hand
        left = {}
        for what in ("override", "enable", "disable"):
            if what in it.timers:
                left[what] = it.timers[what] - now_ms
        if left:
            kept["left_ms"] = left
        known[it.nickname] = kept  # the next file may give its id to another
    house.node.states.put(_OWNER, {"now": house.node.clock.now(), "known": known})


def recall(house) -> None:
    """Bring everything back to what ``remember`` has kept."""
    record = house.node.states.get(_OWNER)
    waiting = {}
    now, now_ms = house.node.clock.now(), house.now_ms()
    passed_ms = 0
    if now and record.get("now"):
        passed_ms = max(0, now - record["now"]) * 1000
    known = record.get("known", {})
    for it in house.all.values():
        kept = known.get(it.nickname)
        if kept is None:
            continue
        it.enabled = kept.get("enabled") is not False
        it.since = kept.get("since")
        it.wanted = kept.get("wanted")
        it.decided = kept.get("decided")
        if kept.get("override") in ("next", "timed"):
            _recall_rule(it, kept)
        for what, left_ms in kept.get("left_ms", {}).items():
            it.timers[what] = waiting[it.name + what] = now_ms + max(0, left_ms - passed_ms)
        if it.override != "timed":
            it.timers.pop("override", None)
        elif "override" not in it.timers:
            it.override = None

    if waiting and not now and record.get("now"):
        house.asleep = (record["now"] * 1000 - now_ms, waiting)


def _wake(house, began_ms: int) -> None:
    """Take the time without power from what was recalled without a clock, and nobody set since."""
    kept_ms, waiting = house.asleep
    house.asleep = None
    for it in house.all.values():
        for what, moment in it.timers.items():
            if waiting.get(it.name + what) == moment:
                it.timers[what] = moment - max(0, began_ms - kept_ms)


def _recall_rule(it, kept: dict) -> None:
    """Follow the rule set by hand again, if the instance still takes it."""
    try:
        it.current_rule = it.rule_validator(kept.get("rule"))
    except TepalError:
        return
    it.override = kept["override"]
