"""The shell of a node, as programs use it: one request, one answer, ids on both."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

from umbel.errors import LinkError, LinkTimeout, NodeError
from umbel.link import frames, refusals, signature
from umbel.link.frames import Answer, Event
from umbel.model import Access, Address, Node

CONNECT_TIMEOUT = 5.0  # seconds
ANSWER_TIMEOUT = 15.0  # seconds; a Pico W hashes a password in one, and may be busy meanwhile


class Shell:
    """A connection to one node; requests take turns."""

    def __init__(
        self, name: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.name = name
        self.role: str | None = None  # None: nobody has logged in
        self._reader = reader
        self._writer = writer
        self._turn = asyncio.Lock()
        self._last_id = 0
        self._events: list[Event] = []

    async def run(self, line: str, *, within: float = ANSWER_TIMEOUT) -> object:
        """What the command ``line`` answers: ``rgb color 10 20 30``.

        Raises:
            NodeError: the node refuses, or the command failed.
            LinkError: it cannot be reached, or answers nonsense.
        """
        return await self.request({"cmd": line}, within=within)

    async def call(
        self, target: str, function: str = "", args: Sequence[object] = (), **kwargs: object
    ) -> object:
        """What a command answers whose values are at hand; raises as ``run`` does."""
        return await self.request({"call": [target, function, list(args), kwargs]})

    async def request(
        self, request: dict[str, object], *, within: float = ANSWER_TIMEOUT
    ) -> object:
        """What the node answers to ``request``; raises as ``run`` does."""
        async with self._turn:
            self._last_id += 1
            try:
                async with asyncio.timeout(within):
                    await self._send(frames.encode(self._last_id, request))
                    answer = await self._answer(self._last_id)
            except TimeoutError as exc:
                raise LinkTimeout(
                    f"{self.name} did not answer within {within:g} s", remedy="umbel status"
                ) from exc
        if answer.code is not None:
            raise self._refused(answer)
        return answer.ok

    async def login(self, access: Access) -> None:
        """Prove who asks, by key where we have one; the role is in ``role`` then.

        Raises:
            NodeError: the node does not believe it.
        """
        if access.key is not None:
            nonce = await self.request({"nonce": True})
            mac = signature.sign(access.key, "shell", str(nonce), 1)
            self.role = str(await self.request({"sign": [nonce, 1, mac]}))
        elif access.password is not None:
            self.role = str(await self.request({"login": access.password}))

    async def is_open(self) -> bool:
        """Whether the node lets everybody in; raises as ``run`` does."""
        return str(await self.run("hello")).endswith(":open")

    def is_closed(self) -> bool:
        """Whether the node has closed the connection."""
        return self._reader.at_eof()

    async def events(self, *topics: str) -> AsyncIterator[Event]:
        """What happens on the node, as it happens; no topics means all of them."""
        await self.request({"subscribe": list(topics)})
        while True:
            while self._events:
                yield self._events.pop(0)
            message = await self._message()
            if isinstance(message, Event):
                yield message

    async def _send(self, data: bytes) -> None:
        try:
            self._writer.write(data)
            await self._writer.drain()
        except OSError as exc:
            raise self._lost(exc) from exc

    async def _answer(self, number: int) -> Answer:
        while True:
            message = await self._message()
            if isinstance(message, Event):
                self._events.append(message)
            elif message.id is None:
                raise self._refused(message)
            elif message.id == number:  # another one came too late for its own request
                return message

    async def _message(self) -> Answer | Event:
        while True:
            try:
                line = await self._reader.readline()
            except (OSError, ValueError) as exc:  # ValueError: the line does not end
                raise self._lost(exc) from exc
            if not line.endswith(b"\n") or line.endswith(b"Bye!\n"):
                raise self._turned_away(line)
            if (message := self._decoded(line)) is not None:
                return message

    def _decoded(self, line: bytes) -> Answer | Event | None:
        try:
            return frames.decode(line)
        except ValueError as exc:
            raise LinkError(f"{self.name} answers nonsense, {exc}", remedy="umbel search") from exc

    def _refused(self, answer: Answer) -> NodeError:
        code = answer.code or "failed"
        return NodeError(
            code, f"{self.name}: {answer.message}", remedy=refusals.remedy(code, self.name)
        )

    def _turned_away(self, line: bytes) -> LinkError:
        if b"busy" in line:
            return LinkError(
                f"{self.name} has no place for another caller", remedy="wait a moment"
            )
        return LinkError(f"{self.name} closed the connection", remedy="umbel status")

    def _lost(self, exc: Exception) -> LinkError:
        return LinkError(
            f"the connection to {self.name} broke: {_reason(exc)}", remedy="umbel status"
        )


@asynccontextmanager
async def connect(node: Node, *, within: float = CONNECT_TIMEOUT) -> AsyncGenerator[Shell]:
    """A shell of ``node``, logged in as far as ``node.access`` reaches.

    Raises:
        LinkError: nobody answers there.
        NodeError: the node does not believe key or password.
    """
    reader, writer = await _open(node.name, node.address, within)
    try:
        shell = Shell(node.name, reader, writer)
        await shell.login(node.access)
        yield shell
    finally:
        writer.close()
        with suppress(OSError):  # it may have ended in an error; nobody waits for more
            await writer.wait_closed()


async def _open(
    name: str, address: Address, within: float
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    try:
        async with asyncio.timeout(within):
            return await asyncio.open_connection(
                address.host, address.port, limit=frames.LONGEST_ANSWER
            )
    except TimeoutError as exc:
        raise LinkTimeout(
            f"{name} did not answer at {address} within {within:g} s", remedy="umbel search"
        ) from exc
    except OSError as exc:
        raise LinkError(
            f"{name} cannot be reached at {address}: {_reason(exc)}", remedy="umbel search"
        ) from exc


def _reason(exc: Exception) -> str:
    """What the system says; asyncio puts longer words of its own around it."""
    number = exc.errno if isinstance(exc, OSError) else None
    return os.strerror(number) if number else str(exc)
