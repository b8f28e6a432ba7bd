"""Starting and stopping apps, and which were started. How one is, tells ``app_state``.

    apps/.state     a record: {uid: {"on": true}} of all that start again at boot
    node.apps       {uid: core.app_task.Job} of all that run, or ended by themselves

Of an app that fails before its program has begun nobody tries again; afterwards see ``app_failing``.
"""

# Of the part apps, which a release can leave out.

import asyncio

from micropython import const

from tepal.core import storage
from tepal.formats.errors import TepalError

RARE = True
_STATE = const("apps/.state")


def start(node, uid: str):
    """Start an app, now and at every boot; await what this returns.

    Raises: TepalError ``already_running``, ``app_missing``, ``app_failed``.
    """
    from tepal.core import app_launch

    return app_launch.start(node, uid)


async def stop(node, uid: str) -> None:
    """Stop an app, and start it no more at boot. Raises: TepalError ``app_missing``."""
    from tepal.core import shelf

    if uid not in jobs(node):
        shelf.require(uid)
    remember(uid, False)
    await _halt(node, uid)


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


def log(node, uid: str) -> list:
    """Return the last lines of an app's own log."""
    job = jobs(node).get(uid)
    return list(job.lines) if job else []


async def pause(node, uid: str) -> list:
    """Stop an app and all that use its code, for a while; return their names."""
    stopped = users(node, uid)
    for name in stopped:
        await _halt(node, name)
    return stopped


async def resume(node, stopped: list) -> None:
    """Start again what ``pause`` has stopped; what does not is logged."""
    for uid in stopped:
        await asyncio.sleep_ms(0)
        try:
            _launch(node, uid)
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


def _launch(node, uid: str) -> None:
    from tepal.core import app_launch

    app_launch.launch(node, uid)


def _halt(node, uid: str):
    from tepal.core import app_ending

    return app_ending.halt(node, uid)


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
