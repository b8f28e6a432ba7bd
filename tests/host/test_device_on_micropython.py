"""The tests of the node, on the MicroPython that a board would run them on."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue
from typing import cast

import pytest
from patience import PATIENCE

from umbel import runtimes
from umbel.build.compile import compile_tree

ROOT = Path(__file__).parents[2]
DEVICE = ROOT / "device"
BOARD = ROOT / "src" / "umbel" / "sim" / "board"
TESTS = ROOT / "tests" / "device"
RUNNER = ROOT / "tests" / "run_micropython.py"

HEAP_SIZES = {64: 400, 32: 200}  # KB; objects of 64 bit take about twice the room
LARGER = {"test_channel": 100}  # KB more: its broker keeps packages in the heap of the node
COMPILER = 100  # KB; compiling on the spot leaves the heap in pieces
FILES = sorted(TESTS.glob("test_*.py"))
TIMEOUT = 4 * PATIENCE  # for one file; it takes seconds

AT_ONCE = 4  # most of their time they wait for a timer or for each other

Run = tuple[Path, int, str]
Done = subprocess.CompletedProcess[str]


@pytest.fixture(scope="session")
def done(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Generator[Callable[[Run], Done]]:
    """``done(run)``: what became of it. The first who asks starts all runs of this session."""
    wanted = [
        cast("Run", tuple(map(item.callspec.params.get, ("file", "bits", "form"))))
        for item in request.session.items
        if isinstance(item, pytest.Function) and item.originalname == test_node_passes.__name__
    ]
    compiled = tmp_path_factory.mktemp("node")
    compile_tree(DEVICE, compiled)
    environment = dict(os.environ)  # pytest changes it while the runs begin
    ports: SimpleQueue[int] = SimpleQueue()
    for number in range(AT_ONCE):
        ports.put(20000 + 2500 * number)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        runs = {
            run: pool.submit(
                carry_out,
                run,
                code=compiled if run[2] == "mpy" else DEVICE,
                folder=tmp_path_factory.mktemp("flash"),
                ports=ports,
                environment=environment,
            )
            for run in wanted
        }
        yield lambda run: runs[run].result()
        pool.shutdown(cancel_futures=True)


def carry_out(
    run: Run, *, code: Path, folder: Path, ports: SimpleQueue[int], environment: dict[str, str]
) -> Done:
    file, bits, form = run
    heap = HEAP_SIZES[bits] + (COMPILER if form == "py" else 0) + LARGER.get(file.stem, 0)
    micropython = runtimes.named(f"micropython-{bits}").find()
    assert micropython is not None
    first_port = ports.get()  # of those that no other run uses meanwhile
    try:
        return subprocess.run(
            [micropython, "-X", f"heapsize={heap}k", RUNNER, file],
            env={
                **environment,
                "MICROPYPATH": ":".join(map(str, [code, BOARD, TESTS, ".frozen"])),
                "UMBEL_TEST_PORTS": str(first_port),
            },
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=TIMEOUT,
            check=False,
        )
    finally:
        ports.put(first_port)


@pytest.mark.parametrize("form", ["py", "mpy"])
@pytest.mark.parametrize("bits", [64, 32])
@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_node_passes(
    file: Path,
    bits: int,
    form: str,
    needs: Callable[[str], Path],
    done: Callable[[Run], Done],
):
    needs(f"micropython-{bits}")

    run = done((file, bits, form))

    if run.returncode:
        pytest.fail(run.stdout + run.stderr, pytrace=False)
