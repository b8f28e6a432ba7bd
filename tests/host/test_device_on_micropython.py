"""The tests of the node, on the MicroPython that a board would run them on."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from umbel.build.compile import compile_tree

ROOT = Path(__file__).parents[2]
DEVICE = ROOT / "device"
BOARD = ROOT / "src" / "umbel" / "sim" / "board"
TESTS = ROOT / "tests" / "device"
RUNNER = ROOT / "tests" / "run_micropython.py"

HEAP_SIZES = {64: 400, 32: 200}  # KB; objects of 64 bit take about twice the room
COMPILER = 100  # KB; compiling on the spot leaves the heap in pieces
FILES = sorted(TESTS.glob("test_*.py"))
TIMEOUT = 300.0  # seconds for one file; it takes a few

CodeOf = Callable[[str], Path]


@pytest.fixture(scope="session")
def code_of(tmp_path_factory: pytest.TempPathFactory) -> CodeOf:
    """The folder with the node's code in the given form; compiled once."""
    compiled = tmp_path_factory.mktemp("node")

    def folder(form: str) -> Path:
        if form == "py":
            return DEVICE
        if not any(compiled.iterdir()):
            compile_tree(DEVICE, compiled)
        return compiled

    return folder


@pytest.mark.parametrize("form", ["py", "mpy"])
@pytest.mark.parametrize("bits", [64, 32])
@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_node_passes(
    file: Path,
    bits: int,
    form: str,
    needs: Callable[[str], Path],
    code_of: CodeOf,
    tmp_path: Path,
):
    micropython = needs(f"micropython-{bits}")
    heap = HEAP_SIZES[bits] + (COMPILER if form == "py" else 0)
    path = [code_of(form), BOARD, TESTS, ".frozen"]

    done = subprocess.run(
        [micropython, "-X", f"heapsize={heap}k", RUNNER, file],
        env={**os.environ, "MICROPYPATH": ":".join(map(str, path))},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        check=False,
    )

    if done.returncode:
        pytest.fail(done.stdout + done.stderr, pytrace=False)
