"""What apps do at boot: what a cut of the power has left is put in order, then they start."""

# Of the part apps, which a release can leave out.

import asyncio
import os
import sys

from micropython import const

from tepal.core import storage
from tepal.formats.errors import TepalError

RARE = True
_PAUSE_MS = const(1500)  # until the boot has left memory
_BETWEEN_MS = const(100)
_FOLDER = const(0x4000)


async def start(node) -> None:
    """Put in order, install what lies in the inbox, start what was started."""
    await asyncio.sleep_ms(_PAUSE_MS)
    if storage.exists("apps/.journal") or storage.exists("apps/.new"):
        await _step(node, "tepal.core.app_journal", "replay")
    if storage.exists("apps/inbox"):
        await _step(node, "tepal.core.app_inbox", "take_in")
    for uid in _started():
        node.sweep()
        await asyncio.sleep_ms(_BETWEEN_MS)  # the doors are open, and answer meanwhile
        await _wipe(node, uid)
        _launch(node, uid)
    node.sweep()


async def _step(node, path: str, function: str) -> None:
    node.sweep()
    try:
        __import__(path)
        done = getattr(sys.modules[path], function)(node)
        if hasattr(done, "send"):
            await done
    except Exception as error:
        node.log.exception("apps", error)  # noqa: PLE1205 - our own log


def _started() -> list:
    from tepal.core import app_running

    return app_running.started()


async def _wipe(node, uid: str) -> None:
    folder = "apps/%s/temp" % uid
    try:
        if storage.exists(folder):
            await _empty(folder)
    except OSError as error:
        node.log.warn("%s: %s" % (folder, error))


def _launch(node, uid: str) -> None:
    from tepal.core import app_launch

    try:
        app_launch.launch(node, uid)
    except TepalError as error:
        if error.code == "app_missing":
            node.log.err(str(error))
    except Exception as error:
        node.log.exception("app " + uid, error)


async def _empty(folder: str) -> None:
    """Remove all that is in a folder."""
    for name in os.listdir(folder):
        path = folder + "/" + name
        if os.stat(path)[0] & _FOLDER:
            await _empty(path)
            os.rmdir(path)
        else:
            os.remove(path)
        await asyncio.sleep_ms(0)
