"""One connection to each node of a roster, opened when it is wanted."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from umbel.errors import UnknownNode
from umbel.fleet.roster import Roster
from umbel.link.api import Api
from umbel.model import Node

Connect = Callable[[Node], Api]


class Links:
    """Hands out the connection of a node, a new one when the node has moved."""

    def __init__(self, roster: Roster, connect: Connect = Api) -> None:
        self._roster = roster
        self._connect = connect
        self._apis: dict[str, Api] = {}
        self._closing: set[asyncio.Task[None]] = set()

    def api(self, name: str) -> Api:
        """The connection to a node.

        Raises:
            UnknownNode: there is none of this name.
            LinkError: it has no web door.
        """
        node = self._roster.nodes.get(name)
        api = self._apis.get(name)
        if api is not None and api.node != node:
            self._close(self._apis.pop(name))
            api = None
        if node is None:
            raise UnknownNode(f"no node of the fleet is called {name!r}", remedy="umbel status")
        if api is None:
            api = self._apis[name] = self._connect(node)
        return api

    def prune(self) -> None:
        """Close the connections to nodes that have left."""
        for name in [name for name in self._apis if name not in self._roster.nodes]:
            self._close(self._apis.pop(name))

    async def aclose(self) -> None:
        """Close all connections."""
        for name in [*self._apis]:
            self._close(self._apis.pop(name))
        await asyncio.gather(*self._closing)

    def _close(self, api: Api) -> None:
        task = asyncio.create_task(api.aclose())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)
