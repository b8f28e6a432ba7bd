"""An app on a node that is brought there again whenever its folder changes, and its log."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import cast

from umbel.apps import Source, beside, check, held, installing, planning
from umbel.apps.check import has_errors
from umbel.apps.index import Index
from umbel.apps.supply import Supply, wanted
from umbel.errors import UmbelError
from umbel.link.api import Api
from umbel.watching import Watch

_LOOK = 1.5  # seconds between two looks at the log; who is silent for 1 makes room for others
_LONG = 120.0  # seconds; the app's own beginning may take its time


class Workshop:
    """One app on one node, brought there again whenever it has changed."""

    def __init__(self, api: Api, folder: Path, index: Index | None) -> None:
        self._api = api  # one connection for all: a node has few
        self._folder = folder
        self._index = index
        self._uid = folder.name
        self._sent: dict[str, bytes] = {}  # what the node has: digests by name
        self._said = ""

    async def work(self) -> None:
        """Bring what is there, and what changes, for ever."""
        watch = Watch()
        try:
            while True:
                watch.changed.clear()
                watch.follow(await asyncio.to_thread(beside.folders, self._folder))
                try:
                    await self._bring()
                except UmbelError as error:
                    self._complain(str(error))
                else:
                    self._said = ""
                await watch.changed.wait()
        finally:
            watch.end()

    async def follow_log(self) -> None:
        """Print what the app writes, and what becomes of it, for ever."""
        seen: list[str] = []
        state = ""
        while True:
            await asyncio.sleep(_LOOK)
            try:
                own = [one for one in await held.listed(self._api) if one.uid == self._uid]
                if not own:
                    continue
                told = (await self._api.run(f"app log {self._uid}")).value
            except UmbelError:  # it restarts, or is busy; the next look may see it
                continue
            lines = [str(one) for one in cast("list[object]", told or [])]
            for line in news(seen, lines):
                print(f"{self._uid} | {line}", flush=True)
            seen = lines
            if own[0].state != state:
                state = own[0].state
                print(f"{self._uid}: {state}", flush=True)

    async def _bring(self) -> None:
        """Install and start what has changed.

        Raises:
            UmbelError: it is not good enough; what ran before still runs.
        """
        findings = await asyncio.to_thread(lambda: check(Source.at(self._folder)))
        if has_errors(findings):
            errors = [one.sentence for one in findings if one.rule.is_error]
            raise UmbelError("\n".join([*errors, *self._still()]))
        archives = await asyncio.to_thread(beside.packed, self._folder)
        fresh = {one.uid: one.release.manifest.digest for one in archives}
        if fresh == self._sent:
            return
        supply = Supply(archives, self._index)
        here = await held.look(self._api)
        steps = planning.install(here, supply, [wanted(archives[0])], downgrade=True)
        sending = [
            (one, archive)
            for one in steps
            for archive in [supply.archive(one.offer, here.platform)]
            if self._sent.get(archive.uid) != archive.release.manifest.digest
        ]
        for step, _ in sending:
            print(step, flush=True)
        try:
            async for _ in installing.bring(self._api, sending, say=lambda _: None):
                pass
        except UmbelError as error:
            raise UmbelError("\n".join([str(error), *self._still()])) from error
        self._sent = fresh
        now = [one.state for one in await held.listed(self._api) if one.uid == self._uid]
        if now != ["running"]:
            await self._api.run(f"app start {self._uid}", within=_LONG)

    def _still(self) -> list[str]:
        return [f"{self._uid} goes on as it was"] if self._sent else []

    def _complain(self, text: str) -> None:
        """Say what is wrong, once."""
        if text != self._said:
            self._said = text
            print(text if text.startswith("error") else f"error: {text}", file=sys.stderr)
            sys.stderr.flush()


def news(before: Sequence[str], now: Sequence[str]) -> Sequence[str]:
    """The lines of ``now`` that come after those of ``before``; old ones may be gone."""
    for count in range(min(len(before), len(now)), 0, -1):
        if before[-count:] == now[:count]:
            return now[count:]
    return now
