"""Devices and sensors: what they hold of the heap, and how soon a sensor reaches its target."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import cast

from bench import clients, node
from bench.figure import Figure
from bench.processes import connect

_HEAP = "128k"
_FEW, _MANY = 2, 32  # instances
_RULES = 200  # of all schedules together
_SETTLED = 12.0  # seconds; a heap is looked at when nobody is asked for the time
_CONFIG: dict[str, object] = {"ntp": "n/a", "utc": 0}
_COMMANDS = (
    (b"sensor1 condition_met", b"False"),
    (b"device1 status", b"02:40"),
    (b"device3 set_rule 77", b"77"),
    (b"device3 add_schedule_rule 23:55 33", b"23:55"),
    (b"device2 get_schedule_rules", b"02:41"),
)
_MODULE = Path(__file__).parents[1] / "board" / "LM_mark.py"


def measure() -> Iterator[Figure]:
    few, many, planned = _heap(_FEW, 0), _heap(_MANY, 0), _heap(_MANY, _RULES)
    yield Figure(
        key="heap_with_devices",
        what=f"heap, 32 bit, after boot with {_FEW} devices and sensors",
        value=few,
        unit="B",
    )
    yield Figure(
        key="instance",
        what="heap of one more device or sensor, with its driver and without a schedule",
        value=(many - few) / (_MANY - _FEW),
        unit="B",
    )
    yield Figure(
        key="heap_with_many_devices",
        what=f"heap, 32 bit, of 128 KB, with {_MANY} of them and {_RULES} rules by time",
        value=planned,
        unit="B",
    )
    with node.running_node(devices=_house(2, 0), module=_MODULE) as one:
        node.wait_until_up(one)
        time.sleep(_SETTLED / 4)
        with connect(one.shell_port) as shell:
            clients.read_until(shell, node.PROMPT)
            answer = clients.exchange(shell, b"mark house 50 >json\n", b"]\n" + node.PROMPT)()
    edges = cast("list[float]", json.loads(answer[: -len(node.PROMPT)]))
    yield Figure(
        key="edge_to_target",
        what="an edge at a sensor to the pin of its target, median",
        value=median(edges) / 1000,
        unit="ms",
    )


def _heap(instances: int, rules: int) -> float:
    with node.running_node(
        bits=32,
        hardware=node.HOUSE,
        heap=_HEAP,
        config=_CONFIG,
        devices=_house(instances, rules),
    ) as one:
        node.wait_until_up(one)
        heap = node.settled(one, _SETTLED / 3).heap
        with connect(one.shell_port) as shell:
            clients.read_until(shell, node.PROMPT)
            for command, wanted in _COMMANDS[: None if rules else 1]:
                answer = clients.exchange(shell, command + b"\n", node.PROMPT)()
                assert wanted in answer, answer + one.console().encode()
    return heap


def _house(instances: int, rules: int) -> dict[str, object]:
    """As many lamps as motion sensors, and rules by time for the lamps, spread evenly."""
    pairs = instances // 2
    found: dict[str, object] = {}
    for number in range(1, pairs + 1):
        mine = range(number - 1, rules, pairs)
        found[f"device{number}"] = {
            "_type": "pwm",
            "nickname": f"Lamp {number}",
            "pin": 2 * number,
            "default_rule": 500,
            "schedule": {f"{rule // 60:02}:{rule % 60:02}": rule for rule in mine},
        }
        found[f"sensor{number}"] = {
            "_type": "pir",
            "nickname": f"Motion {number}",
            "pin": 2 * number + 1,
            "default_rule": 0,
            "schedule": {},
            "targets": [f"device{number}"],
        }
    return found
