"""Run all tests in two processes at once, of about the same length.

In one are emulated boards, the browser and whole systems, in the other all that is smaller. What
both print comes line by line; the exit code is 1 if one of them failed. They share nothing that has
a fixed name, see "Tests" in CONTRIBUTING.md.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from typing import IO

LARGE = ("tests/firmware", "tests/browser", "tests/system")
PARTS = (LARGE, ("tests", *(f"--ignore={folder}" for folder in LARGE)))


def main() -> int:
    colour = "yes" if sys.stdout.isatty() else "no"
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "pytest", f"--color={colour}", *part],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for part in PARTS
    ]
    printing = [threading.Thread(target=pass_on, args=(one.stdout,)) for one in running]
    for thread in printing:
        thread.start()
    try:
        codes = [one.wait() for one in running]
    except KeyboardInterrupt:  # they have heard it too, and tell how far they came
        codes = [one.wait() for one in running]
    for thread in printing:
        thread.join()
    return int(any(codes))


def pass_on(lines: IO[str]) -> None:
    for line in lines:
        sys.stdout.write(line)
        sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
