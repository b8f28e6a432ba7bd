"""``umbel sim``: how it starts, what it survives, how it ends."""

from __future__ import annotations

import re
import signal
import socket
from pathlib import Path

import pytest
from patience import wait_until

from umbel.errors import LinkError, LinkTimeout
from umbel.link import shell


def is_gone(pid: int) -> bool:
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return True
    return status.rpartition(")")[2].split()[0] == "Z"


def pids(simulation) -> list[int]:
    return [board["pid"] for board in simulation.boards().values()]


async def reset_cause(simulation, name: str) -> str:
    async with shell.connect(simulation.node(name)) as session:
        return (await session.request({"about": True}))["reset_cause"]


def test_each_node_is_a_line_as_soon_as_it_answers(house):
    lines = re.findall(r"^node.*$", house.printed, re.MULTILINE)

    assert sorted(line.split()[0] for line in lines) == ["node01", "node02", "node03"]
    assert all("shell 9008  web 8080  MicroPython 1." in line for line in lines)


def test_nodes_have_the_ports_of_a_board_and_addresses_in_a_row(house):
    addresses = [node.address for node in house.known().nodes]

    assert addresses[0].host == house.first
    assert [address.host.rpartition(".")[2] for address in addresses] == ["1", "2", "3"]
    assert [address.port for address in addresses] == [9008] * 3


def test_without_micropython_it_takes_cpython_and_says_so(simulate, tmp_path):
    simulation = simulate(UMBEL_RUNTIMES=str(tmp_path / "empty"))

    assert "CPython 3." in simulation.printed
    assert "python -m umbel.runtimes micropython-64" in simulation.printed
    assert simulation.json("status")[0]["state"] == "up"
    assert simulation.umbel("shell", "node01", "system", "heartbeat").stdout == "<3 heartbeat\n"
    assert simulation.umbel("board", "node01", "power", "cycle").returncode == 0
    simulation.read_until("node01 ", times=2)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_all_nodes(number, simulate):
    simulation = simulate("--nodes", "2")
    nodes, folder = pids(simulation), simulation.known().folder

    assert simulation.end(number) == 0

    assert all(map(is_gone, nodes))
    assert not folder.exists()


def test_a_killed_supervisor_leaves_nothing(simulate):
    simulation = simulate("--nodes", "2")
    nodes, folder = pids(simulation), simulation.known().folder

    simulation.end(signal.SIGKILL)

    assert wait_until(lambda: all(map(is_gone, nodes)))
    assert "no node is known" in simulation.umbel("status").stdout
    assert not folder.exists()
    assert not list(Path(simulation.env["UMBEL_STATE"]).glob("simulations/*"))


async def test_a_node_that_listens_to_nobody_dies_with_the_supervisor_too(simulate, tmp_path):
    simulation = simulate("--dir", str(tmp_path / "kept"))
    module = tmp_path / "kept" / "node01" / "flash" / "modules" / "LM_deaf.py"
    module.write_text("def load():\n    while True:\n        pass\n")
    (node,) = pids(simulation)
    async with shell.connect(simulation.node("node01")) as session:
        with pytest.raises(LinkTimeout):
            await session.run("deaf load", within=0.3)

    simulation.end(signal.SIGKILL)

    assert wait_until(lambda: is_gone(node))


async def test_a_node_that_listens_to_nobody_does_not_hold_the_supervisor(simulate, tmp_path):
    simulation = simulate("--dir", str(tmp_path / "kept"))
    module = tmp_path / "kept" / "node01" / "flash" / "modules" / "LM_deaf.py"
    module.write_text("def load():\n    while True:\n        pass\n")
    async with shell.connect(simulation.node("node01")) as session:
        with pytest.raises(LinkTimeout):
            await session.run("deaf load", within=0.3)
    (node,) = pids(simulation)

    simulation.end(signal.SIGINT)

    assert is_gone(node)


async def test_a_reset_starts_the_node_again_and_it_knows_why(simulate):
    simulation = simulate()
    assert await reset_cause(simulation, "node01") == "PWRON"

    simulation.process("shell", "node01", "reboot")
    simulation.read_until("node01 ", times=3)  # it was up, starts again, is up
    assert await reset_cause(simulation, "node01") == "SOFT"

    simulation.process("shell", "node01", "reboot", "-h")
    simulation.read_until("node01 ", times=5)
    assert await reset_cause(simulation, "node01") == "HARD"


async def test_power_is_cut_without_warning_and_restored(simulate):
    simulation = simulate()
    (node,) = pids(simulation)

    simulation.process("board", "node01", "power", "off")
    assert wait_until(lambda: is_gone(node))
    assert "offline" in simulation.process("status").stdout
    assert "is off" in simulation.process("board", "node01").stderr

    simulation.process("board", "node01", "power", "on")
    simulation.read_until("node01 ", times=2)
    assert await reset_cause(simulation, "node01") == "PWRON"


async def test_what_is_around_a_board_outlasts_its_restart(simulate):
    simulation = simulate()
    simulation.process("board", "node01", "climate", "32", "12.5", "60")

    simulation.process("board", "node01", "power", "cycle")
    simulation.read_until("node01 ", times=2)

    async with shell.connect(simulation.node("node01")) as session:
        assert await session.run("dht22 measure") == {"temp[C]": 12.5, "hum[%]": 60.0}


async def test_a_node_that_crashes_is_reported_and_starts_again(simulate, tmp_path):
    simulation = simulate("--dir", str(tmp_path / "kept"))
    module = tmp_path / "kept" / "node01" / "flash" / "modules" / "LM_bang.py"
    module.write_text("import sys\n\ndef load():\n    print('BANG')\n    sys.exit(3)\n")
    async with shell.connect(simulation.node("node01")) as session:
        with pytest.raises(LinkError):
            await session.run("bang load")

    simulation.read_until("crashed, and starts again")

    assert "BANG" in simulation.read_until("node01 ", times=3)
    assert "BANG" in (tmp_path / "kept" / "node01" / "console.log").read_text()


def test_a_folder_keeps_what_the_nodes_have_saved(simulate, tmp_path):
    folder = str(tmp_path / "kept")
    first = simulate("--dir", folder)
    before = first.node("node01")
    first.umbel("config", "node01", "set", "utc", "120")
    first.end()

    second = simulate("--dir", folder)

    after = second.node("node01")
    assert (after.id, after.access) == (before.id, before.access)
    assert second.umbel("config", "node01", "get", "utc").stdout == "120\n"


def test_a_node_is_found_again_under_another_name_and_port(simulate):
    simulation = simulate()
    for key, value in (("socport", "9010"), ("devfid", "loft")):
        simulation.umbel("config", "node01", "set", key, value)
    simulation.umbel("shell", "node01", "reboot")
    simulation.read_until("loft ")

    (state,) = simulation.json("status")

    assert (state["name"], state["shell"], state["state"]) == ("loft", 9010, "up")
    assert simulation.umbel("shell", "loft", "version").returncode == 0
    assert simulation.umbel("board", "loft").returncode == 0
    assert simulation.umbel("board", "node01").returncode == 0  # the board has kept its name


def test_two_simulations_do_not_share_a_folder(simulate, tmp_path):
    simulation = simulate("--dir", str(tmp_path / "kept"))

    done = simulation.umbel("sim", "--dir", str(tmp_path / "kept"), "--first", "127.0.99.1")

    assert done.returncode == 1
    assert "another simulation runs in" in done.stderr


def test_two_simulations_do_not_share_an_address(house):
    done = house.umbel("sim", "--first", house.first)

    assert done.returncode == 1
    assert f"{house.first} belongs to node01 of another simulation" in done.stderr
    assert f"try: kill {house.supervisor.pid}, or choose other addresses" in done.stderr


def test_a_port_that_is_taken_is_named_and_nothing_is_left(simulate, tmp_path):
    simulation = simulate()
    network = simulation.first.removesuffix(".1")
    with socket.create_server((f"{network}.102", 8080)):
        done = simulation.umbel(
            "sim", "--nodes", "2", "--first", f"{network}.101", "--dir", str(tmp_path / "kept")
        )

    assert done.returncode == 1
    assert done.stderr.startswith(f"error: port 8080 at {network}.102 cannot be opened: ")
    assert "try: " in done.stderr
    assert not list((tmp_path / "kept").glob("*/console.log"))
    assert not (tmp_path / "kept" / "control.sock").exists()


@pytest.mark.slow
def test_a_hundred_nodes_answer(simulate):
    simulation = simulate("--nodes", "100")  # how soon, and how small they are: bench fleet

    def states() -> list[str]:
        return [state["state"] for state in simulation.json("status")]

    assert wait_until(lambda: states() == ["up"] * 100)
