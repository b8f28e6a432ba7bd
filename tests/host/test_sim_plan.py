"""What can be simulated, and where."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from umbel.errors import SimulationError
from umbel.sim import addresses, folder
from umbel.sim.plan import Board, Plan, numbered


def test_boards_are_numbered_from_one():
    names = [board.name for board in numbered(100)]

    assert (names[0], names[9], names[99]) == ("node01", "node10", "node100")


@pytest.mark.parametrize("names", [[""], ["../x"], ["a b"], ["a", "a"], ["a" * 33], []])
def test_a_plan_that_cannot_be_is_refused(names: list[str]):
    with pytest.raises(SimulationError):
        Plan(boards=tuple(Board(name=name) for name in names))


def test_addresses_follow_each_other():
    assert addresses.from_first("127.0.1.1", 3) == ("127.0.1.1", "127.0.1.2", "127.0.1.3")


def test_behind_254_hosts_the_next_network_begins():
    row = addresses.from_first("127.0.1.1", 300)

    assert row[253:256] == ("127.0.1.254", "127.0.2.1", "127.0.2.2")
    assert len(set(row)) == 300


@pytest.mark.parametrize("first", ["", "attic", "10.0.0.1", "::1", "127.255.255.250"])
def test_only_addresses_of_this_machine_alone_are_taken(first: str):
    with pytest.raises(SimulationError):
        addresses.from_first(first, 20)


def test_a_place_where_somebody_listens_is_refused():
    with socket.create_server(("127.3.3.1", 0)) as server:
        place = server.getsockname()
        with pytest.raises(SimulationError, match=r"cannot be opened: Address already in use"):
            addresses.refuse_taken([place])

    addresses.refuse_taken([place])


def test_a_temporary_folder_goes_when_it_is_not_needed_any_more():
    with folder.opened(None) as place:
        (place.root / "x").touch()

    assert not place.root.exists()


def test_a_folder_that_was_named_stays_with_its_boards(tmp_path: Path):
    with folder.opened(tmp_path / "kept") as place:
        chip, password = place.board("attic").chip(), place.password(None)

    with folder.opened(tmp_path / "kept") as again:
        assert again.board("attic").chip() == chip
        assert again.board("kitchen").chip() != chip
        assert again.password("another") == password


def test_a_folder_belongs_to_one_simulation(tmp_path: Path):
    with (
        folder.opened(tmp_path),
        pytest.raises(SimulationError, match="another simulation runs in"),
        folder.opened(tmp_path),
    ):
        pass


def test_a_folder_that_cannot_be_is_one_sentence():
    with pytest.raises(SimulationError, match="/dev/null/x: "), folder.opened(Path("/dev/null/x")):
        pass


def test_a_deep_folder_has_its_socket_elsewhere(tmp_path: Path):
    deep = tmp_path / ("x" * 120)
    with folder.opened(deep) as place:
        assert len(str(place.socket)) < 100
        assert place.socket.parent.exists()

    assert not place.socket.parent.exists()
