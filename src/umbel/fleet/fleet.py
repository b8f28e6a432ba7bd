"""All nodes together: how they are, and commands for one, several or all of them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from umbel.errors import NodeError, UmbelError
from umbel.fleet.links import Connect, Links
from umbel.fleet.roster import Roster, Subscription
from umbel.fleet.view import NodeView
from umbel.fleet.watch import Watch
from umbel.gathering import gather
from umbel.link.api import Api, Result
from umbel.model import Node

_AT_ONCE = 16  # nodes that a command for many is sent to at a time


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a command on one node: a result, or an error."""

    result: Result | None = None
    code: str | None = None  # of the error: the node's own, or "unreachable"
    message: str | None = None


class Fleet:
    """The nodes that are looked after; see ``watched``."""

    def __init__(self, nodes: Iterable[Node] = (), *, connect: Connect = Api) -> None:
        self._roster = Roster()
        self._links = Links(self._roster, connect)
        self._watch = Watch(self._roster, self._links)
        self._roster.assign(nodes)

    @property
    def views(self) -> tuple[NodeView, ...]:
        """How every node is."""
        return self._roster.views

    def view(self, name: str) -> NodeView:
        """How one node is.

        Raises:
            UnknownNode: there is none of this name.
        """
        return self._roster.view(name)

    def assign(self, nodes: Iterable[Node]) -> None:
        """Let the fleet be ``nodes``: who is new is watched, who is gone is forgotten."""
        self._roster.assign(nodes)
        self._links.prune()
        self._watch.refresh()

    def subscribed(self) -> AbstractContextManager[Subscription]:
        """What changes, beginning with all that is known now."""
        return self._roster.subscribed()

    def hang_up(self) -> None:
        """End all subscriptions, for good: whoever serves them is about to end."""
        self._roster.end()

    async def run(self, name: str, line: str) -> Result:
        """What the command ``line`` answers on one node.

        Raises:
            UnknownNode: there is no such node.
            NodeError: the node refuses, or the command failed.
            LinkError: it cannot be reached.
        """
        return await self._links.api(name).run(line)

    async def apps(self, name: str) -> dict[str, Any]:
        """The apps of one node, as it tells of them. Raises as ``run`` does."""
        return await self._links.api(name).apps()

    async def icon(self, name: str, uid: str, pixels: int, *, is_bw: bool = False) -> bytes:
        """The icon of an app of one node, a PNG picture. Raises as ``run`` does."""
        return await self._links.api(name).icon(uid, pixels, is_bw=is_bw)

    async def run_on(self, names: Sequence[str], line: str) -> dict[str, Outcome]:
        """What came of ``line`` on each of the nodes; one that fails stops no other."""

        async def one(name: str) -> Outcome:
            try:
                return Outcome(result=await self.run(name, line))
            except NodeError as error:
                return Outcome(code=error.code, message=str(error))
            except UmbelError as error:
                return Outcome(code="unreachable", message=str(error))

        outcomes = await gather(one, names, at_once=_AT_ONCE)
        return dict(zip(names, outcomes, strict=True))

    @asynccontextmanager
    async def watched(self) -> AsyncGenerator[None]:
        """Look after the nodes while the block runs; afterwards no connection is left."""
        watching = asyncio.create_task(self._watch.run())
        try:
            yield
        finally:
            self.hang_up()
            watching.cancel()
            (end,) = await asyncio.gather(watching, return_exceptions=True)
            await self._links.aclose()
        if isinstance(end, Exception):
            raise end
