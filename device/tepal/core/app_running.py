"""Starting and stopping apps, and how those are that were started.

    apps/.state     a record: {uid: {"on": true}} of all that start again at boot
    node.apps       {uid: core.app_task.Job} of all that run, or ended by themselves

Of an app that fails before its program has begun nobody tries again; afterwards see ``app_failing``.
"""

# Of the part apps, which a release can leave out.

import asyncio
import gc

from micropython import const

from tepal.core import storage
from tepal.formats.errors import TepalError

RARE = True
_STATE = const("apps/.state")
_LASTING = const("core.app core.app_task core.app_schedule hal.app_pack")
_TIDY = const(4096)  # bytes between two collections
_LOOK_MS = const(20)
_END_MS = const(2000)  # how long an app may take to clean up


async def start(node, uid: str) -> None:
    """Start an app, now and at every boot.

    Raises: TepalError ``already_running``, ``app_missing``, ``app_failed``.
    """
    launch(node, uid)
    remember(uid, True)


async def stop(node, uid: str) -> None:
    """Stop an app, and start it no more at boot. Raises: TepalError ``app_missing``."""
    from tepal.core import shelf

    if uid not in jobs(node):
        shelf.require(uid)
    remember(uid, False)
    await halt(node, uid)


def is_running(node, uid: str) -> bool:
    """Tell whether an app runs."""
    job = jobs(node).get(uid)
    return job is not None and job.parts > 0


def users(node, uid: str) -> list:
    """Return the names of running apps that use the code of this one, itself too."""
    found = []
    for name, job in jobs(node).items():
        if uid in [mount[1] for mount in job.mounts]:
            found.append(name)
    return sorted(found)


def status(node, uid: str) -> dict:
    """Return how an app is; ``since_ms`` is an uptime, ``heap`` what its start took."""
    job = jobs(node).get(uid)
    if job is None:
        return {
            "state": "stopped",
            "since_ms": 0,
            "restarts": 0,
            "cpu_ms": 0,
            "heap": 0,
            "out": "",
        }
    return {
        "state": job.state,
        "since_ms": job.since,
        "restarts": job.restarts,
        "cpu_ms": job.cpu_ms,
        "heap": job.heap if job.parts else 0,
        "out": job.out,
    }


def log(node, uid: str) -> list:
    """Return the last lines of an app's own log."""
    job = jobs(node).get(uid)
    return list(job.lines) if job else []


async def pause(node, uid: str) -> list:
    """Stop an app and all that use its code, for a while; return their names."""
    stopped = users(node, uid)
    for name in stopped:
        await halt(node, name)
    return stopped


async def resume(node, stopped: list) -> None:
    """Start again what ``pause`` has stopped; what does not is logged."""
    for uid in stopped:
        await asyncio.sleep_ms(0)
        try:
            launch(node, uid)
        except TepalError as error:
            node.log.err(str(error))


def started() -> list:
    """Return the names of all that shall run, sorted."""
    record, _, _ = storage.newest(_STATE)
    return sorted(
        [uid for uid, it in (record or {}).items() if isinstance(it, dict) and it.get("on")]
    )


def jobs(node) -> dict:
    """Return {uid: Job} of all that run, or ended by themselves."""
    return node.__dict__.get("apps") or {}


def launch(node, uid: str) -> None:
    """Start an app until the next boot. Raises: TepalError, see ``start``."""
    from tepal.core import shelf

    if is_running(node, uid):
        raise TepalError("already_running", uid)
    shelf.require(uid)
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


def _new(node, uid: str):
    from tepal.core.app_task import Job

    if "apps" not in node.__dict__:
        node.apps = {}
    job = node.apps[uid] = Job(node, uid)
    return job


def _load(job) -> None:
    node = job.node
    if node.commands.note:
        node.commands.note("app " + job.uid)  # for the day when the watchdog bites
    job.load()
    tag = "app." + job.uid
    job.parts = 2 if job.schedule else 1
    node.tasks.start(tag, job.run(), "app")
    if job.schedule:
        node.tasks.start(tag + ".schedule", job.schedule.run(), "app")


async def halt(node, uid: str) -> None:
    """End what runs of an app. Raises: TepalError ``app_failed`` if it is the app that asks."""
    from tepal.core import ending

    job = jobs(node).get(uid)
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


def remember(uid: str, is_on: bool) -> None:
    """Note whether an app starts at boot. Raises: OSError."""
    record, _, _ = storage.newest(_STATE)
    record = record or {}
    if bool(record.get(uid)) == is_on:
        return
    if is_on:
        record[uid] = {"on": True}
    else:
        record.pop(uid)
    storage.write(_STATE, record)
