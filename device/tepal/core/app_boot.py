"""What apps do at boot: what a cut of the power has left is put in order, then they start."""

# Of the part apps, which a release can leave out.

import asyncio
import sys

from micropython import const

from tepal.core import storage
from tepal.formats.errors import TepalError

RARE = True
_PAUSE_MS = const(1500)  # until the boot has left memory
_BETWEEN_MS = const(100)


class _Turn:
    """What others find who come while things are put in order: they come later."""

    feed = "boot"
    offered = None

    def is_alive(self) -> bool:
        """Tell that nobody else may begin."""
        return True


async def start(node) -> None:
    """Put in order, install what lies in the inbox, start what was started."""
    await asyncio.sleep_ms(_PAUSE_MS)
    await _nobody(node)
    node.session = _Turn()
    try:
        await _step(node, "tepal.core.app_journal", "replay")
    finally:
        node.session = None
    if storage.exists("apps/inbox"):
        await _step(node, "tepal.core.app_inbox", "take_in")
    for uid in _started():
        node.sweep()
        await asyncio.sleep_ms(_BETWEEN_MS)  # the doors are open, and answer meanwhile
        await _nobody(node)
        _launch(node, uid)
    node.sweep()


async def _nobody(node) -> None:
    """Wait until nobody changes what is on flash: a door was quicker."""
    session = node.__dict__.get("session")
    while session and session.is_alive():
        await asyncio.sleep_ms(_BETWEEN_MS)
        session = node.__dict__.get("session")


async def _step(node, path: str, function: str) -> None:
    node.sweep()
    try:
        __import__(path)
        done = getattr(sys.modules[path], function)(node)
        if hasattr(done, "send"):
            await done
    except Exception as error:  # the apps that are there start all the same
        node.log.exception("apps", error)  # noqa: PLE1205 - our own log


def _started() -> list:
    from tepal.core import app_running

    return app_running.started()


def _launch(node, uid: str) -> None:
    from tepal.core import app_launch

    try:
        app_launch.launch(node, uid)
    except TepalError as error:
        if error.code == "app_missing":
            node.log.err(str(error))
    except Exception as error:  # one that is broken stops no other
        node.log.exception("app " + uid, error)
