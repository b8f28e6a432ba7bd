"""Ends what runs of an app, in time, and forgets what only apps need when it was the last one."""

# Of the part apps, which a release can leave out.

import asyncio

from micropython import const

from tepal.core import ending
from tepal.formats.errors import TepalError

RARE = True
_LASTING = const("core.app core.app_task core.app_schedule hal.app_pack")
_LOOK_MS = const(20)
_END_MS = const(2000)  # how long an app may take to clean up


async def halt(node, uid: str) -> None:
    """End what runs of an app. Raises: TepalError ``app_failed`` if it is the app that asks."""
    job = (node.__dict__.get("apps") or {}).get(uid)
    if job is None:
        return
    tasks = node.tasks.find("app." + uid) + node.tasks.find("app." + uid + ".schedule")
    running = [task for task in tasks if task.state == "running"]
    for task in running:
        if not ending.cancel(task):
            raise TepalError("app_failed", uid + ": an app ends by returning, not by a command")
    if not await _end(running, _END_MS):
        job.dropped = True
        for task in running:
            ending.cancel(task)
        await _end(running, _END_MS)
        node.log.warn(uid + ": did not end in time, and was dropped")
    for task in tasks:
        if task in node.tasks.all and task.state != "running":
            node.tasks.all.remove(task)
    if job.mounts:  # it was ended before it began
        from tepal.core import app_launch

        job.parts = 0
        app_launch.unmount(job)
    node.apps.pop(uid, None)
    if not node.apps:
        del node.apps
        _forget()


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
