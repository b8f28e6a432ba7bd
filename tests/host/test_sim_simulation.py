"""A whole simulation in this process: what it prepares, and the orders it takes."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncGenerator, Awaitable, Callable
from pathlib import Path
from typing import Any, cast

import pytest
from patience import PATIENCE

from umbel import registry
from umbel.errors import SimulationError
from umbel.release import Wishes, build
from umbel.sim import client, code, folder, runtime, simulation, weather
from umbel.sim.plan import Board, Plan
from umbel.sim.simulation import Simulation

# Runs at the same time must not share addresses.
FIRST = f"127.{100 + os.getpid() % 100}.7.1"


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UMBEL_STATE", str(tmp_path / "state"))


@pytest.fixture
async def house(needs: Callable[[str], Path]) -> AsyncGenerator[Simulation]:
    """Two nodes on MicroPython."""
    needs("micropython-64")
    plan = Plan(boards=(Board(name="attic"), Board(name="kitchen")), first_address=FIRST)
    async with simulation.running(plan, runtime.choose("micropython")) as running:
        await running.settle()
        yield running


async def order(house: Simulation, do: str, **more: object) -> Any:
    return await asyncio.to_thread(client.order, house.folder.socket, do, **more)


async def wait_until(is_true: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not await is_true():  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.01)


async def test_the_nodes_are_known_as_long_as_they_run(house: Simulation):
    known = registry.nodes()

    assert [node.name for node in known] == ["attic", "kitchen"]
    assert all(node.id.startswith("micr02") and node.access.key for node in known)
    assert known[0].access.password == house.password
    assert house.folder.root.exists()


async def test_boards_tell_whether_they_are_on(house: Simulation):
    async def is_off() -> bool:
        return not (await order(house, "boards"))["kitchen"]["on"]

    await order(house, "power", board="kitchen", on=False)
    await wait_until(is_off)

    boards = await order(house, "boards")
    assert boards["attic"] == {"on": True, "up": True, "pid": house.node("attic").pid}
    assert boards["kitchen"] == {"on": False, "up": False, "pid": None}


async def test_orders_reach_the_board_that_they_name(house: Simulation):
    await order(house, "analog", board="attic", number=34, value=7)

    assert (await order(house, "read", board="attic"))["analog"] == {"34": 7}
    assert (await order(house, "read", board="kitchen"))["analog"] == {}


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ({"do": "read", "board": "loft"}, "no board is called 'loft'"),
        ({"do": "read"}, "the order names no board"),
        ({"do": "fly", "board": "attic"}, "unknown: fly"),
        ({"do": "pin", "board": "attic"}, "KeyError"),
    ],
)
async def test_an_order_that_cannot_be_carried_out_is_refused(
    wanted: dict[str, str], words: str, house: Simulation
):
    with pytest.raises(SimulationError, match=words):
        await order(house, **wanted)


async def test_nonsense_at_the_socket_is_refused_and_harms_nobody(house: Simulation):
    reader, writer = await asyncio.open_unix_connection(house.folder.socket)
    for line in (b"{nonsense}\n", b"[]\n", b'"text"\n'):
        writer.write(line)
        assert json.loads(await reader.readline())["error"] == "an order is a JSON object"
    writer.write(b"x" * 100_000)
    assert await reader.read() == b""
    writer.close()

    assert cast("dict[str, Any]", await order(house, "boards"))["attic"]["up"]


async def test_the_weather_reaches_the_sensors(house: Simulation):
    async def is_felt() -> bool:
        return "32" in (await order(house, "read", board="kitchen"))["climate"]

    blowing = asyncio.create_task(weather.blow(house))
    await wait_until(is_felt)
    blowing.cancel()

    touched = await order(house, "read", board="kitchen")
    assert -10 < touched["climate"]["32"][0] < 40


async def test_a_simulation_that_is_gone_is_one_sentence(tmp_path: Path):
    with pytest.raises(SimulationError, match="the simulation does not answer"):
        client.order(tmp_path / "control.sock", "boards")


def test_each_board_has_a_release_on_its_flash():
    with folder.opened(None) as place:
        code.lay_out(place, ["one", "two"])

        for board in ("one", "two"):
            flash = place.board(board).flash
            assert (flash / "main.py").is_file()
            assert (flash / "sys/a/pack").is_file()
        assert (place.fakes / "machine.mpy").is_file()


def test_a_newer_release_on_a_board_stays():
    with folder.opened(None) as place:
        code.lay_out(place, ["one"])
        flash = place.board("one").flash
        newer = build({"start.mpy": b"M\x06\x00\x1f"}, Wishes(name="tepal", version="999.0.0"))
        (flash / "sys/b").mkdir()
        (flash / "sys/b/manifest").write_bytes(newer.manifest.content)
        (flash / "boot.st").write_text("b - 0\n")

        code.lay_out(place, ["one"])

        assert [path.name for path in (flash / "sys/b").iterdir()] == ["manifest"]


def test_a_release_of_now_replaces_one_of_before_where_it_runs():
    with folder.opened(None) as place:
        code.lay_out(place, ["one"])
        flash = place.board("one").flash
        (flash / "sys/a").rename(flash / "sys/b")
        (flash / "sys/b/pack").write_bytes(b"of yesterday")
        (flash / "boot.st").write_text("b - 0\n")

        code.lay_out(place, ["one"])

        newest = (place.code / "sys/a/pack").read_bytes()
        assert (flash / "sys/b/pack").read_bytes() == newest
        assert not (flash / "sys/a").exists()


def test_on_cpython_nodes_share_one_copy_of_the_sources():
    with folder.opened(None) as place:
        target = code.lay_out_sources(place)

        assert (target / "tepal/node.py").is_file()
        assert (target / "modules/LM_system.py").is_file()
