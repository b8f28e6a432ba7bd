"""The apps that we bring: they keep the rules, do what they say, and fit together."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from patience import PATIENCE

from umbel.apps import Archive, Source, check, choosing, indexing, pack
from umbel.apps.archive import inflated

ROOT = Path(__file__).parents[2]
APPS = sorted(path.parent for path in ROOT.glob("apps/*/config.json"))
NAMES = [path.name for path in APPS]


def test_they_are_all_here():
    assert {"plants", "sunrise", "thermo"} <= set(NAMES)


@pytest.mark.parametrize("folder", APPS, ids=NAMES)
def test_an_app_of_ours_breaks_no_rule(folder: Path):
    assert [one.sentence for one in check(Source.at(folder))] == []


@pytest.mark.parametrize("folder", APPS, ids=NAMES)
def test_the_own_tests_of_an_app_pass(folder: Path):
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", folder / "source"]

    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False
    )

    if done.returncode:
        pytest.fail(done.stdout + done.stderr, pytrace=False)


def test_they_fit_together_and_each_import_says_its_version(tmp_path: Path):
    for folder in APPS:
        pack(Source.at(folder)).save(tmp_path / f"{folder.name}.zip")

    indexing.make(tmp_path)
    found = choosing.choose(str(tmp_path), ["thermo-1.x.x", "plants"])

    assert found.lock.apps["thermo-1.x.x"] == {"sunrise": "1.0.0", "thermo": "1.0.0"}
    archive = Archive.read(tmp_path / "thermo.zip")
    code = inflated(archive.release, tmp_path)["control.mpy"]
    assert b"sunrise__1.wake" in code
