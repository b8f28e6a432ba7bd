"""Talking with a node for as long as a command lasts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from umbel.cli import _nodes, _output
from umbel.errors import LinkError, NodeError
from umbel.link import shell

if TYPE_CHECKING:
    from umbel.link.shell import Shell
    from umbel.model import Node

_TRIES = 3  # of a password

T = TypeVar("T")


class Session:
    """Requests to one node; connects when it must, and again when the connection is gone."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self._connection = AsyncExitStack()
        self._shell: Shell | None = None

    async def run(self, line: str) -> object:
        """What the command ``line`` answers.

        Raises:
            NodeError: the node refuses, or the command failed.
            LinkError: it cannot be reached.
        """
        return await self.request({"cmd": line})

    async def request(self, request: dict[str, object]) -> object:
        """What the node answers to ``request``; raises as ``run`` does."""
        opened = await self._opened()
        try:
            return await opened.request(request)
        except LinkError:
            self._shell = None
            raise

    async def close(self) -> None:
        """End the connection, if there is one."""
        self._shell = None
        await self._connection.aclose()

    async def _opened(self) -> Shell:
        if self._shell is None or self._shell.is_closed():
            await self.close()
            self._shell = await self._connect()
        return self._shell

    async def _connect(self) -> Shell:
        opened = await self._connection.enter_async_context(shell.connect(self.node))
        if opened.role is not None or await opened.is_open():
            return opened
        for tries_left in reversed(range(_TRIES)):
            access = _nodes.ask_password(self.node)
            try:
                await opened.login(access)
            except NodeError as error:
                if error.code != "wrong_password" or not tries_left:
                    raise
                _output.print_error(error)
                continue
            self.node = replace(self.node, access=access)  # for the next connection
            break
        return opened


@asynccontextmanager
async def opened(node: Node) -> AsyncGenerator[Session]:
    """A session with ``node``, which ends with the block."""
    session = Session(node)
    try:
        yield session
    finally:
        await session.close()


def run(name: str, work: Callable[[Session], Awaitable[T]]) -> T:
    """What ``work`` gives, done in a session with the node that is called ``name``."""

    async def worked() -> T:
        async with opened(_nodes.find(name)) as session:
            return await work(session)

    return asyncio.run(worked())
