"""Updates of the release: how they are, and who may begin one.

``open`` gives a session, of which there is one at a time. Whoever has it drives it: ``line`` for all
lines of the manifest, ``begin``, then ``wanted`` and ``write`` until nothing is wanted, ``finish``, a
restart; and ``close`` in any case. What is on flash stays for the next time.
"""

from micropython import const

from tepal.formats.errors import TepalError

# Doors hold this file as long as an update takes, so it imports in functions only.
RARE = True
_RECORD = const("data/.update")


def open(node, feed: str, asked: bool = False):
    """Begin an update. ``asked`` is whether a person wants it, even if it was rolled back before.

    Raises: TepalError ``update_busy``, ``update_flash``, ``unsupported``.
    """
    from tepal.core import slots, storage, turn
    from tepal.core.session import Session

    if not node.slot:
        raise TepalError("unsupported", "this node does not run from a slot")
    current, trial, _ = slots.pointer(node.slot)
    if trial or current != node.slot:
        raise TepalError("update_busy", "a release is on trial")
    if storage.exists("update/journal"):
        from tepal.core import journal

        if journal.pending():
            raise TepalError("update_busy", "a set of files is not confirmed yet")
    turn.take(node)
    node.session = Session(node, slots.other(node.slot), feed, asked)
    node.sweep()  # what was needed to come so far
    return node.session


def status(node) -> dict:
    """Return how updates are, for programs."""
    from tepal.core import slots, storage

    record = storage.newest(_RECORD)[0] or {}
    trial = slots.pointer(node.slot)[1]
    shown = {
        "state": "trial" if trial else record.get("state", "idle"),
        "slot": node.slot,
        "version": node.version,
        "sequence": slots.version(node.slot)[1],
        "release": slots.release(node.slot),
        "trial": trial,
        "reason": record.get("reason", ""),
        "given_up": record.get("given_up", ""),
        "offered": None,
    }
    session = node.__dict__.get("session")
    if session and session.offered and not trial:
        shown["state"] = "filling"
        shown["offered"] = session.offered
    return shown


async def revert(node) -> None:
    """Try the release that the other slot holds.

    Raises: TepalError ``not_found``, ``release_file`` (it is not whole), and as ``open``.
    """
    from tepal.core import slots

    session = open(node, "rollback", True)
    try:
        if not slots.release(session.target):
            raise TepalError("not_found", "the other slot holds no release")
        session.fill()
        await session.finish()
    finally:
        session.close()
