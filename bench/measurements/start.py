"""From the start of a node's process to its first answer."""

from __future__ import annotations

import time
from collections.abc import Iterator
from statistics import median

from bench import clients, node
from bench.figure import Figure
from bench.processes import connect

_STARTS = 7


def measure() -> Iterator[Figure]:
    took = median(_start() for _ in range(_STARTS))
    yield Figure(key="start", what="start of a node to its first answer", value=took, unit="s")


def _start() -> float:
    begin = time.perf_counter()
    with node.running_node() as one:
        with connect(one.shell_port, one.process) as shell:
            clients.read_until(shell, node.PROMPT)
            clients.exchange(shell, b"system heartbeat\n", node.PROMPT)()
        return time.perf_counter() - begin
