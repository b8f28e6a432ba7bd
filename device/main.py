"""The loader: starts a release. No update replaces it, so it needs nothing, and does little.

``boot.st`` says which slot is good, which is on trial, and how many more tries that has. A try is
taken off before it begins: whatever goes wrong then, the last one is followed by the good slot.
"""

import os
import sys


def choose() -> str:
    """Return the slot to start."""
    good = "a"
    try:
        with open("boot.st") as file:
            good, trial, left = file.read().split()
        if trial == "-" or not int(left):
            return good
        with open("boot.st.new", "w") as file:
            file.write("%s %s %d\n" % (good, trial, int(left) - 1))
        os.rename("boot.st.new", "boot.st")
    except (OSError, ValueError):  # there was no update yet, or the flash is full
        return good
    from machine import WDT

    WDT(timeout=8300)  # the longest that a Pico W can: a trial that hangs ends
    return trial


slot = "sys/" + choose()
sys.path.insert(0, slot)
import start  # noqa: E402

start.run(slot)
