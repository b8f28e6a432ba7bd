"""Bytes of compiled code: what stays in memory after a boot, and all there is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from bench import node
from bench.figure import Figure


def measure() -> Iterator[Figure]:
    with node.running_node(bits=32, hardware=node.BARE) as one:
        node.wait_until_up(one)
        resident = _sizes(node.gauge(one).resident)
        everything = _sizes(one.code.rglob("*.mpy"))
        system = _sizes((one.code / "tepal").rglob("*.mpy"))
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


def _sizes(files: Iterable[Path]) -> list[int]:
    return [file.stat().st_size for file in files]
