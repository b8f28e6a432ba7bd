"""The web door of a node, as programs use it: ``/api/v1`` over one connection that is kept."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Generator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import cache
from types import TracebackType
from typing import Any, Self, cast
from urllib.parse import quote

import httpx

from umbel.errors import LinkError, LinkTimeout, NodeError
from umbel.link import proof, refusals
from umbel.link.frames import Event
from umbel.link.server_sent import parsed
from umbel.model import Node

ANSWER_TIMEOUT = 15.0  # seconds; a Pico W hashes a password in one, and may be busy meanwhile
CONNECT_TIMEOUT = 5.0  # seconds
SILENCE_TIMEOUT = 40.0  # seconds; a node shows that a stream is alive every 15
LONGEST_ANSWER = 1 << 20  # bytes; more than the memory of a node

_BASE = "/api/v1"
_KEEP = 25.0  # seconds; a node itself closes what is silent for 30
_CONNECTIONS = httpx.Limits(max_connections=2, max_keepalive_connections=1, keepalive_expiry=_KEEP)
_ALL_PLACES_TAKEN = 503


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a command answers, for programs and for people."""

    value: object
    text: str


class Api:
    """One node's web door. Requests take turns, for a board serves few at a time.

    All methods raise NodeError where the node refuses, LinkTimeout where it does not answer in
    time, and LinkError where it cannot be reached or answers nonsense.
    """

    def __init__(self, node: Node, *, transport: httpx.AsyncBaseTransport | None = None) -> None:
        if node.url is None:
            raise LinkError(
                f"{node.name} has no web door", remedy=f"umbel config {node.name} set webui True"
            )
        self.node = node
        self._turn = asyncio.Lock()
        self._client = httpx.AsyncClient(
            base_url=node.url + _BASE,
            auth=proof.of(node.access),
            limits=_CONNECTIONS,
            timeout=httpx.Timeout(ANSWER_TIMEOUT, connect=CONNECT_TIMEOUT),
            transport=transport,
            verify=_trust(),
            trust_env=False,  # a node is never behind the proxy of this machine
        )

    @property
    def is_busy(self) -> bool:
        """Whether a request is under way; the next one waits for it."""
        return self._turn.locked()

    async def about(self, *, within: float = ANSWER_TIMEOUT) -> dict[str, Any]:
        """What the node is and how it feels."""
        return _object(await self.request("GET", "node", within=within))

    async def welcome(self, *, within: float = ANSWER_TIMEOUT) -> dict[str, Any]:
        """Who the node is and which role we have; it tells that to everybody."""
        return _object(await self.request("GET", "login", within=within))

    async def run(self, line: str, *, within: float = ANSWER_TIMEOUT) -> Result:
        """What the command ``line`` answers: ``rgb color 10 20 30``."""
        return _result(await self.request("POST", "commands", {"cmd": line}, within=within))

    async def call(self, module: str, command: str, **values: object) -> Result:
        """What a command of a module answers to ``values``."""
        path = f"modules/{quote(module, safe='')}/{quote(command, safe='')}"
        return _result(await self.request("POST", path, values))

    async def modules(self) -> list[dict[str, Any]]:
        """Every module on the node; those that are loaded with their commands."""
        return _list(await self.request("GET", "modules"))

    async def tasks(self) -> list[dict[str, Any]]:
        """Every task, running or ended."""
        return _list(await self.request("GET", "tasks"))

    async def apps(self) -> dict[str, Any]:
        """Every app that is installed, how it is, and the language of their titles."""
        return _object(await self.request("GET", "apps"))

    async def icon(self, uid: str, pixels: int, *, is_bw: bool = False) -> bytes:
        """The icon of an app that suits, a PNG picture; for a screen without colours if ``is_bw``."""
        path = f"apps/{quote(uid, safe='')}/icon/{pixels}{'?bw=1' if is_bw else ''}"
        return await self._fetched(self._client.build_request("GET", path), ANSWER_TIMEOUT)

    async def log(self) -> list[str]:
        """The newest lines of the log."""
        return cast("list[str]", _list(await self.request("GET", "log")))

    async def config(self) -> dict[str, Any]:
        """Every setting: its value, type and limits; no secret."""
        return _object(await self.request("GET", "config"))

    async def configure(self, values: Mapping[str, object]) -> bool:
        """Save settings; tells whether some of them wait for a restart."""
        answer = await self.request("PATCH", "config", dict(values))
        return bool(_object(answer).get("reboot"))

    async def request(
        self, method: str, path: str, body: object = None, *, within: float = ANSWER_TIMEOUT
    ) -> object:
        """What the node answers below ``/api/v1``."""
        return await self._request(self._client.build_request(method, path, json=body), within)

    async def send(
        self, method: str, path: str, content: bytes = b"", *, within: float = ANSWER_TIMEOUT
    ) -> dict[str, Any]:
        """What the node answers to ``content``; it may think about that as long as ``within``."""
        patience = httpx.Timeout(within, connect=CONNECT_TIMEOUT)
        request = self._client.build_request(method, path, content=content, timeout=patience)
        return _object(await self._request(request, within))

    async def _request(self, request: httpx.Request, within: float) -> object:
        data = await self._fetched(request, within)
        try:
            return json.loads(data)
        except ValueError as exc:
            raise LinkError(f"{self.node.name} answered nonsense to {request.url.path}") from exc

    async def _fetched(self, request: httpx.Request, within: float) -> bytes:
        try:
            async with asyncio.timeout(within), self._turn:
                with self._troubles():
                    try:
                        return await self._exchange(request)
                    except (httpx.RemoteProtocolError, httpx.ReadError):
                        # It closed the connection that we kept; a restart does that.
                        if request.method != "GET":
                            raise
                        return await self._exchange(request)
        except TimeoutError as exc:
            raise self._too_late(within) from exc

    @asynccontextmanager
    async def events(self) -> AsyncGenerator[AsyncIterator[Event]]:
        """What happens on the node, as it happens; takes a connection of its own."""
        request = self._client.build_request("GET", "events", timeout=SILENCE_TIMEOUT)
        with self._troubles():
            async with self._turn:  # signed requests must arrive in their order
                response = await self._client.send(request, stream=True)
            try:
                if response.is_error:
                    raise self._refusal(response, await _bounded(response))
                yield self._without_troubles(parsed(response.aiter_bytes()))
            finally:
                await response.aclose()

    async def aclose(self) -> None:
        """Close the connection."""
        await self._client.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def _exchange(self, request: httpx.Request) -> bytes:
        if self._client.is_closed:  # while we waited for our turn
            raise LinkError(f"{self.node.name} is looked after no more", remedy="umbel status")
        response = await self._client.send(request, stream=True)
        try:
            data = await _bounded(response)
        finally:
            await response.aclose()
        if response.is_error:
            raise self._refusal(response, data)
        return data

    @contextmanager
    def _troubles(self) -> Generator[None]:
        """Turn what httpx raises into errors of ours."""
        name = self.node.name
        try:
            yield
        except httpx.TimeoutException as exc:
            raise LinkTimeout(f"{name} does not answer", remedy="umbel status") from exc
        except httpx.ConnectError as exc:
            raise LinkError(
                f"{name} cannot be reached: nobody listens at {self.node.url}",
                remedy="umbel status",
            ) from exc
        except (httpx.HTTPError, httpx.InvalidURL) as exc:
            reason = str(exc) or type(exc).__name__
            raise LinkError(f"{name} cannot be reached: {reason}", remedy="umbel status") from exc

    async def _without_troubles(self, events: AsyncIterator[Event]) -> AsyncIterator[Event]:
        with self._troubles():
            async for event in events:
                yield event

    def _refusal(self, response: httpx.Response, data: bytes) -> NodeError | LinkError:
        name = self.node.name
        if response.status_code == _ALL_PLACES_TAKEN:
            return LinkError(f"{name} has no place for us just now", remedy="try again")
        try:
            problem = _object(json.loads(data))
            code, detail = str(problem["code"]), str(problem["detail"])
        except (ValueError, KeyError, LinkError):
            return LinkError(f"{name} answered {response.status_code} and no reason")
        return NodeError(code, f"{name}: {detail}", remedy=refusals.remedy(code, name))

    def _too_late(self, within: float) -> LinkTimeout:
        return LinkTimeout(
            f"{self.node.name} did not answer within {within:g} s", remedy="umbel status"
        )


@cache
def _trust() -> ssl.SSLContext:
    """Whom we trust where a node speaks TLS; reading it takes too long to do it for each."""
    return ssl.create_default_context()


async def _bounded(response: httpx.Response) -> bytes:
    """The body of an answer.

    Raises:
        LinkError: it is larger than anything that a node can say.
    """
    data = bytearray()
    async for part in response.aiter_bytes():
        data += part
        if len(data) > LONGEST_ANSWER:
            raise LinkError(f"{response.url.host} sent more than {LONGEST_ANSWER} bytes")
    return bytes(data)


def _object(answer: object) -> dict[str, Any]:
    if not isinstance(answer, dict):
        raise LinkError("a node answered nonsense: an object expected")
    return cast("dict[str, Any]", answer)


def _list(answer: object) -> list[Any]:
    if not isinstance(answer, list):
        raise LinkError("a node answered nonsense: a list expected")
    return cast("list[Any]", answer)


def _result(answer: object) -> Result:
    told = _object(answer)
    return Result(value=told.get("result"), text=str(told.get("text", "")))
