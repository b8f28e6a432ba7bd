"""The requests that follow the manifest of a release which a host pushes: its files, and its end."""

from tepal.core import feeding
from tepal.formats.errors import TepalError

RARE = True


async def handle(request) -> None:
    """Answer ``PUT files/<sha256>`` and ``POST finish``."""
    push = request.node.__dict__.get("push")
    if push is None or not push.is_begun:
        raise TepalError("update_order", "a manifest")
    if request.method == "PUT":
        await _take(request, push, request.path.split("/")[5])
    else:
        await _finish(request, push)


async def _take(request, push, sha256: str) -> None:
    """Take the next bytes of a file, or as much of them as arrives."""
    push.begin()
    try:
        wanted = await push.next()
        offset = "0" if request.query[:7] != "offset=" else request.query[7:]
        if wanted is None or (sha256, offset) != (wanted["sha256"], str(wanted["offset"])):
            raise TepalError("update_order", _told(wanted))
        size = wanted["size"] - wanted["offset"]
        if request.unread > size:
            raise TepalError("release_file", "%s has %d more bytes" % (wanted["path"], size))
        await feeding.fill(push.session, size, push.reading(request))
    finally:
        push.end()
    await push.answer(request)


async def _finish(request, push) -> None:
    """Check all once more, make it the trial, restart."""
    push.begin()
    try:
        wanted = await push.next()
        if wanted is not None:
            raise TepalError("update_order", _told(wanted))
        await push.session.finish()
    finally:
        push.end()
    push.close()
    await _tell_state(request)
    request.node.restart(True)


async def _tell_state(request) -> None:
    import json

    from tepal.services import update_state

    await request.answer(json.dumps(update_state.status(request.node)))


def _told(wanted) -> str:
    if wanted is None:
        return "finish"
    return "%s, %s from byte %d on" % (wanted["path"], wanted["sha256"], wanted["offset"])
