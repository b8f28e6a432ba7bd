"""An installation under way, or a removal: what its steps hand on to each other, and what goes them.

Apart from what begins it: this stays in memory until all is done, beside what each step needs.
"""

# Of the part apps, which a release can leave out.

import asyncio
import sys

from micropython import const

from tepal.formats.errors import TepalError

_TYPING = const(0)
if _TYPING:
    from typing import Any  # noqa: TID251 - never imported on a node

RARE = True
_FULL = const(28)  # ENOSPC


class Work:
    """What is installed, or removed."""

    offered = None  # of a release; others look at it, see ``updating``
    is_changing = False  # what is mounted for it now is gone soon: nobody may start
    stream: "Any" = None  # as long as the archive comes
    left = 0  # bytes of its manifest
    said: "Any" = None  # of its manifest, until it is believed
    config: "Any" = None  # until it is checked
    spare = stopped = ()  # folders of versions that nobody needed before; apps that ran
    version = was = ""  # what comes, and the newest that is here already
    place = "base"  # or versions
    to = kept = ""  # folders: where it goes, where the version before goes if not away
    answer: tuple = ("uid", "version", "was", "place")  # what is told of it in the end
    script = ""  # of the setup, if there is one
    pinned = downgrade = nodeps = trust = purge = force = False  # what is wished for

    def __init__(self, node, feed: str, uid: str):
        self.node = node
        self.feed = feed
        self.uid = uid

    def is_alive(self) -> bool:
        """Tell that nobody else may begin; it closes itself in any case."""
        return True


async def go(work: Work, steps: str) -> dict:
    """Do one step after the other, forgetting the code of the one before; undo all if one fails.

    Returns what ``answer`` names: ``uid``, ``version``, the version that ``was`` there, ``place``.
    Raises: TepalError, and what the stream raises.
    """
    node = work.node
    try:
        while steps:
            step, _, steps = steps.partition(" ")
            await asyncio.sleep_ms(0)  # where the collector finds nothing left of the step before
            node.sweep()
            await _step(work, step)
        node.log.publish("state", {"target": "apps", "status": None})  # for pages that look
    except OSError as error:
        if work.stream and work.stream.is_broken:
            raise
        is_full = error.args and error.args[0] == _FULL
        raise TepalError("full" if is_full else "flash", str(error))
    finally:
        work.stream = None
        node.sweep()
        try:
            await _step(work, "journal.end")
        finally:
            node.session = None
            node.sweep()
    return {name: getattr(work, name) for name in work.answer}


async def _step(work: Work, name: str) -> None:
    """Do a step; in a frame of its own, as one that lasts keeps what it has imported."""
    module, _, function = name.partition(".")
    module = "tepal.core.app_" + module
    __import__(module)
    doing = getattr(sys.modules[module], function)(work)
    if doing:
        await doing
