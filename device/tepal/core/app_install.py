"""Installs an app from its archive as it comes: staged, checked, then put in its place in one step.

    apps/.new/manifest, pack    the version that comes; nothing else of the app has changed yet
    apps/.new/data, share       what it begins with, or a copy that its setup script may change
    apps/.journal               there from the moment on in which all is decided, see app_journal

What is to be done stands in files of its own, one after another in memory: together they would take
more than there is. This one, too, is forgotten when it has begun; ``app_work`` goes the steps.
"""

# Of the part apps, which a release can leave out.

from micropython import const

from tepal.formats.errors import TepalError

RARE = True
_STEPS = const(
    "journal.prepare opening.take manifest.take trust.believe trust.fit trust.require_room"
    " files.take files.finish files.index verify.check config.read config.check"
    " relations.place relations.check script.find setup.begin script.setup prune.note"
    " journal.commit journal.forward prune.tidy"
)  # a function in a file that begins with app_


def install(  # noqa: PLR0913 - each is somebody's choice
    node,
    read,
    *,
    pinned: bool = False,
    downgrade: bool = False,
    nodeps: bool = False,
    asked_by: str = "http",
    trust: bool = True,
):
    """Return what installs, once it is awaited, what ``await read()`` gives; nothing at the end.

    ``pinned`` lets an older version lie beside the newest one, ``downgrade`` take its place;
    ``nodeps`` does not look whether what it needs is here. Without ``trust`` nobody has to have
    signed. It returns what ``app_work.go`` does.
    Raises: TepalError, and what ``read`` raises; nothing has changed then.
    """
    stream = _stream(read)  # before the turn is ours: if there is no memory for it, nobody waits
    work = begin(node, asked_by)
    work.stream = stream
    work.pinned, work.downgrade, work.nodeps, work.trust = pinned, downgrade, nodeps, trust
    return go(work, _STEPS)


def begin(node, feed: str, uid: str = ""):
    """Keep all other feeds away until ``go`` has ended.

    Raises: TepalError ``update_busy``, ``update_flash``, ``unsupported``.
    """
    from tepal.core import turn
    from tepal.core.app_work import Work

    if not node.slot:
        raise TepalError("unsupported", "this node does not run from a slot")
    turn.take(node)
    node.session = Work(node, feed, uid)
    return node.session


def go(work, steps: str):
    """Return what goes these steps once it is awaited, see ``app_work``."""
    from tepal.core import app_work

    return app_work.go(work, steps)


def _stream(read):
    from tepal.core import app_stream

    return app_stream.Stream(read)
