"""Bytes of compiled code: what stays in memory after a boot, and all there is."""

from __future__ import annotations

from collections.abc import Iterator

from bench import node
from bench.figure import Figure
from umbel.build import stage

_START = "start.mpy"


def measure() -> Iterator[Figure]:
    sizes = {name: len(content) for name, content in stage.release_files().items()}
    with node.running_node(bits=32, hardware=node.BARE) as one:
        node.wait_until_up(one)
        resident = [sizes[name] for name in (_START, *node.gauge(one).resident)]
    everything = [size for name, size in sizes.items() if name.endswith(".mpy")]
    system = [size for name, size in sizes.items() if name.startswith("tepal/")]
    yield Figure(
        key="resident",
        what=f"compiled code in memory after boot, {len(resident)} of {len(everything)} files",
        value=sum(resident),
        unit="B",
    )
    yield Figure(what="compiled code of the system", value=sum(system), unit="B")
    yield Figure(
        key="everything",
        what="compiled code in all, with every module and driver",
        value=sum(everything),
        unit="B",
    )
