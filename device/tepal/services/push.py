"""A push that is under way: what lasts from one request of a host to the next, and no more."""

import asyncio
import json

from micropython import const

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

    def reading(self, request):
        """Return what reads a body as long as nobody came after: the client may have come again."""
        turn = self.turn

        async def read() -> bytes:
            from tepal.services import body

            block = await body.block(request)
            if self.turn != turn or self.is_closed:
                raise OSError("overtaken")
            return block

        return read

    async def answer(self, request) -> None:
        """Tell what must come next."""
        await request.answer(json.dumps({"next": await self.next()}))

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
