"""Heap of a node on 32 bit, laid out as on a board, after a command through each door.

In 128 KB of heap. The hardware is the least there is and does not count, nor does what MicroPython
has taken before the node is imported; asyncio does. Some twenty of the names are the gauge's.

The figure is that of the middle one of three nodes: MicroPython's queue of tasks may point to one
that has ended, and one boot of some eight keeps 2 KB for that reason until something else ends.
"""

from __future__ import annotations

import base64
import json
import socket
from collections.abc import Iterator

from bench import clients, node
from bench.figure import Figure
from bench.node import Gauged, Node
from bench.processes import connect

_HEAP = "128k"
_AUTH = "Authorization: Basic " + base64.b64encode(f"admin:{node.PASSWORD}".encode()).decode()
_COMMAND = json.dumps({"cmd": "system heartbeat"})


def measure() -> Iterator[Figure]:
    for auth in (False, True):
        booted, used = sorted((_node(auth=auth) for _ in range(3)), key=lambda two: two[1].heap)[1]
        kind = "with logins" if auth else "open"
        yield Figure(what=f"heap, 32 bit, {kind}, after boot", value=booted.heap, unit="B")
        yield Figure(
            key="heap_with_logins" if auth else "heap",
            what=f"heap, 32 bit, {kind}, after a command through each door",
            value=used.heap,
            unit="B",
        )
        yield Figure(
            what=f"names that MicroPython keeps, {kind}; the table for more than 620 takes 4.5 KB",
            value=used.names,
            unit="",
        )


def _node(*, auth: bool) -> tuple[Gauged, Gauged]:
    """What a node has in memory after its boot, and after the commands."""
    with node.running_node(bits=32, hardware=node.BARE, heap=_HEAP, auth=auth) as one:
        node.wait_until_up(one)
        booted = node.settled(one)
        _use_every_door(one, auth=auth)
        return booted, node.settled(one)


def _use_every_door(one: Node, *, auth: bool) -> None:
    with connect(one.shell_port) as shell:
        clients.read_until(shell, node.PROMPT)
        if auth:
            clients.exchange(shell, f"{node.PASSWORD}\n".encode(), b"AuthOk\n" + node.PROMPT)()
        clients.exchange(shell, b"system heartbeat\n", b"heartbeat\n" + node.PROMPT)()
    with connect(one.shell_port) as framed:
        if auth:
            _ask(framed, {"login": node.PASSWORD})
        _ask(framed, {"cmd": "system heartbeat"})
    more = f"{_AUTH}\r\n" if auth else ""
    for request in (
        f"GET {clients.HEARTBEAT} HTTP/1.1\r\nHost: node\r\n{more}\r\n",
        f"POST /api/v1/commands HTTP/1.1\r\nHost: node\r\n{more}"
        f"Content-Length: {len(_COMMAND)}\r\n\r\n{_COMMAND}",
    ):
        with connect(one.web_port) as web:
            answer = clients.exchange(web, request.encode(), b"}")()
            assert b"<3 heartbeat" in answer, answer


def _ask(framed: socket.socket, request: dict[str, object]) -> None:
    answer = clients.exchange(framed, json.dumps(request).encode() + b"\n", b"}\n")()
    assert b'"ok"' in answer, answer
