"""What the schedule of an app is: its entries, when they are due, and how one begins."""

# Of the part apps, which a release can leave out.

from micropython import const

from tepal.core import storage
from tepal.formats.errors import TepalError

RARE = True
_EVERY_S = const(3600)  # of an app that has a script and says nothing
_GAP_S = const(120)  # a clock that is put right by less hides nothing
_FAR_BACK_S = const(7200)  # one that is put back by more was wrong before
_SCRIPTS = ("setup/schedule.mpy", "setup/schedule.py", "setup/schedule.sh")


def made(job, config: dict, place: str):
    """Return the schedule of an app whose files are at ``place``; None if it has none."""
    found = entries(place, config, job.node.clock.uptime_ms())
    if not found:
        return None
    from tepal.core.app_schedule import Schedule

    return Schedule(job, found)


def entries(place: str, config: dict, now_ms: int) -> list:
    """Return those of an app whose files are at ``place``, see ``app_schedule.Schedule``."""
    said = config.get("schedule")
    if said is None:
        said = [{"every": _EVERY_S}] if _script(place) else []
    found = []
    for one in said:
        every_ms = one.get("every", 0) * 1000
        due = now_ms + every_ms if every_ms else None
        found.append([every_ms, due, one.get("when", ""), one.get("do", "")])
    return found


def plan(schedule) -> None:
    """Find out when what has a time is due; while nobody has set the clock it never is."""
    from tepal.formats import calendar, cron

    node = schedule.job.node
    now = node.clock.now()
    since = schedule.last = after(schedule.last, now)
    zone, place = calendar.zone(node.config.get), None
    if node.config.get("place") != "n/a":
        from tepal.formats import sun

        place = sun.place(node.config.get("place"))
    for entry in schedule.entries:
        if not entry[0]:
            entry[1] = None
            if now:
                when = cron.parse(entry[2] + "!app")[0].when
                entry[1] = cron.next_after(when, since, zone, place)


def after(last: int, now: int) -> int:
    """Return the moment behind which to look, all until ``last`` has been run; both in seconds.

    What a small step of the clock jumps over is not lost, and nothing is run twice because of one.
    """
    if last - now > _FAR_BACK_S or now - last > _GAP_S:
        return now
    return last


def begin(job, do: str):
    """Begin ``module:function``, or the script if ``do`` names nothing. Raises: TepalError."""
    from tepal.core import app_entry

    if do:
        return app_entry.function(job, do)(job.app)
    script = _script(job.app.code)
    if not script:
        raise TepalError("app_failed", job.uid + ": the schedule has nothing to do")
    if script[-3:] != ".sh":
        return app_entry.function(job, "setup.schedule:run")(job.app)
    return _run(job.app, script)


async def _run(app, script: str) -> None:
    """Run the commands of a script; the first that fails ends it."""
    from tepal.formats import appfiles

    with open(app.code + "/" + script, "rb") as file:
        lines = appfiles.script_lines(file.read().decode())
    for line in lines:
        await app.run(line)


def _script(place: str) -> str:
    for name in _SCRIPTS:
        if storage.exists(place + "/" + name):
            return name
    return ""
