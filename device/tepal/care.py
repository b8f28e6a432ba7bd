"""Looks after the begin of a run and its end: what happened is kept for the next boot."""

import asyncio
import gc

from micropython import const

from tepal import node as running
from tepal.core import boots
from tepal.hal import blackbox

RARE = True
_VISIT_MINUTES = const(10)
_TIDY = const(8192)  # bytes between two collections during boot


async def boot(node) -> None:
    """Boot, then start what the node does by itself; a boot that fails is tried again."""
    try:
        acts = await _compose(node)
    except Exception as error:  # noqa: BLE001 - whatever it is, the next boot may be better
        await asyncio.sleep_ms(crash(error, "boot"))
        node.restart(hard=True)
        return
    if acts:
        running.sweep()  # there is no room for the boot and for this at the same time
        _act(node)


async def _compose(node) -> bool:
    gc.threshold(_TIDY)  # what is collected late leaves the heap in pieces
    from tepal import boot

    acts = await boot.boot(node)
    gc.threshold(-1)
    return acts


def _act(node) -> None:
    """Start what the node does by itself."""
    from tepal.services import automation

    automation.start(node)


def close(node) -> None:
    """End what must not outlast the run."""
    for end in node.closing:
        end()
    from tepal.services import doors

    for door in node.doors:
        doors.close(door)


def crash(error: Exception, where: str) -> int:
    """Keep what happened; return the milliseconds to wait before the next try."""
    blackbox.clear()
    return boots.crash(error, where)


def forgive(node) -> None:
    """Let the next boot know that this run ends in order, and whether somebody was there."""
    if node and hasattr(node, "commands"):
        node.commands.note = None
    blackbox.clear()
    if node is None or boots.is_met(node):
        boots.forgive()


def leave(watchdog) -> None:
    """Give whoever is at the REPL some time, or what copies files; a watchdog ends what they forget."""
    forgive(None)
    if watchdog:
        from tepal.hal import visit

        visit.begin(_VISIT_MINUTES, watchdog.feed)


def settle(node) -> None:
    """Say that all load modules were forgotten; restart if that is no help."""
    node.log.err("out of memory: all modules are unloaded")
    if not running.has_room():
        crash(MemoryError(), "run")
        node.restart(hard=True)
