"""From the shelf to a program that can begin, step by step; and what is left behind when it has ended."""

# Of the part apps, which a release can leave out.

import sys

from micropython import const

from tepal.formats.errors import TepalError

RARE = True
_STEPS = const("app_mounting.mount app_entry.prepare")  # each forgets the code of the one before


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
        fault = TepalError("app_failed", job.uid + ": out of memory")
    except Exception as error:  # noqa: BLE001 - an app is anybody's code
        from tepal.core import trouble

        told = trouble.told(error, job.node.log.console)
        fault = TepalError("app_failed", job.uid + ": " + told)
    if fault is None:
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

    ``state`` is empty if it was the schedule: it goes on behind a program that is done, but not
    behind one that was stopped or has failed.
    """
    job.parts -= 1
    if job.parts and state not in ("", "done"):
        from tepal.core import ending

        for task in job.node.tasks.find("app." + job.uid + ".schedule"):
            ending.cancel(task)
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


def mounted(node) -> list:
    """Return the names under which something is mounted for apps that run."""
    return [mount[0] for job in node.apps.values() for mount in job.mounts]


def unmount(job) -> None:
    """Forget the code that no other app uses."""
    mounts, job.mounts = job.mounts, []
    job.app = None
    job.work = ("", None)
    others = mounted(job.node)
    for name, _ in mounts:
        if name not in others:
            job.node.app_pack().unmount(name)
