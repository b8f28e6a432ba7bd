"""What tests of updates share: releases to bring, a promoter, and what a node says of it."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from patience import PATIENCE

from umbel.release import Release, Wishes
from umbel.release import build as build_release

from .mosquitto import free_port


def newer(own: Mapping[str, bytes], number: int, more: Mapping[str, bytes] = {}) -> Release:
    """A release after that which nodes run."""
    return build_release({**own, **more}, Wishes(name="tepal", version=f"9.0.{number}"))


def configure(simulation, node: str, **values: object) -> None:
    for key, value in {"update_trial": 1, **values}.items():
        done = simulation.umbel("config", node, "set", key, str(value))
        assert done.returncode == 0, done.stderr


def status(simulation, node: str) -> dict[str, Any]:
    done = simulation.umbel("shell", node, "update", "--json")
    return json.loads(done.stdout) if done.returncode == 0 else {}


def is_confirmed(simulation, node: str, release: Release) -> bool:
    told = status(simulation, node)
    return told.get("release") == release.manifest.digest.hex() and not told.get("trial")


class Promoter:
    """``umbel promote`` as a process, which may end and start again at the same address."""

    def __init__(self, simulation, folder: Path) -> None:
        self.simulation = simulation
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        address = f"127.0.0.1:{self.port}"
        self.process = subprocess.Popen(
            self.simulation.command("promote", "--path", str(self.folder), "--address", address),
            env=self.simulation.env,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        assert address in self.process.stdout.readline()

    def end(self, number: signal.Signals = signal.SIGTERM) -> None:
        if self.process:
            self.process.send_signal(number)
            self.process.communicate(timeout=PATIENCE)
            self.process = None


@contextmanager
def promoting(simulation, folder: Path) -> Generator[str]:
    """Promote a folder while the block runs; the address."""
    promoter = Promoter(simulation, folder)
    try:
        promoter.start()
        yield promoter.url
    finally:
        promoter.end()
