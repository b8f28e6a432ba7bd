"""``/api/v1/update``: a host pushes a release; each answer says what must come next."""

import asyncio
import json

from micropython import const

from tepal.core import feeding, updating
from tepal.formats.errors import TepalError
from tepal.services import body, update_state

RARE = True
_PATIENCE_MS = const(60000)


class Push:
    """A push that is under way. It outlasts connections, but not a minute in which nobody feeds it."""

    def __init__(self, node, session):
        self.node = node
        self.session = session
        self.is_begun = False  # its manifest is here
        self.is_closed = False
        self.until_ms = 0  # uptime
        self.wanted = None  # (path, size, SHA-256, offset), as the session says it
        self.is_known = False  # whether that still holds
        self.choosing = asyncio.Lock()
        self.turn = 0  # who comes last is believed to be the one who is still there
        self.working = 0  # requests

    async def next(self):
        """Return what must come next for programs, None if all is here."""
        async with self.choosing:
            if self.working or not self.is_known:
                self.wanted = await self.session.wanted()
                self.is_known = True
        if self.wanted is None:
            return None
        path, size, sha256, offset = self.wanted
        return {"path": path, "size": size, "sha256": sha256, "offset": offset}

    def begin(self) -> None:
        """Note that a request begins to feed, in the place of one that hangs."""
        self.turn += 1
        self.working += 1

    def end(self) -> None:
        """Note that it has ended, well or not."""
        self.working -= 1
        self.is_known = False
        self.until_ms = self.node.clock.uptime_ms() + _PATIENCE_MS

    def close(self) -> None:
        """Leave the engine to others; what is on flash serves whoever pushes the same again."""
        if not self.is_closed:
            self.is_closed = True
            self.node.push = None
            self.session.close()


async def handle(request, rest: list) -> None:
    """Answer a request of an admin."""
    node = request.node
    push = node.__dict__.get("push")
    what = request.method + " " + (rest[0] if rest else "")
    if what == "PUT manifest":
        await _begin(request, push)
    elif what == "PUT files" and len(rest) > 1:
        await _take(request, _under_way(push), rest[1])
    elif what == "POST finish":
        await _finish(request, _under_way(push))
    elif what == "DELETE ":
        if push:
            push.close()
        await _answer(request, None)
    elif what == "GET ":
        await _answer(request, push, update_state.status(node))
    else:
        raise TepalError("not_found", what[:64])


async def _begin(request, push) -> None:
    """Take a manifest, and see what of the release is here already."""
    node = request.node
    if push:
        raise TepalError("update_busy", "another push is under way")
    push = Push(node, updating.open(node, "push", asked=True))
    node.push = push
    push.begin()
    try:
        await feeding.manifest(push.session, _reading(request, push))
        push.is_begun = True
        await _answer(request, push)
    except BaseException:
        push.close()  # what the session has learned of half a manifest is of no use
        raise
    finally:
        push.end()
    from tepal.services import update_idle

    node.tasks.start("update.push", update_idle.watch(push), "system")


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
        await feeding.fill(push.session, size, _reading(request, push))
    finally:
        push.end()
    await _answer(request, push)


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
    await _answer(request, None, update_state.status(request.node))
    request.node.restart(True)


def _under_way(push) -> Push:
    if push is None or not push.is_begun:
        raise TepalError("update_order", "a manifest")
    return push


def _reading(request, push):
    """Return what reads the body as long as nobody came after us: the client may have come again."""
    turn = push.turn

    async def read() -> bytes:
        block = await body.block(request)
        if push.turn != turn or push.is_closed:
            raise OSError("overtaken")
        return block

    return read


def _told(wanted) -> str:
    if wanted is None:
        return "finish"
    return "%s, %s from byte %d on" % (wanted["path"], wanted["sha256"], wanted["offset"])


async def _answer(request, push, told=None) -> None:
    told = told or {}
    if push and push.is_begun:
        told["next"] = await push.next()
    await request.answer(json.dumps(told))
