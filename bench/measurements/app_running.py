"""What apps that run hold of the heap, on 32 bit: the first with all that looks after it, and one more."""

from __future__ import annotations

import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench import clients, node
from bench.figure import Figure
from bench.processes import connect
from umbel.apps import Source, pack, template
from umbel.release import slot

_HEAP = "128k"
_SETTLED = 0.5  # seconds
_MORE = 2


def measure() -> Iterator[Figure]:
    with node.running_node(bits=32, hardware=node.BARE, heap=_HEAP, files=_apps()) as one:
        node.wait_until_up(one)
        with connect(one.shell_port) as shell:
            clients.read_until(shell, node.PROMPT)
            clients.exchange(shell, b"app list\n", b"app2\n" + node.PROMPT)()
            clients.exchange(shell, b"app log app2\n", b"no lines\n" + node.PROMPT)()
            before = node.settled(one, _SETTLED).heap
            _start(shell, 0)
            first = node.settled(one, _SETTLED).heap
            for number in range(_MORE):
                _start(shell, number + 1)
            all_of_them = node.settled(one, _SETTLED).heap
    yield Figure(
        key="first_app",
        what="heap of a running app as umbel app new writes it, and of what looks after it",
        value=first - before,
        unit="B",
    )
    yield Figure(
        key="app_running",
        what="heap of one more running app",
        value=(all_of_them - first) / _MORE,
        unit="B",
    )


def _start(shell: socket.socket, number: int) -> None:
    started = f"Started app{number}\n".encode() + node.PROMPT
    clients.exchange(shell, f"app start app{number}\n".encode(), started)()


def _apps() -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    with tempfile.TemporaryDirectory() as folder:
        for number in range(_MORE + 1):
            source = Path(folder) / f"app{number}"
            template.write(source, f"app{number}", "MIT")
            for name, content in slot.laid_out(pack(Source.at(source))).items():
                files[f"apps/app{number}/{name}"] = content
    return files
