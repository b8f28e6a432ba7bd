"""What the schedule is: its next firings, what was missed, and its record on flash.

The record says until when everything due was started. It is written once a minute at most, so
after a cut of the power nobody knows of the minute behind it: none of that is made up.
"""

from micropython import const

from tepal.core import actions, storage
from tepal.core.commands import Report
from tepal.formats import calendar, cron

RARE = True
_PATH = const("data/.schedule")
_FAR_BACK_S = const(7200)  # a clock that is set back by more was wrong before
_UNKNOWN_S = const(60)
_GAP_S = const(120)  # a restart, or a clock that is put right: nobody wants to miss that
_LOOK_MS = const(5)
_WRITE_MS = const(60000)
_AHEAD = const(1)  # firings; each takes 100 bytes
_SHOWN = const(10)


async def align(schedule, sleep_ms) -> None:
    """Find out where within its second the chip's clock is, and tell the schedule."""
    clock = schedule.node.clock
    start = now = clock.now_s()
    while now == start and not isinstance(now, float):
        await sleep_ms(_LOOK_MS)
        now = clock.now_s()
    schedule.offset = int(now * 1000) + clock.epoch_s * 1000 - clock.uptime_ms()


def recall(schedule) -> None:
    """Read the record, and tell what is wrong with the schedule."""
    node = schedule.node
    now = node.clock.now()
    record, _, faults = storage.newest(_PATH)
    upto = (record or {}).get("upto", now - 1)
    if not isinstance(upto, int) or isinstance(upto, bool):
        faults.append(_PATH + ": upto")
        upto = now
    if record and not record.get("all") and upto < now:
        upto = min(upto + _UNKNOWN_S, now)
    schedule.last = upto
    cron.parse(_text(node), faults)
    for fault in faults:
        node.log.warn("cron: " + fault)


def remember(schedule, is_all: bool) -> None:
    """Write the record, unless that was done less than a minute ago; flash wears."""
    now_ms = schedule.node.clock.uptime_ms()
    written_ms = schedule.since
    if not schedule.offset:  # it has not even been read yet, because nobody has set the clock
        return
    if not is_all and written_ms is not None and now_ms - written_ms < _WRITE_MS:
        return
    schedule.since = now_ms
    schedule.unwritten = False
    record = {"upto": schedule.last}
    if is_all:
        record["all"] = True
    try:
        storage.write(_PATH, record)
    except OSError as error:
        schedule.node.log.err("cron: " + _PATH + " not written: " + str(error))


def catch_up(schedule) -> None:
    """Start what was missed, each entry once: in a short gap, or for ``cron_catchup`` minutes.

    After a jump back by up to two hours all waits until the clock is where it was: nothing is
    started twice.
    """
    node = schedule.node
    now = node.clock.now()
    if schedule.last - now > _FAR_BACK_S:
        node.log.warn("cron: the clock was set back, beginning anew")
        schedule.last = now - 1
    after = max(schedule.last, now - node.config.get("cron_catchup") * 60 - 1)
    if now - schedule.last <= _GAP_S:
        after = schedule.last
    if after >= now:
        return
    schedule.last = now
    for moment, entry in _upcoming(node, after, 0):
        if moment <= now:
            actions.start_entry(schedule, entry.number, entry.commands)


def plan(schedule, behind: str) -> None:
    """Find the next firings; behind a ``boot`` or a ``jump`` of the clock also what was missed.

    Behind a ``change`` of the configuration nothing was missed: what is new was never due.
    """
    if behind == "boot":
        recall(schedule)
    if behind == "change":
        schedule.last = max(schedule.last, schedule.node.clock.now())
        schedule.unwritten = True
    elif behind:
        catch_up(schedule)
    schedule.firings = [
        (moment, entry.number, entry.commands)
        for moment, entry in _upcoming(schedule.node, schedule.last, _AHEAD)
    ]


def upcoming(node) -> Report:
    """Return the next ten firings; ``time`` is in seconds since 1970."""
    now = node.clock.now()
    if not now:
        return Report([], "nobody has set the clock yet")
    zone = calendar.zone(node.config.get)
    shown, lines = [], []
    for moment, entry in _upcoming(node, now, _SHOWN):
        day, second = divmod(moment + zone.offset_s(moment), 86400)
        local = "%04d-%02d-%02d " % calendar.date(day)
        local += "%02d:%02d:%02d" % (second // 3600, second // 60 % 60, second % 60)
        shown.append({"time": moment, "local": local, "entry": entry.number, "text": entry.text})
        lines.append("%s  cron.%d  %s" % (local, entry.number, entry.text))
    if lines and not node.config.get("cron"):
        lines.append("but cron is off")
    return Report(shown, "\n".join(lines) or "nothing is scheduled")


def _upcoming(node, after: int, count: int) -> list:
    """Return the (moment, entry) pairs of the next firings, or those of the next of each entry."""
    zone, place = calendar.zone(node.config.get), None
    if node.config.get("place") != "n/a":
        from tepal.formats import sun

        place = sun.place(node.config.get("place"))
    pairs = []
    for entry in cron.parse(_text(node), []):
        pairs.append((cron.next_after(entry.when, after, zone, place), entry))
    pairs = [pair for pair in pairs if pair[0] is not None]
    found = []
    while pairs and len(found) < count:
        moment, entry = first = min(pairs, key=_moment)
        found.append(first)
        pairs[pairs.index(first)] = (cron.next_after(entry.when, moment, zone, place), entry)
    return found if count else pairs


def _moment(pair: tuple) -> int:
    return pair[0]


def _text(node) -> str:
    text = node.config.get("crontasks")
    return "" if text == "n/a" else text
