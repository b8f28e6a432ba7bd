"""The power-cut table: updates and apps on a flash that loses power at every point, and what came of it.

    python tests/powercut.py [--every N] [--scale N]

The programs that cut are power_cuts.py and app_power_cuts.py in tests/device. Ends with 1 if one cut
did not end well.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from umbel import runtimes
from umbel.build.compile import compile_tree

ROOT = Path(__file__).parents[1]
DEVICE = ROOT / "device"
TESTS = ROOT / "tests" / "device"
COLUMNS = ("scenario", "power fails", "points", "old", "new", "bad")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=1, help="cut at every n-th point only")
    parser.add_argument("--scale", type=int, default=1, help="how large the releases are")
    asked = parser.parse_args()
    runtime = runtimes.named("micropython-64")
    micropython = runtime.find()
    if micropython is None:
        print(f"{runtime.name} is missing; get it: {runtime.remedy}", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as compiled:
        compile_tree(DEVICE, Path(compiled))
        search = f"{compiled}:{TESTS}:.frozen"
        show(COLUMNS)
        arguments = [DEVICE / "main.py", str(asked.every), str(asked.scale)]
        releases = _cut(micropython, search, TESTS / "power_cuts.py", *arguments)
        apps = _cut(micropython, search, TESTS / "app_power_cuts.py", str(asked.every))
        return releases or apps


def _cut(micropython: Path, search: str, program: Path, *arguments: str | Path) -> int:
    """Run one of the programs and show its rows; its exit code."""
    done = subprocess.Popen(
        [micropython, "-X", "heapsize=16m", program, *arguments],
        env={"MICROPYPATH": search},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.stdout
    for line in done.stdout:
        cells = line.rstrip("\n").split("|")
        if len(cells) == len(COLUMNS):
            show(cells)
        else:
            print(line, end="", flush=True)
    return done.wait()


def show(cells: tuple[str, ...] | list[str]) -> None:
    """Print a row of the table."""
    name, how, *figures = cells
    print(f"{name:35}{how:12}" + "".join(f"{figure:>12}" for figure in figures), flush=True)


if __name__ == "__main__":
    sys.exit(main())
