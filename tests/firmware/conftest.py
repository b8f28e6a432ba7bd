"""Emulated boards for the tests of this folder."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from flash import BASELINES, program
from harness import Board, LinkKind, Network

from umbel.runtimes import firmware

Needs = Callable[[str], Path]
Powered = dict[tuple[str, LinkKind], Board]


@pytest.fixture(params=firmware.VERSIONS)
def version(request: pytest.FixtureRequest, needs: Needs) -> str:
    """Each version of the firmware in turn."""
    needs(f"firmware-{request.param}")
    return request.param


@pytest.fixture(params=["tap", "loop"])
def link(request: pytest.FixtureRequest, needs: Needs) -> LinkKind:
    """Each way to reach a board in turn, where this machine allows it."""
    if request.param == "tap":
        needs("tap")
    return request.param


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """An emulated board on a busy machine may take ten times as long as a real one."""
    monkeypatch.setattr("umbel.usb.board._ATTEMPT", 100.0)
    for name in ("usb.board._QUICK", "usb.board._COPYING", "cli._restart._PATIENCE"):
        monkeypatch.setattr(f"umbel.{name}", 1200.0)


@pytest.fixture
def network(link: LinkKind) -> Generator[Network]:
    """A network for boards."""
    with Network(link) as network:
        yield network


@pytest.fixture(scope="module")
def _powered() -> Generator[Powered]:
    boards: Powered = {}
    yield boards
    for board in boards.values():
        board.close()


@pytest.fixture
def services(version: str, link: LinkKind, _powered: Powered) -> Board:
    """A board that runs programs/services.py; the tests of a file share it."""
    key = (version, link)
    if key not in _powered:
        _powered[key] = Board(
            program("services", BASELINES / "keepalive.py", BASELINES / "echo.py"),
            firmware=version,
            link=link,
        )
        _powered[key].power_on()
        _powered[key].console.wait_for("listening 80")
    return _powered[key]
