"""No cut of the power, and no full flash, costs a node its release or an app."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from patience import PATIENCE

PROGRAM = Path(__file__).parents[1] / "powercut.py"
SCENARIOS = 34  # seven of releases and nine of apps, clean and torn, and the full flash for both


def test_a_node_survives_a_power_cut_at_every_third_point_of_an_update_and_of_apps(
    needs: Callable[[str], Path],
):
    needs("micropython-64")

    done = subprocess.run(
        [sys.executable, PROGRAM, "--every", "3"],
        capture_output=True,
        text=True,
        timeout=4 * PATIENCE,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    rows = [line.split() for line in done.stdout.splitlines()[1:]]
    points, old, new, bad = (sum(int(row[column]) for row in rows) for column in (-4, -3, -2, -1))
    assert len(rows) == SCENARIOS
    assert bad == 0
    assert points == old + new
    assert min(old, new) > 30
