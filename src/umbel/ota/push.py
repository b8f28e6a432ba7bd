"""Brings a release to a node over its web door, and follows it until the node says how it ended."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, cast

from umbel.errors import LinkError, NodeError
from umbel.link import outcome
from umbel.link.api import Api
from umbel.link.outcome import OFFLINE, UP_TO_DATE
from umbel.model import Node
from umbel.release import Release, signing
from umbel.release.manifest import Described

CONFIRMED = "confirmed"
ROLLED_BACK = "rolled back"
WOULD = "would be updated"

_MOST_WRONG = 3  # times that a node may find a file damaged, in a row
_AGAIN = ("update_order", "release_file", "digest", "stale")
_CHECKING = 120.0  # seconds for a node to copy what it has, and to read all once more

Connect = Callable[[Node], Api]
Say = Callable[[str, float], None]  # what the node does now, and how much is done, 0 to 1


class Outcome(outcome.Outcome):
    """How an update ended."""

    FINE = (CONFIRMED, UP_TO_DATE, WOULD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a node runs now."""

    version: str
    sequence: int  # 0: it was never told
    release: str  # SHA-256 of what is signed, in hex; empty: it was never told


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long we believe that a node comes back, in seconds."""

    reaching: float = 60.0  # a node that does not answer while it is fed
    busy: float = 75.0  # another update; a node gives up one that nobody feeds after 60
    trial: float = 360.0  # three tries, each with a minute of good health
    shortest_pause: float = 0.2
    longest_pause: float = 5.0


PATIENT = Patience()


class _Ended(Exception):
    def __init__(self, result: str, reason: str = "") -> None:
        super().__init__(result)
        self.result = result
        self.reason = reason


async def look(node: Node, *, connect: Connect = Api) -> Seen | Outcome:
    """What the node runs, or why it cannot be told; never raises because of the node."""
    try:
        async with connect(node) as api:
            told = await api.send("GET", "update")
    except (NodeError, LinkError) as error:
        return _failed(node, error)
    return Seen(
        version=str(told.get("version")),
        sequence=int(told.get("sequence") or 0),
        release=str(told.get("release")),
    )


async def push(
    node: Node,
    release: Release,
    *,
    say: Say,
    patience: Patience = PATIENT,
    connect: Connect = Api,
) -> Outcome:
    """How it went; never raises because of the node."""
    try:
        async with connect(node) as api:
            await _Push(api, release, say, patience).run()
    except _Ended as ended:
        return Outcome(node=node, result=ended.result, reason=ended.reason)
    except (NodeError, LinkError) as error:
        return _failed(node, error)
    return Outcome(node=node, result=CONFIRMED)


def manifest_for(node: Node, described: Described) -> bytes:
    """The manifest, with proof by the node's key: one that trusts no publisher wants that."""
    if node.access.key is None or not node.id:
        return described.content
    return described.with_signature(signing.for_node(described, node.id, node.access.key))


class _Push:
    """One release on its way to one node."""

    def __init__(self, api: Api, release: Release, say: Say, patience: Patience) -> None:
        self._api = api
        self._described = release.manifest
        self._digest = release.manifest.digest.hex()
        self._contents = {
            file.sha256.hex(): release.files[file.path] for file in release.manifest.files
        }
        self._before: dict[str, int] = {}  # bytes of the release that stand before a file
        total = 0
        for file in release.manifest.files:
            self._before[file.path] = total
            total += file.size
        self._total = max(1, total)
        self._say = say
        self._patience = patience
        self._began = self._moved = time.monotonic()
        self._wrong = 0  # files in a row, or requests at the wrong time

    async def run(self) -> None:
        """Return when the release is confirmed.

        Raises:
            _Ended: in another way.
            UmbelError: the node refuses, or cannot be reached any more.
        """
        told = await self._api.send("GET", "update")
        if told.get("release") == self._digest and not told.get("trial"):
            raise _Ended(UP_TO_DATE)
        try:
            await self._feed()
        except asyncio.CancelledError:
            with suppress(LinkError, NodeError):  # what is half there need not block others
                await self._api.send("DELETE", "update")
            raise
        await self._follow()

    async def _feed(self) -> None:
        """Bring all that the node lacks; where the connection breaks, go on from there."""
        step, pause = self._begin, self._patience.shortest_pause
        while True:
            before = self._moved
            try:
                wanted = await step()
                while wanted is not None:
                    self._tell(wanted)
                    wanted = await self._send_file(wanted)
                    self._moved, self._wrong = time.monotonic(), 0
                self._say("checks", 1.0)
                await self._api.send("POST", "update/finish", within=_CHECKING)
            except NodeError as error:
                self._bear(error)
            except LinkError:
                if time.monotonic() - self._moved > self._patience.reaching:
                    raise
                if await self._is_armed():
                    return
            else:
                return
            await asyncio.sleep(pause)
            pause = min(2 * pause, self._patience.longest_pause)
            if self._moved > before:
                pause = self._patience.shortest_pause
            step = self._go_on

    def _bear(self, error: NodeError) -> None:
        """Return if another try may help."""
        if error.code == "update_current":
            raise _Ended(UP_TO_DATE)
        if error.code == "update_busy":
            if time.monotonic() - self._began > self._patience.busy:
                raise error
            self._say("waits for another update", 0.0)
        elif error.code in _AGAIN and self._wrong < _MOST_WRONG:
            self._wrong += 1
        else:
            raise error

    async def _begin(self) -> dict[str, Any] | None:
        self._say("asks", 0.0)
        content = manifest_for(self._api.node, self._described)
        return _next(await self._api.send("PUT", "update/manifest", content, within=_CHECKING))

    async def _go_on(self) -> dict[str, Any] | None:
        """What the node lacks; it may have forgotten our push meanwhile."""
        told = await self._api.send("GET", "update", within=_CHECKING)
        offered = told.get("offered")
        if "next" in told and isinstance(offered, dict) and offered["release"] == self._digest:
            return _next(told)
        return await self._begin()

    async def _send_file(self, wanted: dict[str, Any]) -> dict[str, Any] | None:
        sha256, offset = str(wanted["sha256"]), int(wanted["offset"])
        content = self._contents.get(sha256)
        if content is None:
            raise LinkError(f"{self._api.node.name} wants a file that is not in the release")
        path = f"update/files/{sha256}?offset={offset}"
        return _next(await self._api.send("PUT", path, content[offset:], within=_CHECKING))

    async def _is_armed(self) -> bool:
        """Whether only the answer to our last word was lost."""
        with suppress(LinkError, NodeError):
            return bool((await self._api.send("GET", "update")).get("trial"))
        return False

    async def _follow(self) -> None:
        """Watch the trial to its end."""
        self._say("restarts", 1.0)
        until = time.monotonic() + self._patience.trial
        pause = self._patience.shortest_pause
        last: LinkError | None = None
        while time.monotonic() < until:
            await asyncio.sleep(pause)
            try:
                told = await self._api.send("GET", "update")
            except LinkError as error:
                last = error
                continue
            last = None
            if self._is_over(told):
                return
            self._say("is on trial", 1.0)
            pause = min(1.2 * pause, 1.0)
        if last is not None:
            raise last
        raise _Ended(OFFLINE, "its trial does not end")

    def _is_over(self, told: dict[str, Any]) -> bool:
        if told.get("trial"):
            return False
        if told.get("release") == self._digest:
            return True
        raise _Ended(ROLLED_BACK, str(told.get("reason") or "the node does not say why"))

    def _tell(self, wanted: dict[str, Any]) -> None:
        done = self._before.get(str(wanted.get("path")), 0) + int(wanted.get("offset", 0))
        self._say("takes files", done / self._total)


def _next(told: dict[str, Any]) -> dict[str, Any] | None:
    wanted = told.get("next")
    if wanted is None:
        return None
    if not isinstance(wanted, dict) or not {"sha256", "offset"} <= wanted.keys():
        raise LinkError("a node answered nonsense: what must come next expected")
    return cast("dict[str, Any]", wanted)


def _failed(node: Node, error: NodeError | LinkError) -> Outcome:
    reason = outcome.reason_of(node, error)
    return Outcome(node=node, result=outcome.result_of(error, OFFLINE), reason=reason)
