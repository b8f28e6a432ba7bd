"""Updates over the air: one node from the request to its confirmation, and a hundred at once."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench.figure import Figure
from bench.processes import LOOPBACK, free_port, needed, running
from umbel.build import sources, stage
from umbel.errors import LinkError, NodeError, UmbelError
from umbel.link.api import Api
from umbel.model import Node
from umbel.ota import push
from umbel.registry import simulations
from umbel.release import Release, Wishes
from umbel.release import build as build_release

_NODES = 100
_FIRST = "127.78.0.1"  # apart from the simulations of whoever works here
_UMBEL = Path(sys.executable).with_name("umbel")
_PATIENCE = 120.0  # seconds
_AT_ONCE = 16
_LOOK = 1.0  # seconds
_FILES = 45
_SIZE = 2048  # bytes of each: 90 KB in all
_TRIAL = 1  # seconds of good health that are enough


def measure() -> Iterator[Figure]:
    needed("micropython-64")
    own = stage.release_files(web=sources.web_dir(), cache=sources.cache_dir())
    with _simulated(1) as (_, nodes):
        asyncio.run(_configure(nodes, {"update_trial": _TRIAL}))
        begin = time.perf_counter()
        outcome = asyncio.run(push.push(nodes[0], _newer(own), say=lambda what, done: None))
        took = time.perf_counter() - begin
    if outcome.result != push.CONFIRMED:
        raise UmbelError(f"the update ended otherwise: {outcome}")
    yield Figure(
        key="update_push",
        what="90 KB to a node by umbel update, from the request until confirmed",
        value=took,
        unit="s",
    )
    yield Figure(
        key="update_fleet",
        what=f"{_NODES} nodes at one promoter, from a change until all have confirmed it",
        value=_fleet(own),
        unit="s",
    )


def _fleet(own: dict[str, bytes]) -> float:
    with tempfile.TemporaryDirectory() as place, _simulated(_NODES) as (environment, nodes):
        folder = Path(place, "release")
        build_release(own, Wishes(name="tepal", version=version("umbel"))).save(folder)
        address = f"{LOOPBACK}:{free_port()}"
        command = [_UMBEL, "promote", "--path", folder, "--address", address]
        with running(command, environment=environment):
            wanted = {"update_trial": _TRIAL, "update_auto": True}
            asyncio.run(_configure(nodes, {**wanted, "update_url": f"http://{address}"}))
            asyncio.run(_restart(nodes))
            release = _newer(own)
            begin = time.perf_counter()
            release.save(folder)
            asyncio.run(_all_confirmed(nodes, release.manifest.digest.hex()))
            return time.perf_counter() - begin


def _newer(own: dict[str, bytes]) -> Release:
    """A release with 90 KB that no node has."""
    more = {f"web/{number}.bin.gz": os.urandom(_SIZE) for number in range(_FILES)}
    return build_release({**own, **more}, Wishes(name="tepal", version="9.0.0"))


@contextmanager
def _simulated(count: int) -> Generator[tuple[dict[str, str], tuple[Node, ...]]]:
    """So many nodes that run, and the environment in which commands know them."""
    with tempfile.TemporaryDirectory() as state:
        environment = {**os.environ, "UMBEL_STATE": state}
        command = [_UMBEL, "sim", "--nodes", str(count), "--first", _FIRST]
        log = Path(state, "sim.log")
        with running(
            [*command, "--runtime", "micropython"], environment=environment, log=log
        ) as simulation:
            deadline = time.monotonic() + _PATIENCE
            while "Ctrl-C ends" not in log.read_text():
                if time.monotonic() > deadline or simulation.poll() is not None:
                    raise UmbelError(f"the nodes do not start\n{log.read_text()[-2000:]}")
                time.sleep(0.1)
            path = Path(state, "simulations", f"{simulation.pid}.json")
            yield environment, simulations.read(path).nodes


async def _configure(nodes: Sequence[Node], values: dict[str, object]) -> None:
    await _each(nodes, lambda api: api.configure(values))


async def _restart(nodes: Sequence[Node]) -> None:
    """Restart all, and return when all have looked at their promoter."""
    await _each(nodes, lambda api: api.run("reboot"))
    await asyncio.sleep(_LOOK)
    await _until(nodes, lambda told: bool(told.get("promoter", {}).get("version")))


async def _all_confirmed(nodes: Sequence[Node], release: str) -> None:
    await _until(nodes, lambda told: told["release"] == release and not told["trial"])


async def _each(nodes: Sequence[Node], do: Callable[[Api], Awaitable[object]]) -> None:
    places = asyncio.Semaphore(_AT_ONCE)

    async def one(node: Node) -> None:
        async with places, Api(node) as api:
            await do(api)

    await asyncio.gather(*(one(node) for node in nodes))


async def _until(nodes: Sequence[Node], is_so: Callable[[dict[str, Any]], bool]) -> None:
    """Ask each node again and again, but not too often: they have something else to do."""
    deadline = time.monotonic() + _PATIENCE
    left = list(nodes)
    told: dict[str, Any] = {}

    async def look(node: Node) -> None:
        nonlocal told
        with suppress(LinkError, NodeError):  # it restarts
            async with Api(node) as api:
                told = await api.send("GET", "update")
            if is_so(told):
                left.remove(node)

    while left:
        if time.monotonic() > deadline:
            raise UmbelError(f"{len(left)} nodes have not done it; the last one said {told}")
        await asyncio.gather(*(look(node) for node in left[:_AT_ONCE]))
        if left:
            await asyncio.sleep(_LOOK)
