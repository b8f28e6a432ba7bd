"""Looks after boots that fail and runs that end: what happened is kept for the next boot."""

from tepal import node as running
from tepal.core import boots
from tepal.hal import blackbox

RARE = True


def crash(error: Exception, where: str) -> int:
    """Keep what happened; return the milliseconds to wait before the next try."""
    blackbox.clear()
    return boots.crash(error, where)


def leave(node) -> None:
    """Let the next boot know that this run ends in order, and whether somebody was there."""
    if node and hasattr(node, "commands"):
        node.commands.note = None
    blackbox.clear()
    if node is None or boots.is_met(node):
        boots.forgive()


def relieve(node) -> None:
    """Say that all load modules were forgotten; restart if that is no help."""
    node.log.err("out of memory: all modules are unloaded")
    if not running.has_room():
        crash(MemoryError(), "run")
        node.restart(hard=True)
