"""The power-cut table: updates on a flash that loses power at every point, and what came of it.

    python tests/powercut.py [--every N] [--scale N]

The program that cuts is tests/device/power_cuts.py. Ends with 1 if one cut did not end well.
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
COLUMNS = ("scenario", "power fails", "points", "old release", "new release", "bad")


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
        command = [micropython, "-X", "heapsize=16m", TESTS / "power_cuts.py"]
        done = subprocess.Popen(
            [*command, DEVICE / "main.py", str(asked.every), str(asked.scale)],
            env={"MICROPYPATH": f"{compiled}:{TESTS}:.frozen"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert done.stdout
        show(COLUMNS)
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
