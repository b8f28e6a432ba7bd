"""Who is in the fleet and how they are; tells subscribers what changes. Does no IO."""

from __future__ import annotations

import asyncio
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from umbel.errors import UnknownNode
from umbel.fleet.view import NodeView, unseen
from umbel.model import Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a subscriber has not heard of yet: the newest view of each, never a queue of them."""

    views: tuple[NodeView, ...] = ()
    gone: tuple[str, ...] = ()


class Subscription:
    """``async for change in subscription``; who is slow misses steps, never the result."""

    def __init__(self) -> None:
        self._views: dict[str, NodeView | None] = {}  # None: gone
        self._wake = asyncio.Event()
        self._ended = False

    def put(self, name: str, view: NodeView | None) -> None:
        """Note what has become of a node."""
        self._views[name] = view
        self._wake.set()

    def end(self) -> None:
        """End the iteration, after what is still to be told."""
        self._ended = True
        self._wake.set()

    def __aiter__(self) -> Subscription:
        return self

    async def __anext__(self) -> Change:
        while not self._views:
            if self._ended:
                raise StopAsyncIteration
            self._wake.clear()
            await self._wake.wait()
        news, self._views = self._views, {}
        return Change(
            views=tuple(view for view in news.values() if view is not None),
            gone=tuple(name for name, view in news.items() if view is None),
        )


class Roster:
    """The fleet as a table, by the names under which its nodes are known here."""

    def __init__(self) -> None:
        self._nodes: dict[str, Node] = {}
        self._views: dict[str, NodeView] = {}
        self._subscriptions: set[Subscription] = set()
        self._ended = False

    @property
    def nodes(self) -> Mapping[str, Node]:
        """How to reach each."""
        return self._nodes

    @property
    def views(self) -> tuple[NodeView, ...]:
        """How each is, in the order in which they were named."""
        return tuple(self._views[name] for name in self._nodes)

    def view(self, name: str) -> NodeView:
        """How one node is.

        Raises:
            UnknownNode: there is none of this name.
        """
        if name not in self._views:
            raise UnknownNode(f"no node of the fleet is called {name!r}", remedy="umbel status")
        return self._views[name]

    def assign(self, nodes: Iterable[Node]) -> None:
        """Let the fleet be ``nodes``; a node that was in it before keeps what is known of it."""
        named = _named(nodes)
        for name in [*self._nodes]:
            if named.get(name) != self._nodes[name]:
                del self._nodes[name], self._views[name]
                if name not in named:
                    self._publish(name, None)
        for name, node in named.items():
            if name not in self._views:
                self._views[name] = unseen(name, node)
                self._publish(name, self._views[name])
        self._nodes = named

    def put(self, view: NodeView) -> None:
        """Note how a node is; of one that has left meanwhile nobody hears."""
        if view.name in self._views and self._views[view.name] != view:
            self._views[view.name] = view
            self._publish(view.name, view)

    @contextmanager
    def subscribed(self) -> Generator[Subscription]:
        """A subscription that begins with all that is known."""
        subscription = Subscription()
        for view in self.views:
            subscription.put(view.name, view)
        if self._ended:
            subscription.end()
        self._subscriptions.add(subscription)
        try:
            yield subscription
        finally:
            self._subscriptions.discard(subscription)

    def end(self) -> None:
        """End every subscription, for good."""
        self._ended = True
        for subscription in self._subscriptions:
            subscription.end()

    def _publish(self, name: str, view: NodeView | None) -> None:
        for subscription in self._subscriptions:
            subscription.put(name, view)


def _named(nodes: Iterable[Node]) -> dict[str, Node]:
    """The nodes by name; where two call themselves the same, the second shows its address too."""
    named: dict[str, Node] = {}
    for node in nodes:
        name = node.name
        if name in named:
            name = f"{name}@{node.address}"
        named[name] = node
    return named
