"""Which simulations run, whatever became of the others."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest

from umbel import registry
from umbel.model import Address, Node
from umbel.registry import saved, simulations
from umbel.registry.simulations import TEMPORARY_PREFIX, Registration, Simulation

ATTIC = Node(name="attic", id="micr01OS", address=Address("127.0.1.1", 9008), web_port=8080)

DIES = """
import os, sys
from pathlib import Path
from umbel.model import Address, Node
from umbel.registry.simulations import Registration, Simulation
node = Node(name="attic", address=Address("127.0.1.1", 9008))
folder = Path(sys.argv[1])
Registration(Simulation(pid=4242, folder=folder, socket=folder, nodes=(node,), boards=("attic",)))
os.kill(os.getpid(), 9)
"""


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("UMBEL_STATE", str(tmp_path))
    return tmp_path


@pytest.fixture
def simulation(tmp_path: Path) -> Simulation:
    return Simulation(
        pid=4242,
        folder=tmp_path,
        socket=tmp_path / "control.sock",
        nodes=(ATTIC,),
        boards=("attic",),
    )


def die(folder: Path) -> None:
    subprocess.run([sys.executable, "-c", DIES, folder], check=False)


def test_a_simulation_is_known_while_it_runs(simulation: Simulation):
    with simulations.registered(simulation):
        assert simulations.running() == (simulation,)
        assert registry.nodes() == (ATTIC,)

    assert simulations.running() == ()


def test_a_simulation_may_change_its_mind(simulation: Simulation):
    loft = replace(ATTIC, name="loft")
    with simulations.registered(simulation) as registration:
        registration.update(replace(simulation, nodes=(loft,)))

        assert registry.nodes() == (loft,)
        assert simulations.running()[0].board_of(loft) == "attic"


def test_a_simulated_node_wins_over_a_saved_one_at_its_address(simulation: Simulation):
    saved.remember([replace(ATTIC, name="old", id="micr02OS")])

    with simulations.registered(simulation):
        assert registry.nodes() == (ATTIC,)


def test_what_a_killed_simulation_left_is_cleared_away(state: Path):
    folder = Path(tempfile.mkdtemp(prefix=TEMPORARY_PREFIX))
    die(folder)
    assert list(state.glob("simulations/*"))

    assert simulations.running() == ()

    assert not list(state.glob("simulations/*"))
    assert not folder.exists()


def test_a_folder_that_was_to_be_kept_is_kept(tmp_path: Path):
    folder = tmp_path / "mine"
    folder.mkdir()
    die(folder)

    assert simulations.running() == ()
    assert folder.exists()


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"pid": "x"}'])
def test_a_damaged_file_is_cleared_away(content: str, state: Path):
    (state / "simulations").mkdir()
    (state / "simulations" / "7.json").write_text(content)

    assert simulations.running() == ()
    assert not list(state.glob("simulations/*"))


def test_who_looks_while_it_changes_its_mind_clears_nothing_away(
    simulation: Simulation, monkeypatch: pytest.MonkeyPatch
):
    registration = Registration(simulation)
    read = simulations.read

    def read_slowly(path: Path) -> Simulation:
        found = read(path)
        registration.update(simulation)  # the file that is being looked at is held no longer
        return found

    monkeypatch.setattr(simulations, "read", read_slowly)
    assert simulations.running() == (simulation,)
    monkeypatch.undo()

    assert simulation.folder.exists()
    registration.end()
