"""What does not depend on how busy the machine is: a node above its budget is no node to ship."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

Needs = Callable[[str], Path]


@pytest.mark.parametrize("measurement", ["heap", "size", "trust"])
def test_a_node_keeps_its_budget(measurement: str, needs: Needs):
    needs("micropython-32")
    done = subprocess.run(
        [sys.executable, "-m", "bench", "--only", measurement, "--json"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    figures = json.loads(done.stdout or "[]")
    missed = [
        f"{figure['what']}: {figure['value']} {figure['unit']}, at most {figure['at_most']}"
        for figure in figures
        if figure["ok"] is False
    ]
    assert missed == [], done.stderr
    assert [figure for figure in figures if figure["ok"]], done.stderr
    assert done.returncode == 0
