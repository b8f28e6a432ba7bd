"""Installs an app from its archive as it comes: staged, checked, then put in its place in one step.

    apps/.new/manifest, pack    the version that comes; nothing else of the app has changed yet
    apps/.new/data, share       what it begins with, or a copy that its setup script may change
    apps/.journal               there from the moment on in which all is decided, see app_journal

What is to be done stands in files of its own, one after another in memory: together they would take
more than there is.
"""

# Of the part apps, which a release can leave out.

import sys

from micropython import const

from tepal.formats.errors import TepalError

_TYPING = const(0)
if _TYPING:
    from typing import Any  # noqa: TID251 - never imported on a node

RARE = True
_FULL = const(28)  # ENOSPC
_STEPS = const(
    "app_journal.prepare app_manifest.take app_trust.believe app_trust.require_room"
    " app_files.take app_files.finish app_files.index app_verify.check app_config.read app_config.check app_relations.place app_relations.check"
    " app_script.find app_setup.begin app_script.setup app_prune.note app_journal.commit app_journal.forward app_prune.tidy"
)


class Work:
    """An installation under way, or a removal: what its steps hand on to each other."""

    offered = None  # of a release; others look at it, see ``updating``
    is_changing = False  # what is mounted for it now is gone soon: nobody may start
    stream: "Any" = None  # as long as the archive comes
    said: "Any" = None  # of its manifest, until it is believed
    config: "Any" = None  # until it is checked
    spare = ()  # folders of versions that nobody needed before
    script = ""  # of the setup, if there is one
    pinned = downgrade = nodeps = trust = purge = force = False  # what is wished for

    def __init__(self, node, feed: str, uid: str = ""):
        self.node = node
        self.feed = feed
        self.uid = uid
        self.version = ""
        self.was = ""  # the newest version that is here already
        self.place = "base"  # or versions
        self.to = self.kept = (
            ""  # folders: where it goes, where the version before goes if not away
        )
        self.stopped = []  # apps that ran

    def is_alive(self) -> bool:
        """Tell that nobody else may begin; it closes itself in any case."""
        return True


async def install(  # noqa: PLR0913 - each is somebody's choice
    node,
    read,
    *,
    pinned: bool = False,
    downgrade: bool = False,
    nodeps: bool = False,
    asked_by: str = "http",
    trust: bool = True,
) -> dict:
    """Install what ``await read()`` gives block by block; it gives nothing at the end.

    ``pinned`` lets an older version lie beside the newest one, ``downgrade`` take its place;
    ``nodeps`` does not look whether what it needs is here. Without ``trust`` nobody has to have
    signed. Returns ``uid``, ``version``, the version that ``was`` there, and the ``place``.
    Raises: TepalError, and what ``read`` raises; nothing has changed then.
    """
    work = begin(node, asked_by)
    work.stream = _stream(read)
    work.pinned, work.downgrade, work.nodeps, work.trust = pinned, downgrade, nodeps, trust
    await go(work, _STEPS)
    return {"uid": work.uid, "version": work.version, "was": work.was, "place": work.place}


def begin(node, feed: str, uid: str = "") -> Work:
    """Keep all other feeds away until ``go`` has ended.

    Raises: TepalError ``update_busy``, ``update_flash``, ``unsupported``.
    """
    from tepal.core import turn

    if not node.slot:
        raise TepalError("unsupported", "this node does not run from a slot")
    turn.take(node)
    node.session = Work(node, feed, uid)
    return node.session


async def go(work: Work, steps: str) -> None:
    """Do one step after the other, forgetting the code of the one before; undo all if one fails.

    Raises: TepalError, and what the stream raises.
    """
    node = work.node
    try:
        for step in steps.split():
            node.sweep()
            await _step(work, step)
        node.log.publish("state", {"target": "apps", "status": None})  # for pages that look
    except OSError as error:
        if work.stream and work.stream.is_broken:
            raise
        is_full = error.args and error.args[0] == _FULL
        raise TepalError("full" if is_full else "flash", str(error))
    finally:
        node.sweep()
        try:
            await _step(work, "app_journal.end")
        finally:
            node.session = None
            node.sweep()


def _stream(read):
    from tepal.core import app_stream

    return app_stream.Stream(read)


async def _step(work: Work, name: str) -> None:
    """Do a step; in a frame of its own, as one that lasts keeps what it has imported."""
    module, _, function = name.partition(".")
    module = "tepal.core." + module
    __import__(module)
    doing = getattr(sys.modules[module], function)(work)
    if doing:
        await doing
