"""Apps onto a node over its web door, and what the node makes of them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from umbel.apps.archive import Archive
from umbel.apps.planning import Step
from umbel.errors import LinkError, NodeError, UmbelError
from umbel.link import outcome
from umbel.link.api import Api
from umbel.link.outcome import UP_TO_DATE
from umbel.model import Node
from umbel.release import signing

INSTALLED = "installed"
REMOVED = "removed"
WOULD = "would change"
UNRESOLVED = "does not fit"
_BUSY = "update_busy"

Connect = Callable[[Node], Api]
Say = Callable[[str], None]
Sending = tuple[Step, Archive]


class Outcome(outcome.Outcome):
    """How it ended on a node."""

    FINE = (INSTALLED, REMOVED, UP_TO_DATE, WOULD)


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long something may take, in seconds."""

    busy: float = 75.0  # another installation, or an update
    reaching: float = 30.0  # a node that does not answer between two apps
    thinking: float = 120.0  # a setup script, and a slow flash
    pause: float = 1.0


PATIENT = Patience()
_SLOWEST = 4096  # bytes a second


async def send(
    node: Node,
    apps: Sequence[Sending],
    *,
    say: Say,
    patience: Patience = PATIENT,
    connect: Connect = Api,
) -> Outcome:
    """Install ``apps`` one after another; never raises because of the node."""
    done: list[str] = []
    try:
        async with connect(node) as api:
            async for name in bring(api, apps, say=say, patience=patience):
                done.append(name)
    except UmbelError as error:
        return failed(node, error, done)
    return Outcome(node=node, result=INSTALLED, reason=", ".join(done))


async def bring(
    api: Api, apps: Sequence[Sending], *, say: Say, patience: Patience = PATIENT
) -> AsyncGenerator[str]:
    """Install ``apps``; yields the name of each that is installed.

    Raises:
        UmbelError: the node refuses, or cannot be reached any more.
    """
    for step, archive in apps:
        say(f"takes {step.offer.name}, {-(-archive.size // 1024)} KB")
        await _send(api, step, archive, patience)
        yield step.offer.name


def failed(node: Node, error: UmbelError, done: Sequence[str] = ()) -> Outcome:
    """The outcome that ``error`` means; ``done`` is what is installed all the same."""
    reason = outcome.reason_of(node, error)
    if done:
        reason += f"; {', '.join(done)} {'is' if len(done) == 1 else 'are'} installed"
    return Outcome(node=node, result=outcome.result_of(error, UNRESOLVED), reason=reason)


def proved(node: Node, archive: Archive) -> bytes:
    """The archive with proof by the node's key: one that trusts no publisher wants that."""
    release = archive.release
    if node.access.key is not None and node.id:
        proof = signing.for_node(release.manifest, node.id, node.access.key)
        release = release.with_signature(proof)
    return release.zipped()


async def _send(api: Api, step: Step, archive: Archive, patience: Patience) -> None:
    """Return when the node has it.

    Raises:
        UmbelError: it refuses, or cannot be reached.
    """
    content = proved(api.node, archive)
    wishes = {"pinned": bool(step.beside), "downgrade": step.is_downgrade}
    query = urlencode({name: 1 for name, is_wanted in wishes.items() if is_wanted})
    path = f"apps/{quote(archive.name)}" + (f"?{query}" if query else "")
    within = patience.thinking + len(content) / _SLOWEST
    began = time.monotonic()
    while True:
        try:
            await api.send("PUT", path, content, within=within)
        except NodeError as error:
            if error.code != _BUSY or time.monotonic() - began > patience.busy:
                raise
        except LinkError:
            # The same once more does no harm, even if only its answer was lost.
            if time.monotonic() - began > patience.reaching:
                raise
        else:
            return
        await asyncio.sleep(patience.pause)
