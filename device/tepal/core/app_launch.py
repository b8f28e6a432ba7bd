"""From the shelf to a program that can begin, step by step; and what is left behind when it has ended."""

# Of the part apps, which a release can leave out.

import gc
import sys

from micropython import const

from tepal.formats.errors import TepalError

RARE = True
_TIDY = const(4096)  # bytes between two collections
_STEPS = const("app_mounting.mount app_entry.prepare")  # each forgets the code of the one before


async def start(node, uid: str) -> str:
    """Start an app, now and at every boot. Raises: TepalError, see ``app_running``; OSError."""
    uid = str(uid)
    launch(node, uid)
    _remember(uid)
    return "Started " + uid


def launch(node, uid: str) -> None:
    """Start an app until the next boot. Raises: TepalError, see ``app_running.start``."""
    _refuse(node, uid)
    node.sweep()
    before = gc.mem_alloc()  # pyright: ignore[reportAttributeAccessIssue]
    gc.threshold(_TIDY)  # what is collected late leaves the heap in pieces
    try:
        job = _new(node, uid)
        _load(job)
    finally:
        gc.threshold(-1)
        node.sweep()
    job.heap = gc.mem_alloc() - before  # pyright: ignore[reportAttributeAccessIssue]
    tell(node)


def _new(node, uid: str):
    from tepal.core.app_task import Job

    if "apps" not in node.__dict__:
        node.apps = {}
    job = node.apps[uid] = Job(node, uid)
    return job


def _refuse(node, uid: str) -> None:
    """Raise if it runs, is not there, or its files may be replaced at this moment."""
    from tepal.core import app_running, shelf

    if getattr(node.__dict__.get("session"), "is_changing", False):
        raise TepalError("update_busy", "apps are being changed; try again in a moment")
    if app_running.is_running(node, uid):
        raise TepalError("already_running", uid)
    shelf.require(uid)


def _remember(uid: str) -> None:
    from tepal.core import app_running

    app_running.remember(uid, True)


def _load(job) -> None:
    node = job.node
    if node.commands.note:
        node.commands.note("app " + job.uid)  # for the day when the watchdog bites
    load(job)
    tag = "app." + job.uid
    job.parts = 2 if job.schedule else 1
    node.tasks.start(tag, job.run(), "app")
    if job.schedule:
        node.tasks.start(tag + ".schedule", job.schedule.run(), "app")


def load(job) -> None:
    """Mount an app and what it needs, load its program. Raises: TepalError, in one sentence."""
    fault = None
    try:
        for step in _STEPS.split():
            job.node.sweep()
            _step(job, step)
    except TepalError as error:
        fault = error
    except MemoryError:
        unmount(job)  # at once: what it has taken would not even let us say so
        job.node.sweep()
        fault = TepalError("app_failed", job.uid + ": out of memory")
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - an app is anybody's code
        from tepal.core import trouble

        told = trouble.told(error, job.node.log.console)
        fault = TepalError("app_failed", job.uid + ": " + told)
    if fault is None:
        job.at_work = True
        return
    unmount(job)
    job.out = fault.detail
    job.lines.append("%s %s" % (job.node.clock.stamp(), fault.detail))
    turn(job, "failed")
    raise fault


def _step(job, name: str) -> None:
    module, _, function = name.partition(".")
    module = "tepal.core." + module
    __import__(module)
    getattr(sys.modules[module], function)(job)


def leave(job, state: str) -> None:
    """Note that a task of an app has ended; behind the last one its code is forgotten.

    ``state`` is empty if it was not the program. The schedule goes on behind a program that is
    done, but not behind one that was stopped or has failed.
    """
    job.parts -= 1
    if (job.parts or job.others) and state not in ("", "done"):
        from tepal.core import app_ending, ending

        job.at_work = False
        for task in app_ending.others(job.node, job.uid):
            ending.cancel(task)
        if job.parts:
            turn(job, state)
    if not job.parts:
        turn(job, state or "stopped")
        unmount(job)


def turn(job, state: str) -> None:
    """Note what became of an app."""
    if job.state == "running":
        job.state = state
        job.since = job.node.clock.uptime_ms()
        text = "app %s is %s" % (job.uid, state)
        if state == "failed":
            job.node.log.err(text + ": " + job.out)
        else:
            job.node.log.info(text)
        tell(job.node)


def tell(node) -> None:
    """Tell pages that look that there is something new about apps."""
    node.log.publish("state", {"target": "apps", "status": None})


def mounted(node) -> list:
    """Return the names under which something is mounted for apps that run."""
    return [mount[0] for job in node.apps.values() for mount in job.mounts]


def _close_pages(job) -> None:
    """Take the pages off the web that are called as the app, or stand below: their code goes."""
    pages = job.node.__dict__.get("pages")
    for key in list(pages.all) if pages else ():
        if (key[1] + "/").startswith("/" + job.uid + "/"):
            pages.all.pop(key)


def unmount(job) -> None:
    """Forget the code that no other app uses."""
    mounts, job.mounts = job.mounts, []
    job.app = None
    job.work = ("", None)
    _close_pages(job)
    others = mounted(job.node)
    for name, _ in mounts:
        if name not in others:
            job.node.app_pack().unmount(name)
