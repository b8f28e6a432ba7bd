"""A test that does not run here says what is missing, or fails."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

RunTests = Callable[[str], str]


@pytest.fixture
def run_tests(tmp_path: Path) -> RunTests:
    """Run a test file under our conftest, on a machine that cannot have 32 bit; gives the output."""
    runtimes = tmp_path / "runtimes"
    runtimes.mkdir()
    (runtimes / "micropython-32.refused").touch()
    tests = tmp_path / "tests"
    tests.mkdir()
    shutil.copy(ROOT / "tests" / "conftest.py", tests)

    def run(text: str) -> str:
        (tests / "test_it.py").write_text(text)
        env = {
            **os.environ,
            "UMBEL_RUNTIMES": str(runtimes),
            "PYTHONPATH": str(ROOT / "src"),
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        }
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", str(tests)]
        return subprocess.run(
            command, env=env, cwd=tmp_path, capture_output=True, text=True, check=False
        ).stdout

    return run


def test_what_this_machine_cannot_have_is_skipped_and_listed(run_tests: RunTests):
    output = run_tests(
        "def test_one(needs): needs('micropython-32')\n"
        "def test_two(needs): needs('micropython-32')\n"
    )

    assert "2 skipped" in output
    assert "did not run on this machine" in output
    assert (
        "2 tests without MicroPython, 32 bit (this machine does not run 32-bit programs); "
    ) in output
    assert "python -m umbel.runtimes micropython-32\n" in output


def test_what_this_machine_could_have_is_a_failure(run_tests: RunTests):
    output = run_tests("def test_one(needs): needs('firmware-1.27.0')\n")

    assert "1 failed" in output
    assert "Pico W firmware 1.27.0 is missing; get it: " in output


@pytest.mark.parametrize(
    "text",
    [
        "import pytest\ndef test_one(): pytest.skip('no time')\n",
        "import pytest\n@pytest.mark.skip(reason='later')\ndef test_one(): pass\n",
        "import pytest\n@pytest.mark.skipif(True, reason='later')\ndef test_one(): pass\n",
    ],
)
def test_a_skip_that_names_nothing_is_a_failure(text: str, run_tests: RunTests):
    output = run_tests(text)

    assert "skipped" not in output
    assert "test_one skips without saying what is missing; use needs(...)" in output


def test_a_file_cannot_skip_itself(run_tests: RunTests):
    output = run_tests("import pytest\npytest.importorskip('no_such_module')\n")

    assert "skipped" not in output
    assert "test_it.py skips itself; use needs(...) in its tests" in output


def test_an_expected_failure_is_none_of_this(run_tests: RunTests):
    output = run_tests("import pytest\n@pytest.mark.xfail\ndef test_one(): assert False\n")

    assert "1 xfailed" in output
