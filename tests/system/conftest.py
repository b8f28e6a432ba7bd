"""Simulated nodes for the tests of this folder: real processes, driven as a user drives them.

``house`` is a simulation of three nodes that all tests share: leave it as you found it.
``simulate`` starts one that belongs to the test alone.
"""

from __future__ import annotations

import io
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple, cast

import pytest
from patience import PATIENCE

from umbel import cli
from umbel.build import sources, stage
from umbel.model import Node
from umbel.registry import simulations
from umbel.sim import client

from .mosquitto import Mosquitto, Watcher

UMBEL = (sys.executable, "-c", "from umbel.cli import main; main()")
COMMAND_TIMEOUT = PATIENCE

# Runs at the same time must not share addresses; a process has an own range.
_RANGES = count(os.getpid() % 200 * 64)


class Done(NamedTuple):
    """What became of a command."""

    returncode: int
    stdout: str
    stderr: str


@dataclass(kw_only=True)
class Simulation:
    """A running ``umbel sim``, or another command that simulates."""

    supervisor: subprocess.Popen[bytes]
    env: Mapping[str, str]
    first: str
    printed: str = ""

    def umbel(self, *arguments: str, typed: str = "", **env: str) -> Done:
        """What a command of ``umbel`` did, run here: that is ten times quicker than a process."""
        printed, complaints = io.StringIO(), io.StringIO()
        with pytest.MonkeyPatch.context() as patch, ExitStack() as streams:
            for name, value in {**self.env, **env}.items():
                patch.setenv(name, value)
            patch.setattr("sys.argv", ["umbel", *arguments])
            patch.setattr("sys.stdin", io.StringIO(typed))
            streams.enter_context(redirect_stdout(printed))
            streams.enter_context(redirect_stderr(complaints))
            end = streams.enter_context(pytest.raises(SystemExit))
            cli.main()
        code = end.value.code or 0
        return Done(int(code), printed.getvalue(), complaints.getvalue())

    def command(self, *arguments: str) -> list[str]:
        """What starts a command of ``umbel``."""
        return [*UMBEL, *arguments]

    def process(self, *arguments: str, typed: str = "", **env: str) -> Done:
        """What a command of ``umbel`` did, as a user runs it."""
        done = subprocess.run(
            self.command(*arguments),
            env={**self.env, **env},
            input=typed,
            capture_output=True,
            text=True,
            timeout=COMMAND_TIMEOUT,
            check=False,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def json(self, *arguments: str) -> Any:
        """What a command printed as JSON; it must have worked."""
        done = self.umbel(*arguments, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def read_until(self, text: str, times: int = 1) -> str:
        """What was printed so far, as soon as it contains ``text`` so many times."""
        assert self.supervisor.stdout is not None
        deadline = time.monotonic() + PATIENCE
        while self.printed.count(text) < times:
            ready, _, _ = select.select([self.supervisor.stdout], [], [], 0.1)
            more = os.read(self.supervisor.stdout.fileno(), 65536).decode() if ready else ""
            self.printed += more
            if (ready and not more) or time.monotonic() > deadline:
                pytest.fail(f"{text!r} was not printed, but: {self.printed}", pytrace=False)
        return self.printed

    def said(self) -> str:
        """What was printed so far; who prints much waits until somebody has read it."""
        assert self.supervisor.stdout is not None
        output = self.supervisor.stdout.fileno()
        while select.select([output], [], [], 0)[0] and (more := os.read(output, 65536)):
            self.printed += more.decode()
        return self.printed

    def known(self) -> simulations.Simulation:
        """What it tells all commands of this user."""
        folder = Path(self.env["UMBEL_STATE"]) / "simulations"
        return simulations.read(folder / f"{self.supervisor.pid}.json")

    def node(self, name: str) -> Node:
        """A node, with the key that opens it."""
        return next(node for node in self.known().nodes if node.name == name)

    def boards(self) -> dict[str, dict[str, Any]]:
        """Which boards are on, and their processes."""
        return cast("dict[str, dict[str, Any]]", client.order(self.known().socket, "boards"))

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """The exit code after a signal."""
        self.supervisor.send_signal(number)
        return self.supervisor.wait(PATIENCE)


Simulate = Callable[..., Simulation]


@pytest.fixture(autouse=True)
def micropython(needs: Callable[[str], Path]) -> Path:
    """These tests are about nodes as they run on a board; without MicroPython they say nothing."""
    return needs("micropython-64")


@pytest.fixture(scope="session")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the commands of these tests remember nodes."""
    return tmp_path_factory.mktemp("state")


@pytest.fixture(scope="session")
def house(state: Path) -> Generator[Simulation]:
    """Three nodes that all tests share: node01, node02, node03."""
    with _running(state, "sim", "--nodes", "3") as simulation:
        yield simulation


@pytest.fixture
def simulate(tmp_path: Path) -> Generator[Simulate]:
    """Start a simulation of the test's own: ``simulate("--nodes", "2")``."""
    with ExitStack() as stack:

        def start(*arguments: str, command: str = "sim", **env: str) -> Simulation:
            state = tmp_path / "state"
            return stack.enter_context(_running(state, command, *arguments, **env))

        yield start


@contextmanager
def _running(state: Path, command: str, *arguments: str, **env: str) -> Generator[Simulation]:
    number = next(_RANGES)
    first = f"127.{10 + number // 256 % 200}.{number % 256}.1"
    inherited = {name: os.environ[name] for name in os.environ if name != "UMBEL_PASSWORD"}
    environment = {**inherited, "UMBEL_STATE": str(state), **env}
    process = subprocess.Popen(
        [*UMBEL, command, "--first", first, *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
    )
    simulation = Simulation(supervisor=process, env=environment, first=first)
    try:
        simulation.read_until("Ctrl-C ends")
        yield simulation
    finally:
        if process.poll() is None:
            simulation.end(signal.SIGTERM)
        assert process.stdout is not None
        process.stdout.close()


@pytest.fixture(scope="session")
def own() -> dict[str, bytes]:
    """The files that simulated nodes run."""
    return stage.release_files(web=sources.web_dir(), cache=sources.cache_dir())


@pytest.fixture
def stack() -> Generator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture
def broker(needs: Callable[[str], Path], tmp_path: Path, stack: ExitStack) -> Mosquitto:
    broker = Mosquitto(needs("mosquitto"), tmp_path, "allow_anonymous true")
    stack.callback(broker.end)
    broker.start()
    return broker


@pytest.fixture
def watch(stack: ExitStack) -> Callable[..., Watcher]:
    """Watch a broker until the test ends."""

    def start(broker: Mosquitto, topics: str = "#", *options: str) -> Watcher:
        watcher = Watcher(broker, topics, *options)
        stack.callback(watcher.end)
        return watcher

    return start
