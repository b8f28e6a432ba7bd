"""What every test may ask for, and an honest account of what did not run here."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections import defaultdict
from collections.abc import Callable, Generator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from umbel import runtimes
from umbel.sim import shim

ROOT = Path(__file__).parents[1]
DEVICE_TESTS = ROOT / "tests" / "device"
_NEEDS = "needs"
Needs = Callable[[str], Path]

# Files that take minutes begin first when several processes share all tests: none is left alone
# with one at the end. Emulated boards need a processor each, the others mostly wait.
_LONG = (
    "firmware/test_update.py",
    "firmware/test_node.py",
    "system/test_apps_running.py",
    "host/test_device_on_micropython.py",
    "system/test_update_mqtt.py",
    "docs/test_pages.py",
    "firmware/test_boot.py",
    "system/test_boot.py",
    "firmware/test_deploy.py",
    "firmware/test_apps_over_usb.py",
    "system/test_app_command.py",
    "firmware/test_network.py",
    "system/test_commands.py",
    "browser/test_node_page.py",
    "system/test_update_kills.py",
    "system/test_update.py",
    "host/test_powercut.py",
    "host/test_budget.py",
)
_MOST_AT_ONCE = 8
_PORTS = 10000  # from here on each process has a thousand for its tests of the node

# How long an example takes says more about the machine than about us.
settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("unhurried")


def pytest_configure(config: pytest.Config) -> None:
    """Let what the tests start hear Ctrl-C: a shell takes that from its background commands."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if number := _number(config):
        os.environ["UMBEL_TEST_PORTS"] = str(_PORTS + 1000 * (number % _MOST_AT_ONCE))


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Keep what pytest compiles, also where Python was told to keep nothing.

    What is there now stays to the end, and is none of the collector's business: a node on CPython
    asks for it before each request, and it would look at all tests each time.
    """
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, False
    try:
        return (yield)
    finally:
        sys.dont_write_bytecode = before
        gc.collect()
        gc.freeze()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Twice as many processes as processors: a test of ours waits more than half of its time."""
    return min(2 * (os.cpu_count() or 1), _MOST_AT_ONCE)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put long files first in a process that shares the tests with others."""
    if not _number(config):
        return
    ranks = {ROOT / "tests" / name: rank for rank, name in enumerate(_LONG)}
    items.sort(key=lambda item: ranks.get(item.path, len(ranks)))


@pytest.fixture
def needs(request: pytest.FixtureRequest) -> Needs:
    """``needs("chromium")``: the path of a runtime, or the end of this test.

    Where the machine cannot have it, the test is skipped and listed at the end of the run; where
    it could, the test fails. The names are those of ``python -m umbel.runtimes``.
    """

    def path_of(key: str) -> Path:
        runtime = runtimes.named(key)
        path = runtime.find()
        if path is None and (reason := runtime.obstacle()):
            request.node.user_properties.append((_NEEDS, key))
            pytest.skip(f"{runtime.name}: {reason}")
        if path is None:
            pytest.fail(f"{runtime.name} is missing; get it: {runtime.remedy}", pytrace=False)
        return path

    return path_of


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Refuse a skip that names no missing thing."""
    report = yield
    is_expected_failure = hasattr(report, "wasxfail")
    if report.skipped and not is_expected_failure and not _needed(report):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} skips without saying what is missing; use needs(...)"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Refuse to skip a whole file."""
    report = yield
    if report.skipped:
        report.outcome = "failed"
        report.longrepr = f"{collector.nodeid} skips itself; use needs(...) in its tests"
    return report


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """List what did not run on this machine, and the command that changes it."""
    counts: dict[str, int] = defaultdict(int)
    for report in terminalreporter.getreports("skipped"):
        for key in _needed(report):
            counts[key] += 1
    if not counts:
        return
    terminalreporter.section("did not run on this machine")
    for key, count in sorted(counts.items()):
        runtime = runtimes.named(key)
        tests = "1 test" if count == 1 else f"{count} tests"
        line = f"{tests} without {runtime.name} ({runtime.obstacle()}); {runtime.remedy}"
        terminalreporter.write_line(line)


def pytest_collect_file(file_path: Path) -> None:
    """Make CPython a board before the first test of the node is imported."""
    if file_path.is_relative_to(DEVICE_TESTS):
        _become_a_board()


@pytest.fixture(autouse=True)
def flash(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Give a test of the node a working folder of its own: that is where its flash is."""
    if request.path.is_relative_to(DEVICE_TESTS):
        monkeypatch.chdir(tmp_path)


def _become_a_board() -> None:
    board = ROOT / "src" / "umbel" / "sim" / "board"
    if str(board) in sys.path:
        return
    sys.path[:0] = [str(board), str(DEVICE_TESTS)]
    shim.install(DEVICE_TESTS)  # changes asyncio and time for good


def _number(config: pytest.Config) -> int:
    """Which of several processes this is, from 1 on; 0 for one that runs alone."""
    shared: dict[str, str] = getattr(config, "workerinput", {})
    return int(shared["workerid"].removeprefix("gw")) + 1 if shared else 0


def _needed(report: pytest.TestReport) -> list[str]:
    return [str(value) for name, value in report.user_properties if name == _NEEDS]
