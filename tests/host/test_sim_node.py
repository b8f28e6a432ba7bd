"""The life of a simulated node, with programs for boards that do one thing each."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from patience import PATIENCE

from umbel.errors import SimulationError
from umbel.model import Address, Node
from umbel.sim import lifecycle
from umbel.sim.console import Console
from umbel.sim.folder import BoardFolder
from umbel.sim.happening import Happening, What
from umbel.sim.lifecycle import Cause
from umbel.sim.process import BoardProcess
from umbel.sim.simulated_node import SimulatedNode

# Runs at the same time must not share addresses.
HOST = f"127.{100 + os.getpid() % 100}.6.1"
ANSWERING = f"""
import json, socket, sys, threading
told = {{"tepal": "1", "name": "loft", "id": "micr1OS", "auth": True, "shell": 9008, "web": 80}}
def introduce():
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(("{HOST}", 9008))
    while True:
        _, asker = sock.recvfrom(64)
        sock.sendto(json.dumps(told).encode(), asker)
threading.Thread(target=introduce, daemon=True).start()
print("hello from the board", flush=True)
print("\\x1enonsense", flush=True)
for line in sys.stdin:
    request = json.loads(line)
    answer = {{"error": "no"}} if request["do"] == "refuse" else {{"ok": request}}
    print("\\x1e" + json.dumps(answer), flush=True)
"""


class Watched:
    """A node that runs, and what happened to it."""

    def __init__(self, node: SimulatedNode) -> None:
        self.node = node
        self.happened: list[Happening] = []

    @property
    def what(self) -> list[What]:
        return [one.what for one in self.happened]

    async def wait_until(self, is_true: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not is_true():  # noqa: ASYNC110 - not all that happens is told
                await asyncio.sleep(0.01)


@asynccontextmanager
async def running(folder: Path, *command: str) -> AsyncGenerator[Watched]:
    async def switch_on(cause: Cause, console: Console) -> BoardProcess:
        return await BoardProcess.start(command, {}, console)

    node = Node(name="attic", address=Address(HOST, 9008))
    watched = Watched(SimulatedNode("attic", node, BoardFolder(folder), switch_on))
    slots = asyncio.Semaphore(1)
    task = asyncio.create_task(watched.node.run(slots, watched.happened.append))
    try:
        yield watched
    finally:
        task.cancel()
        await asyncio.wait([task])


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lifecycle, "_FIRST_PAUSE", 0)


async def test_a_node_that_introduces_itself_is_up(tmp_path: Path):
    async with running(tmp_path, sys.executable, "-c", ANSWERING) as watched:
        await watched.wait_until(watched.node.is_up.is_set)

    assert watched.what == [What.UP]
    assert (watched.node.node.name, watched.node.node.web_port) == ("loft", 80)
    assert (tmp_path / "console.log").read_text() == "hello from the board\n\x1enonsense\n"


async def test_a_board_answers_or_refuses(tmp_path: Path):
    async with running(tmp_path, sys.executable, "-c", ANSWERING) as watched:
        await watched.wait_until(watched.node.is_up.is_set)

        assert await watched.node.ask({"do": "read"}) == {"do": "read"}
        with pytest.raises(SimulationError, match=r"^no$"):
            await watched.node.ask({"do": "refuse"})
        together = [watched.node.ask({"do": "read", "n": number}) for number in range(20)]
        answers = await asyncio.gather(*together)

    assert [json.dumps(answer) for answer in answers] == [
        json.dumps({"do": "read", "n": number}) for number in range(20)
    ]


async def test_a_board_without_power_is_off_until_it_has_some(tmp_path: Path):
    async with running(tmp_path, sys.executable, "-c", ANSWERING) as watched:
        await watched.wait_until(watched.node.is_up.is_set)

        watched.node.cut_power()
        await watched.wait_until(lambda: watched.node.pid is None)
        with pytest.raises(SimulationError, match="attic is off"):
            await watched.node.ask({"do": "read"})
        watched.node.restore_power()
        await watched.wait_until(watched.node.is_up.is_set)

    assert watched.what == [What.UP, What.UP]


async def test_a_board_that_always_crashes_is_given_up_with_its_last_words(tmp_path: Path):
    async with running(tmp_path, "sh", "-c", "echo ouch; exit 7") as watched:
        await watched.wait_until(watched.node.is_settled.is_set)

        assert set(watched.what[:-1]) == {What.CRASHED}
        assert watched.what[-1] == What.GIVEN_UP
        assert watched.happened[-1].console.endswith("ouch")
        assert watched.node.pid is None

        watched.node.restore_power()
        await watched.wait_until(lambda: watched.what.count(What.GIVEN_UP) == 2)


@pytest.mark.parametrize("code", ["41", "42"])
async def test_a_board_that_resets_is_not_a_crash(code: str, tmp_path: Path):
    async with running(tmp_path, "sh", "-c", f"exit {code}") as watched:
        await watched.wait_until(lambda: len(watched.what) > 10)

    assert set(watched.what) == {What.RESET}


async def test_a_board_that_cannot_start_is_given_up(tmp_path: Path):
    async with running(tmp_path, "/nowhere/micropython") as watched:
        await watched.wait_until(watched.node.is_settled.is_set)

    assert watched.what[-1] == What.GIVEN_UP
    assert "does not start: No such file" in watched.happened[-1].console


async def test_a_board_that_answers_nobody_is_reported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("umbel.sim.simulated_node._BOOT_TIMEOUT", 0.05)
    async with running(tmp_path, "sleep", "60") as watched:
        await watched.wait_until(watched.node.is_settled.is_set)

    assert watched.what == [What.SILENT]


@pytest.mark.parametrize(
    ("begin", "happened"),
    [('print("\\x1e" + \'{"event": "watchdog"}\', flush=True)', What.HUNG), ("", None)],
    ids=["with a watchdog", "without"],
)
async def test_a_board_that_hangs_is_reset_if_it_wants_that(
    begin: str, happened: What | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("umbel.sim.simulated_node._BOOT_TIMEOUT", 0.05)
    monkeypatch.setattr("umbel.sim.simulated_node._WATCHDOG_PAUSE", 0.05)
    monkeypatch.setattr("umbel.sim.simulated_node._WATCHDOG_PATIENCE", 0.05)
    script = f"{begin}\nimport time\ntime.sleep(60)"
    async with running(tmp_path, sys.executable, "-c", script) as watched:
        await watched.wait_until(watched.node.is_settled.is_set)
        if happened:
            await watched.wait_until(lambda: happened in watched.what)
        else:
            await asyncio.sleep(0.3)

    assert (What.HUNG in watched.what) == (happened is What.HUNG)


async def test_a_board_that_hangs_before_it_has_answered_is_reset_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("umbel.sim.simulated_node._WATCHDOG_PAUSE", 0.05)
    monkeypatch.setattr("umbel.sim.simulated_node._WATCHDOG_PATIENCE", 0.05)
    script = 'print("\\x1e" + \'{"event": "watchdog"}\', flush=True)\nimport time\ntime.sleep(60)'
    async with running(tmp_path, sys.executable, "-c", script) as watched:
        await watched.wait_until(lambda: watched.what.count(What.HUNG) > 1)

    assert set(watched.what) == {What.HUNG}


async def test_a_board_that_lives_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("umbel.sim.simulated_node._WATCHDOG_PAUSE", 0.02)
    alive = 'print("\\x1e" + \'{"event": "watchdog"}\', flush=True)\n' + ANSWERING
    async with running(tmp_path, sys.executable, "-c", alive) as watched:
        await watched.wait_until(watched.node.is_up.is_set)
        await asyncio.sleep(0.3)

    assert watched.what == [What.UP]


async def test_a_line_that_does_not_end_holds_nobody_up(tmp_path: Path):
    script = "import sys; sys.stdout.write('x' * 3_000_000); print(); print('after'); sys.exit(42)"
    async with running(tmp_path, sys.executable, "-c", script) as watched:
        await watched.wait_until(lambda: What.RESET in watched.what)

    assert "after" in (tmp_path / "console.log").read_text()
