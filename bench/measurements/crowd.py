"""How long a caller waits for an answer at most, while others treat the shell of the node badly."""

from __future__ import annotations

import selectors
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress

from bench import clients, node
from bench.figure import Figure
from bench.processes import LOOPBACK, connect

_LINE = b"system heartbeat\n"
_CONNECTIONS = 1000
_MEGABYTE = 1 << 20
_LASTS = 1.5  # seconds that a crowd stays
_STOPS = 0.5  # seconds that somebody is silent


def measure() -> Iterator[Figure]:
    with node.running_node() as one, connect(one.shell_port, one.process) as caller:
        clients.read_until(caller, node.PROMPT)
        ask = clients.exchange(caller, _LINE, node.PROMPT)
        ask()  # what loads at its first use does so now
        waits = [_longest_wait(ask, trouble, one.shell_port) for trouble in _TROUBLES]
    yield Figure(
        key="longest_wait",
        what="the longest wait of a caller while others misbehave",
        value=max(waits) * 1000,
        unit="ms",
    )


def _longest_wait(ask: Callable[[], object], trouble: Callable[[int], None], port: int) -> float:
    troubling = threading.Thread(target=trouble, args=(port,))
    troubling.start()
    longest = 0.0
    while troubling.is_alive():
        begin = time.perf_counter()
        ask()
        longest = max(longest, time.perf_counter() - begin)
    troubling.join()
    return longest


def _crowd(port: int) -> None:
    """Connections that say nothing."""
    with ExitStack() as sockets, selectors.DefaultSelector() as selector:
        for _ in range(_CONNECTIONS):
            sock = sockets.enter_context(socket.socket())
            sock.setblocking(False)
            sock.connect_ex((LOOPBACK, port))
            selector.register(sock, selectors.EVENT_WRITE)
        deadline = time.monotonic() + _LASTS
        while time.monotonic() < deadline:
            for key, _ in selector.select(0.05):
                selector.unregister(key.fileobj)


def _flood(port: int) -> None:
    """A line without end."""
    with connect(port) as sock, suppress(ConnectionError):
        sock.sendall(b"a" * _MEGABYTE)


def _stop(port: int) -> None:
    """Half a request, and then silence."""
    with connect(port) as sock:
        sock.sendall(b'{"id": 1, "cm')
        time.sleep(_STOPS)


_TROUBLES = (_crowd, _flood, _stop)
