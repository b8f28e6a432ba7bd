"""The web pages: built, small, and tested by tests of their own."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from umbel.build import sources

ROOT = Path(__file__).parents[2]
WEB = ROOT / "web"
MOST_BYTES = 24 * 1024  # of the page on a node, compressed: as much as six blocks of its flash
MOST_BYTES_OF_OTHERS = 4 * 1024  # of the portal, and of each part that the page loads later
TIMEOUT = 600.0  # seconds

Needs = Callable[[str], Path]


def npm(needs: Needs, *arguments: str) -> subprocess.CompletedProcess[str]:
    node = needs("node")
    return subprocess.run(
        [node.parent / "npm", *arguments],
        cwd=WEB,
        env={**os.environ, "PATH": f"{node.parent}{os.pathsep}{os.environ['PATH']}", "CI": "1"},
        capture_output=True,
        text=True,
        timeout=TIMEOUT,
        check=False,
    )


@pytest.mark.slow
def test_the_tests_of_the_pages_pass(needs: Needs):
    done = npm(needs, "test")

    assert done.returncode == 0, done.stdout + done.stderr


def test_the_types_of_the_pages_fit(needs: Needs):
    done = npm(needs, "run", "check")

    assert done.returncode == 0, done.stdout


def test_the_page_of_a_node_is_small_enough_for_a_node():
    folder = sources.web_dir()
    assert folder is not None

    names = sorted(path.name for path in folder.iterdir())
    assert names == ["apps.js.gz", "devices.js.gz", "index.html.gz", "setup.html.gz"]
    assert (folder / "index.html.gz").stat().st_size <= MOST_BYTES
    for name in ("apps.js.gz", "devices.js.gz", "setup.html.gz"):
        assert (folder / name).stat().st_size <= MOST_BYTES_OF_OTHERS


@pytest.mark.parametrize("page", ["node/dist/index", "node/dist/setup", "fleet/dist/index"])
def test_a_page_allows_nothing_but_itself(page: str):
    html = gzip.decompress((WEB / f"{page}.html.gz").read_bytes()).decode()

    policy = html.partition('http-equiv="content-security-policy" content="')[2].partition('"')[0]
    assert policy.startswith("default-src 'self';script-src 'sha256-")
    assert "unsafe" not in policy
    assert html.index("content-security-policy") < html.index("<style>") < html.index("<script")


def test_the_lock_file_names_no_registry():
    lock = json.loads((WEB / "package-lock.json").read_text())

    assert [
        name for name, entry in lock["packages"].items() if "://" in entry.get("resolved", "")
    ] == []
    assert all(
        "integrity" in entry
        for name, entry in lock["packages"].items()
        if "node_modules/" in name and not entry.get("link")
    )


def test_building_twice_gives_the_same_bytes(needs: Needs):
    path = WEB / "fleet" / "dist" / "index.html.gz"
    before = path.read_bytes()

    done = npm(needs, "run", "build", "--workspace", "fleet")

    assert done.returncode == 0, done.stderr
    assert path.read_bytes() == before
