"""A hundred simulated nodes: how soon they answer, and how much memory each takes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from subprocess import Popen

from bench.figure import Figure
from bench.processes import needed, running
from umbel.errors import UmbelError

_NODES = 100
_FIRST = "127.77.0.1"  # apart from the simulations of whoever works here
_UMBEL = Path(sys.executable).with_name("umbel")
_PATIENCE = 60.0  # seconds
_STATUS_PATIENCE = 30.0  # seconds


def measure() -> Iterator[Figure]:
    needed("micropython-64")
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "UMBEL_STATE": folder}
        command = [_UMBEL, "sim", "--nodes", str(_NODES), "--first", _FIRST, "--runtime"]
        log = Path(folder, "sim.log")
        begin = time.perf_counter()
        with running([*command, "micropython"], environment=environment, log=log) as simulation:
            _wait_until_all_answer(simulation, environment, log)
            took = time.perf_counter() - begin
            memory = [_memory(pid) for pid in _nodes_of(simulation.pid)]
            begin = time.perf_counter()
            simulation.terminate()
            simulation.wait(_PATIENCE)
            ended = time.perf_counter() - begin
    if len(memory) != _NODES:
        raise UmbelError(f"{len(memory)} processes of nodes, {_NODES} were expected")
    yield Figure(
        key="fleet_answers",
        what=f"{_NODES} nodes: from nothing until all answer umbel status",
        value=took,
        unit="s",
    )
    yield Figure(
        key="fleet_ends",
        what=f"{_NODES} nodes: from Ctrl-C until all are gone",
        value=ended,
        unit="s",
    )
    for index, name in enumerate(("RSS", "PSS")):
        yield Figure(
            key=f"fleet_{name.lower()}",
            what=f"{_NODES} nodes: {name} of the largest",
            value=max(one[index] for one in memory),
            unit="MB",
        )


def _wait_until_all_answer(
    simulation: Popen[bytes], environment: dict[str, str], log: Path
) -> None:
    deadline = time.monotonic() + _PATIENCE
    while _answering(environment) < _NODES:
        if time.monotonic() > deadline or simulation.poll() is not None:
            raise UmbelError(f"the nodes do not answer\n{log.read_text()[-2000:]}")


def _answering(environment: dict[str, str]) -> int:
    """How many nodes are up in ``umbel status``."""
    done = subprocess.run(
        [_UMBEL, "status", "--json"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=_STATUS_PATIENCE,
        check=False,
    )
    try:
        return sum(node["state"] == "up" for node in json.loads(done.stdout))
    except ValueError:
        return 0  # it is not there yet


def _nodes_of(simulation: int) -> list[int]:
    """The processes of the nodes: those that the simulation has started."""
    pids: list[int] = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has just ended
        if int(fields[1]) == simulation:
            pids.append(int(path.parent.name))
    return pids


def _memory(pid: int) -> tuple[float, float]:
    """Resident memory of a process and its share of it where it is shared, in MB."""
    fields = dict(
        line.split(":", 1)
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    )
    rss, pss = (int(fields[name].split()[0]) / 1024 for name in ("Rss", "Pss"))
    return rss, pss
