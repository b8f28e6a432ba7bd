"""Heap of a node on 32 bit that is connected to a Mosquitto, after a command over MQTT.

As ``heap`` measures it, but nobody has used another door. The client and the door are in it.
"""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bench import node
from bench.figure import Figure
from bench.processes import connect, free_port, needed, running
from umbel.errors import UmbelError

_HEAP = "128k"
_COMMAND = f"{node.NAME}/system/heartbeat"
_PATIENCE = 20.0  # seconds


def measure() -> Iterator[Figure]:
    with (
        _broker() as port,
        node.running_node(
            bits=32, hardware=node.BARE, heap=_HEAP, config={"mqtt": f"127.0.0.1:{port}"}
        ) as one,
    ):
        node.wait_until_up(one)
        _wait_for(port, f"{node.NAME}/status")
        booted = node.settled(one)
        _run_command(port)
        used = node.settled(one)
    yield Figure(what="heap, 32 bit, connected to a broker", value=booted.heap, unit="B")
    yield Figure(
        key="heap_with_mqtt",
        what="heap, 32 bit, connected to a broker, after a command over MQTT",
        value=used.heap,
        unit="B",
    )


@contextmanager
def _broker() -> Generator[int]:
    """The port of a broker that ends with the block."""
    program = needed("mosquitto")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        port = free_port()
        file = folder / "mosquitto.conf"
        file.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\nuser root\n")
        log = folder / "log"
        process = stack.enter_context(running([program, "-c", file], folder=folder, log=log))
        connect(port, process).close()
        yield port


def _run_command(port: int) -> None:
    """Let the node run a command, and wait for the answer."""
    listening = _client("mosquitto_sub", port, "-t", f"{_COMMAND}/response", "-C", "1")
    deadline = time.monotonic() + _PATIENCE
    while listening.poll() is None:  # until it listens, an answer passes it by
        _client("mosquitto_pub", port, "-t", _COMMAND, "-n").wait()
        time.sleep(0.2)
        if time.monotonic() > deadline:
            listening.kill()
            listening.wait()
            raise UmbelError("the node does not answer over MQTT")


def _wait_for(port: int, topic: str) -> None:
    client = _client("mosquitto_sub", port, "-t", topic, "-C", "1", "-W", str(int(_PATIENCE)))
    if client.wait() != 0:
        raise UmbelError("the node does not connect to the broker")


def _client(program: str, port: int, *options: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([program, "-p", str(port), *options], stdout=subprocess.DEVNULL)
