"""Says how much heap was held at most: looks all the time, and whenever the node forgets code."""

import asyncio
import gc

node = None  # the running node; the loader puts it here

_LOOK_MS = 5
_QUIET_MS = 1500  # until the doors have forgotten who asked
_BLOCK = 512  # bytes that a door reads at a time
_sweep = []  # that of the node
_seen = []  # bytes in use before, and the most since


def begin(path=""):
    """Begin to look, or begin anew; perhaps install the app whose archive lies at ``path`` meanwhile."""
    _seen.clear()
    if path or not _sweep:
        node.tasks.start("peak", look(path))
    return "begun"


async def look(path):
    """Look until the app is installed, or for ever."""
    if not _sweep:
        _sweep.append(node.sweep)
        node.sweep = see
    await settle()
    if path:
        file = open(path, "rb")  # noqa: ASYNC230, SIM115 - on a node nothing else waits
        await install(file)
        note()
        _seen.append(0)  # it is done
        return
    while True:
        await asyncio.sleep_ms(_LOOK_MS)
        if not _seen:
            await settle()
        note()


async def settle():
    """See what there is before."""
    await asyncio.sleep_ms(_QUIET_MS)
    node.sweep()
    gc.collect()
    _seen[:] = [gc.mem_alloc()] * 2


def see():
    """Look what is there before the node forgets it."""
    note()
    _sweep[0]()


def install(file):
    """Install an app as a door does."""
    from tepal.core import app_install

    async def read():
        await asyncio.sleep_ms(0)
        note()
        return file.read(_BLOCK)

    return app_install.install(node, read)


def note():
    """Collect, and see how much is left."""
    gc.collect()
    if _seen:
        _seen[1] = max(_seen[1], gc.mem_alloc())


def seen():
    """Return the bytes before, and the most since."""
    return _seen
