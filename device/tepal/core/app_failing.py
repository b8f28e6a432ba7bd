"""What happens when the program of an app raises: it is told, and begins again, each time later."""

# Of the part apps, which a release can leave out.

from micropython import const

from tepal.core import trouble
from tepal.formats.errors import TepalError

RARE = True
_FIRST_MS = const(1000)
_LONGEST_MS = const(60000)
_WINDOW_MS = const(600000)
_MOST = const(5)  # failures within the window
_KEPT = const(8)
_MAX_TEXT = const(200)  # characters


def fail(job, error) -> int:
    """Tell of a failure; return the milliseconds to wait before the program begins again.

    Raises: TepalError ``app_failed`` if it shall not.
    """
    node = job.node
    job.at_work = False
    job.error = None
    text = trouble.told(error, node.log.console)[:_MAX_TEXT]
    if job.app:
        job.app.keep(text)
    node.log.err("app %s: %s" % (job.uid, text))
    job.out = text
    if isinstance(error, MemoryError):
        node.tasks.starved = True
    if isinstance(error, TepalError) and error.code == "app_failed":
        raise error
    pause_ms = pause(job.failures, job.since, node.clock.uptime_ms())
    if pause_ms is None:
        job.out = "%d times within ten minutes: %s" % (_MOST, text)
        raise TepalError("app_failed", job.uid + ": " + job.out)
    return pause_ms


def tell(job, error, known: str) -> str:
    """Tell that a scheduled run has failed; return what is ``known`` the next time.

    What failed the last time too is no warning: those are written to flash.
    """
    node = job.node
    text = trouble.told(error, node.log.console)
    if isinstance(error, MemoryError):
        node.tasks.starved = True
    job.app.keep(text)
    node.log.add("INFO" if text == known else "WARN", "app %s: schedule: %s" % (job.uid, text))
    return text


def pause(failures: list, began_ms: int, now_ms: int):
    """Note a failure in ``failures``; return how many ms to wait, None if it was the last.

    1 s, 2 s, 4 s … up to a minute; five within ten minutes are enough. Who ran for ten minutes
    before it failed begins with 1 s again.
    """
    if now_ms - (failures[-1] if failures else began_ms) >= _WINDOW_MS:
        failures.clear()
    failures.append(now_ms)
    del failures[:-_KEPT]
    recent = [moment for moment in failures if now_ms - moment < _WINDOW_MS]
    if len(recent) >= _MOST:
        return None
    return min(_FIRST_MS << (len(failures) - 1), _LONGEST_MS)
