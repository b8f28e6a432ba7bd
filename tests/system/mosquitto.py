"""Mosquitto for tests, what its clients see, and a way to it that can be cut."""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from patience import PATIENCE, wait_until

if TYPE_CHECKING:
    from .updates import Promoter

MARK = "="  # of a message, among what mosquitto_sub tells of itself


class Mosquitto:
    """A broker on a port of its own, and what its clients see."""

    def __init__(self, program: Path, folder: Path, *settings: str) -> None:
        self.program = program
        self.port = free_port()
        self.file = folder / "mosquitto.conf"
        lines = (f"listener {self.port} 127.0.0.1", "user root", "persistence false", *settings)
        self.file.write_text("\n".join(lines) + "\n")
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        quiet = subprocess.DEVNULL
        self.process = subprocess.Popen(
            [self.program, "-c", self.file], stdout=quiet, stderr=quiet, start_new_session=True
        )
        assert wait_until(self.is_up), "mosquitto does not start"

    def is_up(self) -> bool:
        with socket.socket() as sock:
            return sock.connect_ex(("127.0.0.1", self.port)) == 0

    def end(self, number: signal.Signals = signal.SIGKILL) -> None:
        if self.process:
            self.process.send_signal(number)
            self.process.wait(PATIENCE)
            self.process = None

    def publish(self, topic: str, payload: str | bytes, *options: str) -> None:
        data = payload.encode() if isinstance(payload, str) else payload
        command = ["mosquitto_pub", "-p", str(self.port), "-t", topic, *options]
        subprocess.run(
            [*command, "-s" if data else "-n"], input=data, timeout=PATIENCE, check=True
        )


class Watcher:
    """Messages of a broker, as they come: ``<retain> <QoS> <topic> <payload>``.

    Nothing is missed once it is made; a format among ``options`` begins with ``MARK``.
    """

    def __init__(self, broker: Mosquitto, topics: str, *options: str) -> None:
        command = ["stdbuf", "-oL", "mosquitto_sub", "-d", "-p", str(broker.port), "-t", topics]
        self.process = subprocess.Popen(
            [*command, "-q", "1", "-F", f"{MARK}%r %q %t %p", *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert self.process.stdout is not None
        self.output = self.process.stdout.fileno()
        self.lines: list[str] = []
        self.rest = ""
        self.is_subscribed = False
        deadline = time.monotonic() + PATIENCE
        while not self.is_subscribed:
            assert time.monotonic() < deadline, "mosquitto_sub does not subscribe"
            self._take(0.2)

    def wait_for(self, topic: str, payload: str = "") -> str:
        """The next payload at ``topic`` that contains ``payload``."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            for line in self.lines:
                _, _, found, text = line.split(" ", 3)
                if found == topic and payload in text:
                    self.lines.remove(line)
                    return text
            self._take(0.2)
        pytest.fail(f"nothing like {payload!r} at {topic}, but {self.lines}", pytrace=False)

    def topics(self, ending: str) -> set[str]:
        """Topics that end so, of what was not waited for."""
        found = {line.split(" ", 3)[2] for line in self.peek()}
        return {topic for topic in found if topic.endswith(ending)}

    def peek(self) -> list[str]:
        """What has come and was not waited for."""
        while self._take(0):
            pass
        return self.lines

    def _take(self, seconds: float) -> bool:
        """Whether something came, be it what mosquitto_sub tells of itself."""
        if not select.select([self.output], [], [], seconds)[0]:
            return False
        more = os.read(self.output, 65536).decode()
        *lines, self.rest = (self.rest + more).split("\n")
        self.is_subscribed |= any(line.startswith("Subscribed") for line in lines)
        self.lines += [line.removeprefix(MARK) for line in lines if line.startswith(MARK)]
        return bool(more)

    def end(self) -> None:
        self.process.kill()
        self.process.wait(PATIENCE)
        assert self.process.stdout is not None
        self.process.stdout.close()


class Wire:
    """A way to whoever has a ``port`` that can be cut and be slow.

    One to a broker can refuse MQTT 5 as an old broker does.
    """

    def __init__(self, broker: Mosquitto | Promoter, *, is_old: bool = False) -> None:
        self.broker = broker
        self.is_old = is_old
        self.is_cut = False
        self.slow = 0.0  # seconds for each block
        self.ends: list[socket.socket] = []
        self.versions: list[int] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                if self.is_cut:
                    client.close()
                    continue
                self.ends.append(client)
                threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client: socket.socket) -> None:
        with client, suppress(OSError):
            hello = client.recv(4096)
            if b"MQTT" in hello:
                self.versions.append(hello[hello.index(b"MQTT") + 4])
            if self.is_old and self.versions[-1] == 5:
                client.sendall(b" \2\0\1")
                return
            with socket.create_connection(("127.0.0.1", self.broker.port)) as server:
                self.ends.append(server)
                server.sendall(hello)
                threading.Thread(target=self.copy, args=(server, client), daemon=True).start()
                self.copy(client, server)

    def copy(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(4096):
                time.sleep(self.slow)
                target.sendall(data)
        with suppress(OSError):
            target.shutdown(socket.SHUT_RDWR)

    def cut(self) -> None:
        self.is_cut = True
        for end in self.ends:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        self.ends.clear()

    def mend(self) -> None:
        self.is_cut = False

    def end(self) -> None:
        self.cut()
        self.listener.close()


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def attach(simulation, node: str, port: int, **more: str) -> None:
    """Connect a node to a broker."""
    for key, value in {"mqtt": f"127.0.0.1:{port}", **more}.items():
        done = simulation.umbel("config", node, "set", key, typed=f"{value}\n")
        assert done.returncode == 0, done.stderr
    assert simulation.umbel("shell", node, "reboot").returncode == 0
