"""``make check`` sees what it is there to see: each fault here is planted into a copy."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ENVIRONMENT = Path(sys.prefix)
COPIED = ("Makefile", "constraints.txt", "pyproject.toml", "device", "src", "tests", "typings")
STEPS = ("format", "lint", "types-host", "types-node", "types-board", "layers")

Needs = Callable[[str], Path]


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the tree that no test changes."""
    tree = tmp_path_factory.mktemp("pristine")
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, tree)
    return tree


@pytest.fixture
def copy(pristine: Path, tmp_path: Path) -> Path:
    """A copy of the tree for one test."""
    return Path(shutil.copytree(pristine, tmp_path / "tree"))


def plant(tree: Path, name: str, text: str) -> str:
    path = tree / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return name


def check(tree: Path, step: str, *files: str) -> subprocess.CompletedProcess[str]:
    command = ["make", f"check-{step}", f"VENV={ENVIRONMENT}", f"FILES={' '.join(files)}"]
    return subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False)


def assert_refused(done: subprocess.CompletedProcess[str], *words: str) -> None:
    assert done.returncode != 0, done.stdout
    for word in words:
        assert word in done.stdout + done.stderr


def test_a_badly_formatted_file_is_refused(copy: Path):
    name = plant(copy, "src/umbel/planted.py", '"""Planted."""\n\nx = { "a":1 }\n')

    assert_refused(check(copy, "format", name), "check: format", name, "would be reformatted")


def test_an_unused_import_is_refused(copy: Path):
    name = plant(copy, "src/umbel/planted.py", '"""Planted."""\n\nimport os\n')

    assert_refused(check(copy, "lint", name), "check: lint", name, "F401")


@pytest.mark.parametrize(
    ("statement", "rule"),
    [
        ("import dataclasses", "TID251"),
        ("import uasyncio", "TID251"),
        ("match 1:\n    case _:\n        pass", "invalid-syntax"),
    ],
)
def test_what_micropython_does_not_know_is_refused(statement: str, rule: str, copy: Path):
    name = plant(copy, "device/tepal/core/planted.py", f"{statement}\n")

    assert_refused(check(copy, "lint", name), name, rule)


def test_a_wrong_type_on_the_host_is_refused(copy: Path):
    text = '"""Planted."""\n\n\ndef size() -> int:\n    return "large"\n'
    name = plant(copy, "src/umbel/planted.py", text)

    done = check(copy, "types-host", name)

    assert_refused(done, "check: types of the host", name, "reportReturnType")


def test_the_host_is_checked_strictly(copy: Path):
    name = plant(copy, "src/umbel/planted.py", '"""Planted."""\n\n\ndef same(x): return x\n')

    assert_refused(check(copy, "types-host", name), "reportUnknownParameterType")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("import dataclasses\n", 'Import "dataclasses" could not be resolved'),
        ("import rich\n", 'Import "rich" could not be resolved'),
        ("import time\n\ntime.monotonic()\n", '"monotonic" is not a known attribute'),
        ("import time\n\ntime.sleep_ms('long')\n", '"ms" of type "int"'),
        ("from machine import Pin\n\nPin(2).level()\n", 'Cannot access attribute "level"'),
    ],
)
def test_what_a_board_does_not_offer_is_refused(
    text: str, complaint: str, copy: Path, needs: Needs
):
    needs("stubs")
    name = plant(copy, "device/tepal/core/planted.py", text)

    assert_refused(check(copy, "types-node", name), "check: types of the node", name, complaint)


def test_what_a_board_offers_is_accepted(copy: Path, needs: Needs):
    needs("stubs")
    text = "import asyncio\nimport time\n\ntime.sleep_ms(1)\nprint(asyncio.sleep_ms(1))\n"
    name = plant(copy, "device/tepal/core/planted.py", text)

    done = check(copy, "types-node", name)

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("name", "imported", "contract"),
    [
        ("src/umbel/runtimes/planted.py", "umbel.doctor", "host layers"),
        ("src/umbel/planted.py", "umbel.errors", "host layers"),
        ("src/umbel/build/planted.py", "tepal.core", "the host shares formats with the node"),
        ("device/tepal/formats/planted.py", "tepal.core.planted", "node layers"),
        ("device/tepal/core/planted.py", "tepal.hal.planted", "node layers"),
        ("device/tepal/services/planted.py", "tepal.hal.planted", "services know the hardware"),
        ("device/tepal/core/planted.py", "machine", "only hal touches the hardware"),
        ("device/tepal/core/planted.py", "modules.LM_planted", "tepal does not know"),
        ("device/drivers/planted.py", "tepal.formats.planted", "drivers know nothing of ours"),
        ("device/modules/LM_planted.py", "tepal.core.planted", "modules use the names"),
        ("device/modules/LM_planted.py", "esp32", "only hal touches the hardware"),
    ],
)
def test_an_import_against_the_layers_is_refused(
    name: str, imported: str, contract: str, copy: Path
):
    if imported.endswith("planted"):
        plant(copy, f"device/{imported.replace('.', '/')}.py", "")
    plant(copy, name, f"import {imported}\n")

    done = check(copy, "layers")

    importer = ".".join(Path(name).with_suffix("").parts[1:])
    broken = [line for line in done.stdout.splitlines() if line.endswith("BROKEN")]
    assert_refused(done, "check: layers", importer)
    assert any(contract in line for line in broken), done.stdout


def test_every_step_runs_and_one_failure_is_enough(copy: Path, tmp_path: Path):
    environment = tmp_path / "environment"
    log = tmp_path / "log"
    for program in ("python", "ruff", "basedpyright", "lint-imports"):
        path = environment / "bin" / program
        path.parent.mkdir(parents=True, exist_ok=True)
        failing = "exit 1" if program == "ruff" else ""
        path.write_text(f"#!/bin/sh\necho {program} $1 >> {log}\n{failing}\n")
        path.chmod(0o755)
    (environment / "ready").touch()
    (tmp_path / "runtimes").mkdir()
    (tmp_path / "runtimes" / "ready").touch()
    # Whoever runs these tests by make may have given it variables, which would come before ours.
    env = {**os.environ, "MAKEFLAGS": "", "UMBEL_RUNTIMES": str(tmp_path / "runtimes")}

    done = subprocess.run(
        ["make", "check", f"VENV={environment}"],
        cwd=copy,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode != 0
    assert done.stdout.count("check: ") == len(STEPS)
    assert len(log.read_text().splitlines()) == len(STEPS)
    assert "Error 1" in done.stderr
