"""REST on an emulated Pico W, beside servers written by hand that run on the same board."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

from bench import baseline, clients, pico
from bench.compare import alternate
from bench.figure import Figure

_PORTS = {"keepalive": 81, "handwritten": 82}
_PAIRS = 8
_MOMENT = 0.5  # seconds
_REQUESTS = 100  # for a look at the board's own clock

# A module of the node, so that both servers have the same event loop and the same heap.
_STARTER = f"""
import handwritten
import keepalive


def start():
    node.tasks.start("keepalive", keepalive.serve({_PORTS["keepalive"]}))
    node.tasks.start("handwritten", handwritten.serve({_PORTS["handwritten"]}))
"""


def measure() -> Iterator[Figure]:
    files = {"modules/LM_baseline.py": _STARTER.encode()}
    for name in _PORTS:
        files[f"modules/{name}.mpy"] = (baseline.compiled() / f"{name}.mpy").read_bytes()
    with ExitStack() as stack:
        board = stack.enter_context(pico.booted(files))

        def connected(port: int) -> Callable[[], bytes]:
            connection = stack.enter_context(board.connect(port))
            return clients.exchange(connection, clients.get(), b"}")

        rest = connected(80)
        alone = alternate(rest, pairs=_PAIRS, moment=_MOMENT)
        took = _busy_seconds(board, rest)
        yield Figure(
            key="board_rest",
            what="Pico W: REST, in the quietest half second",
            value=alone.best(0),
            unit="/s",
        )
        yield Figure(what="Pico W: REST, median", value=alone.rate(0), unit="/s")
        yield Figure(
            key="board_rest_cpu",
            what="Pico W: REST, CPU of the board for a request",
            value=took * 1000,
            unit="ms",
        )

        with board.connect(80) as starting:
            clients.exchange(starting, clients.get("/rest/baseline/start"), b"}")()
        board.console.wait_for(f"listening {_PORTS['handwritten']}")
        handwritten, keepalive = connected(_PORTS["handwritten"]), connected(_PORTS["keepalive"])
        compared = alternate(rest, handwritten, keepalive, pairs=_PAIRS, moment=_MOMENT)
    what = ("REST", "by hand, line by line", "by hand, nothing parsed")
    for index, name in enumerate(what):
        yield Figure(
            what=f"Pico W, all three in one program: {name}", value=compared.rate(index), unit="/s"
        )
    yield Figure(
        key="board_rest_to_handwritten",
        what="Pico W: REST to by hand",
        value=compared.ratio(to=1),
        unit="x",
    )
    yield Figure(
        key="board_rest_to_leanest",
        what="Pico W: REST to by hand, nothing parsed",
        value=compared.ratio(to=2),
        unit="x",
    )


def _busy_seconds(board: Any, ask: Callable[[], bytes]) -> float:
    """Seconds of the board's CPU for one request, whatever else the host does."""
    start = board.busy_seconds()
    for _ in range(_REQUESTS):
        ask()
    return (board.busy_seconds() - start) / _REQUESTS
