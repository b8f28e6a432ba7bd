"""What a node does by itself: its heap with all of it on, and how promptly it acts."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import cast

from bench import clients, node
from bench.figure import Figure
from bench.node import Node
from bench.processes import connect

_HEAP = "128k"
_EVERYTHING: dict[str, object] = {
    "cron": True,
    "crontasks": "*:8:0:0!version",
    "irq1": True,
    "irq1_cbf": "version",
    "timirq": True,
    "timirqcbf": "version",
    "timirqseq": 60000,
    "ntp": "127.0.0.1:9",  # nobody answers, so it lasts for two seconds
}
_PROMPT: dict[str, object] = {
    "cron": True,
    "crontasks": "*:*:*:*!mark second",
    "irq1": True,
    "irq1_cbf": "mark edge",
    "irq_prell_ms": 10,
}
_MODULE = Path(__file__).parents[1] / "board" / "LM_mark.py"
_SETTLED = 5.0  # seconds
_WATCHED = 12.0  # seconds


def measure() -> Iterator[Figure]:
    with node.running_node(bits=32, hardware=node.BUTTON, heap=_HEAP, config=_EVERYTHING) as one:
        node.wait_until_up(one)
        gauged = node.settled(one, pause=_SETTLED)  # in one of the looks NTP is not asking
    yield Figure(
        key="heap_by_itself",
        what="heap, 32 bit, after boot with schedule, a pin, the timer and NTP",
        value=gauged.heap,
        unit="B",
    )
    with node.running_node(config=_PROMPT, module=_MODULE) as one:
        node.wait_until_up(one)
        presses = _ask(one, "mark press 50")
        time.sleep(_WATCHED)
        seconds = _ask(one, "mark seconds")[1:]  # the second of the boot had begun already
    yield Figure(
        key="press_to_command",
        what="a press of a button to the start of its command, median",
        value=median(presses) / 1000,
        unit="ms",
    )
    yield Figure(
        key="schedule_jitter",
        what=f"the farthest from its second that {len(seconds)} commands of the schedule began",
        value=max(abs(one) for one in seconds),
        unit="ms",
    )


def _ask(one: Node, command: str) -> list[float]:
    with connect(one.shell_port) as shell:
        clients.read_until(shell, node.PROMPT)
        answer = clients.exchange(shell, f"{command} >json\n".encode(), b"]\n" + node.PROMPT)()
    return cast("list[float]", json.loads(answer[: -len(node.PROMPT)]))
