"""What ``make setup`` does, and what it leaves alone; nothing real is installed here."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# A Python that notes what it is asked, and leaves behind what the real one would.
PYTHON = """\
#!/bin/sh
echo "$*" >> "{log}"
case "$*" in
  "-c import ensurepip") exit "${{NO_ENSUREPIP:-0}}" ;;
  "-c import sys"*) exit "${{TOO_OLD:-0}}" ;;
  "-m venv "*)
    mkdir -p .venv/bin && cp "{python}" .venv/bin/python && touch -d 2001-01-01 .venv/bin/python
    echo "command = -m venv $PWD/.venv" > .venv/pyvenv.cfg ;;
  "-m umbel.runtimes")
    mkdir -p .runtimes && touch .runtimes/thing && echo "$PWD/.runtimes/thing" > .runtimes/ready ;;
  "-m umbel.runtimes.node_js npm "*) mkdir -p node_modules ;;
esac
"""
PACKAGES = "--editable . --group dev"
RUNTIMES = "-m umbel.runtimes\n"


class Checkout:
    """A checkout with nothing but what make reads, and a Python that only takes notes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.programs = folder.parent / "bin"
        self._log = folder.parent / "log"
        self._python = self.programs / "python3"
        self.programs.mkdir()
        folder.mkdir()
        for name in ("Makefile", "pyproject.toml", "constraints.txt"):
            shutil.copy(ROOT / name, folder)
        self.add_program("python3", PYTHON.format(log=self._log, python=self._python))

    def add_program(self, name: str, script: str) -> None:
        path = self.programs / name
        path.write_text(script)
        path.chmod(0o755)

    def setup(self, **variables: str) -> subprocess.CompletedProcess[str]:
        path = f"{self.programs}{os.pathsep}{os.environ['PATH']}"
        env = {**os.environ, "PATH": path, "UMBEL_RUNTIMES": "", **variables}
        return subprocess.run(
            ["make", "setup"],
            cwd=self.folder,
            env=env,
            capture_output=True,
            text=True,
            check=False,
        )

    def notes(self) -> str:
        """What Python was asked since the last time."""
        text = self._log.read_text() if self._log.exists() else ""
        self._log.write_text("")
        return text


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path / "umbel")


def test_the_first_time_everything_is_prepared(checkout: Checkout):
    done = checkout.setup()

    notes = checkout.notes()
    assert done.returncode == 0, done.stderr
    assert "-m venv .venv" in notes
    assert PACKAGES in notes
    assert RUNTIMES in notes
    assert done.stdout.count("setup: ") == 2


def test_the_second_time_nothing_is_done_or_said(checkout: Checkout):
    checkout.setup()
    checkout.notes()

    done = checkout.setup()

    assert (done.stdout, done.stderr, checkout.notes()) == ("", "", "")


def test_changed_requirements_are_installed(checkout: Checkout):
    checkout.setup()
    checkout.notes()
    (checkout.folder / "constraints.txt").touch()

    checkout.setup()

    notes = checkout.notes()
    assert PACKAGES in notes
    assert "venv" not in notes


def test_a_runtime_that_is_gone_is_fetched(checkout: Checkout):
    checkout.setup()
    checkout.notes()
    (checkout.folder / ".runtimes" / "thing").unlink()

    checkout.setup()

    assert checkout.notes() == RUNTIMES


def test_a_copied_tree_gets_an_environment_of_its_own(checkout: Checkout):
    checkout.setup()
    checkout.notes()
    checkout.folder = Path(shutil.copytree(checkout.folder, checkout.folder.parent / "copy"))

    checkout.setup()

    assert "-m venv .venv" in checkout.notes()
    assert str(checkout.folder) in (checkout.folder / ".venv" / "pyvenv.cfg").read_text()


def test_an_old_python_is_refused_in_a_sentence(checkout: Checkout):
    done = checkout.setup(TOO_OLD="1")

    assert done.returncode != 0
    assert "error: python3 is not Python 3.11 or later; try: make setup PYTHON=" in done.stderr


def test_a_plain_user_without_venv_is_told_what_is_missing(checkout: Checkout):
    checkout.add_program("id", "#!/bin/sh\necho 1000\n")

    done = checkout.setup(NO_ENSUREPIP="1")

    assert done.returncode != 0
    assert "try: as root: apt-get install python3-venv" in done.stderr
    assert not (checkout.folder / ".venv").exists()


def test_root_installs_venv(checkout: Checkout, tmp_path: Path):
    checkout.add_program("id", "#!/bin/sh\necho 0\n")
    checkout.add_program("apt-get", f'#!/bin/sh\necho "$@" >> {tmp_path}/apt.log\n')

    done = checkout.setup(NO_ENSUREPIP="1")

    assert done.returncode == 0, done.stderr
    assert "install --yes python3-venv" in (tmp_path / "apt.log").read_text()


def test_web_pages_are_built_when_their_sources_changed(checkout: Checkout):
    web = checkout.folder / "web"
    web.mkdir()
    (web / "package.json").write_text("{}")
    (web / "package-lock.json").write_text("{}")
    (web / "page.ts").write_text("")

    assert "web pages" in checkout.setup().stdout
    notes = checkout.notes()
    assert " ci\n" in notes
    assert " run build\n" in notes

    assert checkout.setup().stdout == ""

    (web / "page.ts").touch()
    checkout.setup()
    notes = checkout.notes()
    assert " ci\n" not in notes
    assert " run build\n" in notes
