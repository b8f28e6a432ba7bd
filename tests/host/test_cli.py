"""How the program starts, and how it ends."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import requires, version
from pathlib import Path

import pytest
import typer
from packaging.requirements import Requirement
from typer.testing import CliRunner

from umbel import cli
from umbel.errors import UmbelError

MOST_PACKAGES = 27  # of a plain `pip install umbel`
HEAVY = ("asyncio", "fastapi", "httpx", "prompt_toolkit", "rich", "umbel.runtimes", "uvicorn")


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[[Callable[[], None]], tuple[int, str]]:
    """Run ``umbel act``, with an ``act`` of the test; gives the exit code and stderr."""

    def run(act: Callable[[], None]) -> tuple[int, str]:
        app = typer.Typer(pretty_exceptions_enable=False)
        app.command("act")(act)
        app.command("other")(lambda: None)
        monkeypatch.setattr("umbel.cli.program", lambda: app)
        monkeypatch.setattr("sys.argv", ["umbel", "act"])
        with pytest.raises(SystemExit) as end:
            cli.main()
        return int(end.value.code or 0), capsys.readouterr().err

    return run


Run = Callable[[Callable[[], None]], tuple[int, str]]


def test_an_error_of_ours_is_a_sentence_and_a_remedy(run: Run):
    def act() -> None:
        raise UmbelError("node attic does not answer", remedy="umbel search")

    assert run(act) == (1, "error: node attic does not answer\ntry: umbel search\n")


def test_an_error_without_a_remedy_is_a_sentence(run: Run):
    def act() -> None:
        raise UmbelError("the disk is full")

    assert run(act) == (1, "error: the disk is full\n")


@pytest.mark.parametrize(
    "error, expected",
    [
        (OSError(28, "No space left on device"), "error: No space left on device\n"),
        (PermissionError(13, "Permission denied", "shelf"), "error: shelf: Permission denied\n"),
    ],
)
def test_what_the_system_refuses_is_a_sentence(error: OSError, expected: str, run: Run):
    def refuse() -> None:
        raise error

    assert run(refuse) == (1, expected)


def test_interrupting_is_quiet(run: Run):
    def act() -> None:
        raise KeyboardInterrupt

    assert run(act) == (130, "")


def test_a_command_that_works_ends_with_0(run: Run):
    assert run(lambda: None) == (0, "")


def test_an_unknown_command_ends_with_2_and_names_the_help():
    result = CliRunner().invoke(cli.program(), ["fly"])

    assert result.exit_code == 2
    assert "--help" in result.output


def test_the_version_is_that_of_the_package():
    result = CliRunner().invoke(cli.program(), ["--version"])

    assert result.stdout == f"{version('umbel')}\n"


def test_every_file_is_a_command():
    folder = Path(cli.__file__).parent
    names = {path.stem for path in folder.glob("*.py") if not path.stem.startswith("_")}

    help_text = CliRunner().invoke(cli.program(), ["--help"]).output

    assert all(f" {name} " in help_text for name in names)


def test_starting_imports_nothing_heavy():
    script = "import sys, umbel.cli; umbel.cli.program(); print('\\n'.join(sys.modules))"

    loaded = subprocess.check_output([sys.executable, "-c", script], text=True).splitlines()

    assert not set(HEAVY) & set(loaded)


def test_a_plain_installation_stays_small():
    wanted = {"umbel"}
    unread = ["umbel"]
    while unread:
        for name in needed_by(unread.pop()) - wanted:
            wanted.add(name)
            unread.append(name)

    assert len(wanted - {"umbel"}) <= MOST_PACKAGES


def needed_by(distribution: str) -> set[str]:
    requirements = map(Requirement, requires(distribution) or [])
    return {
        one.name.lower().replace("_", "-")
        for one in requirements
        if one.marker is None or one.marker.evaluate({"extra": ""})
    }
