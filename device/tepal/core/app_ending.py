"""Ends what runs of an app, in time, and forgets what only apps need when it was the last one."""

# Of the part apps, which a release can leave out.

import asyncio

from micropython import const

from tepal.core import ending
from tepal.formats.errors import TepalError

RARE = True
_LASTING = const("core.app core.app_task core.app_schedule hal.app_pack")
_STARTED = const(".started.*")  # see app_beside
_LOOK_MS = const(20)
_END_MS = const(2000)  # how long an app may take to clean up


async def halt(node, uid: str) -> None:
    """End what runs of an app. Raises: TepalError ``app_failed`` if it is the app that asks."""
    job = (node.__dict__.get("apps") or {}).get(uid)
    if job is None:
        return
    tasks = node.tasks.find("app." + uid) + others(node, uid)
    running = [task for task in tasks if task.state == "running"]
    for task in running:
        if not ending.cancel(task):
            raise TepalError("app_failed", uid + ": an app ends by returning, not by a command")
    job.at_work = False  # what a task of it raises now does not matter any more
    job.error = None
    await _wait(job, running)
    for task in tasks:
        if task in node.tasks.all and task.state != "running":
            node.tasks.all.remove(task)
    _leave(job)
    node.apps.pop(uid, None)
    if not node.apps:
        del node.apps
        _forget()


def _leave(job) -> None:
    from tepal.core import app_launch

    if job.mounts:  # it was ended before it began
        job.parts = 0
        app_launch.unmount(job)
    if job.state != "stopped":  # which was told already
        app_launch.tell(job.node)


async def rest(job) -> None:
    """End what the program of an app has begun, as it has ended itself."""
    job.at_work = job.others = False
    tasks = job.node.tasks.find("app." + job.uid + _STARTED)
    for task in tasks:
        ending.cancel(task)
    await _wait(job, tasks)


def others(node, uid: str) -> list:
    """Return the tasks of an app beside its program."""
    return node.tasks.find("app." + uid + ".schedule") + node.tasks.find("app." + uid + _STARTED)


async def _wait(job, tasks: list) -> None:
    """Wait for the end of tasks; those that do not end in time take no step more."""
    if await _end(tasks, _END_MS):
        return
    job.dropped = True
    for task in tasks:
        ending.cancel(task)
    await _end(tasks, _END_MS)
    job.dropped = False
    job.node.log.warn(job.uid + ": did not end in time, and was dropped")


def _forget() -> None:
    """Drop what lasts as long as apps run."""
    from tepal.core import loading

    for name in _LASTING.split():
        loading.forget("tepal." + name)


async def _end(tasks: list, most_ms: int) -> bool:
    """Wait for the end of tasks; tell whether it came."""
    for _ in range(most_ms // _LOOK_MS):
        if "running" not in [task.state for task in tasks]:
            return True
        await asyncio.sleep_ms(_LOOK_MS)
    return False
