"""CPython as a board: in a process of its own, for it changes that process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BEGIN = """
import asyncio, gc, io, sys, time
sys.path[:0] = [r"{board}", r"{device}"]
from pathlib import Path
from umbel.sim import shim
before = asyncio.open_connection
shim.install(Path(r"{own}"))
from micropython import const
"""


def run(script: str, tmp_path: Path) -> str:
    begin = BEGIN.format(
        board=ROOT / "src" / "umbel" / "sim" / "board", device=ROOT / "device", own=tmp_path
    )
    done = subprocess.run(
        [sys.executable, "-c", begin + script], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("const(5)", "5"),
        ("time.ticks_diff(5, 2)", "3"),
        ("time.ticks_diff(time.ticks_add(2, -5), 2)", "-5"),
        ("time.ticks_diff(3, time.ticks_add(0, -4))", "7"),
        ("0 <= -time.ticks_diff(time.ticks_ms(), time.ticks_ms()) < 1000", "True"),
        ("gc.mem_alloc() > 0 and gc.mem_free() > 0", "True"),
        ("asyncio.run(asyncio.wait_for_ms(asyncio.sleep(0, 7), 100))", "7"),
        ("asyncio.run(asyncio.sleep_ms(1))", "None"),
    ],
)
def test_what_a_node_uses_of_micropython_is_there(expression: str, value: str, tmp_path: Path):
    assert run(f"print({expression})", tmp_path) == value


def test_an_exception_is_printed_where_it_is_wanted(tmp_path: Path):
    script = """
text = io.StringIO()
try:
    1 / 0
except ZeroDivisionError as error:
    sys.print_exception(error, text)
print(text.getvalue().splitlines()[-1])
"""
    assert run(script, tmp_path) == "ZeroDivisionError: division by zero"


def test_a_wait_that_takes_too_long_ends(tmp_path: Path):
    script = """
async def main():
    try:
        await asyncio.wait_for_ms(asyncio.sleep(9), 10)
    except asyncio.TimeoutError:
        print("late")
asyncio.run(main())
"""
    assert run(script, tmp_path) == "late"


def test_only_the_code_of_a_board_gets_the_streams_of_micropython(tmp_path: Path):
    (tmp_path / "of_board.py").write_text(
        "import asyncio\n\n\ndef connect():\n    return asyncio.open_connection('127.3.5.1', 9)\n"
    )
    script = f"""
sys.path.insert(0, r"{tmp_path}")
import of_board
ours, theirs = of_board.connect(), asyncio.open_connection("127.3.5.1", 9)
print(ours.cr_code.co_filename.split("/")[-1], theirs.cr_code.co_filename.split("/")[-1])
ours.close(), theirs.close()
"""
    assert run(script, tmp_path) == "stream.py streams.py"
