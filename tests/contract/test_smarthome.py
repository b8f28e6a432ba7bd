"""What clients of micropython-smarthome rely on: the answers it gives, at both wires of a node."""

from __future__ import annotations

import asyncio
import json
import os
import tomllib
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from patience import PATIENCE
from smarthome_client import HttpClient, JsonClient

from umbel.sim import flash, runtime, simulation
from umbel.sim.plan import Board, Plan
from umbel.sim.simulation import Simulation

RECORDED = tomllib.loads(Path(__file__).with_name("smarthome.toml").read_text())
PASSWORD = "rosehip-tea"
WIRES: dict[str, type[JsonClient]] = {"json": JsonClient, "http": HttpClient}
DOORS = {  # what the nodes are configured to
    "json": {"smarthome": "open", "smarthome_role": "admin"},
    "http": {"smarthome": "open", "smarthome_role": "admin"},
    "shut": {"smarthome": "login"},
}

pytestmark = pytest.mark.asyncio(loop_scope="module")


def provision(folder: Path, board: Board, door: dict[str, str]) -> None:
    """Give a board an identity, devices and a door."""
    own = folder / board.name / "flash"
    flash.provision(own, board, password=PASSWORD, is_open=False)
    path = own / "config" / "node_config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | door))
    (own / "config" / "devices.json").write_text(json.dumps(RECORDED["devices"]))
    (own / "data").mkdir(exist_ok=True)
    (own / "data" / "ir.samsung_tv.json").write_text('{"power": "samsung:E0E040BF"}')


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Simulation]:
    """A node for each wire, and one with a lock."""
    folder = tmp_path_factory.mktemp("house")
    boards = tuple(Board(name=name) for name in DOORS)
    for board in boards:
        provision(folder, board, DOORS[board.name])
    number = os.getpid() % 16384
    plan = Plan(
        boards=boards,
        first_address=f"127.{192 + number // 256}.{number % 256}.1",
        folder=folder,
        password=PASSWORD,
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("UMBEL_STATE", str(tmp_path_factory.mktemp("state")))
        async with simulation.running(plan, runtime.choose("auto")) as running:
            await asyncio.gather(*(node.is_up.wait() for node in running.nodes))
            for name in ("json", "http"):
                await answering(client(running, name))
            yield running


def client(house: Simulation, name: str, wire: str = "") -> Any:
    """A client of one of the nodes."""
    return WIRES[wire or name](house.node(name).node.address.host)


async def asked(client: JsonClient, function: str, *arguments: Any) -> Any:
    return await asyncio.to_thread(client.ask, function, *arguments)


async def answering(client: JsonClient) -> None:
    """Return when a node has all its devices; they come when the doors are open."""
    async with asyncio.timeout(PATIENCE):
        while True:
            status = await asked(client, "status")
            if isinstance(status, dict) and status.get("sensors"):
                return
            await asyncio.sleep(0.1)


@pytest.mark.parametrize("wire", WIRES)
async def test_a_session_goes_as_it_did_before(house: Simulation, wire: str):
    talker = client(house, wire)
    lines = client(house, wire, "json")

    for exchange in RECORDED["exchange"]:
        words = json.loads(exchange["ask"])
        speaker = lines if exchange.get("wire") == "json" else talker
        assert await asked(speaker, *words) == json.loads(exchange["answer"]), words


@pytest.mark.parametrize("wire", WIRES)
async def test_status_and_attributes_have_the_keys_that_clients_read(house: Simulation, wire: str):
    talker = client(house, wire)

    status = await asked(talker, "status")

    recorded = RECORDED["status"]
    assert sorted(status) == recorded["top"]
    assert sorted(status["metadata"]) == recorded["metadata"]
    everything = status["devices"] | status["sensors"]
    for name in ("device1", "device2", "sensor1"):
        assert sorted(everything[name]) == recorded[name], name
    for name, keys in RECORDED["attributes"].items():
        assert sorted(await asked(talker, "get_attributes", name)) == keys, name
    assert sorted(await asked(talker, "mem_info")) == ["free", "max_free_sz", "max_new_split"]


async def test_an_endpoint_that_is_none_has_status_404_and_every_other_200(house: Simulation):
    talker = client(house, "http")

    assert await asyncio.to_thread(talker.answer, "nothing") == (404, {"ERROR": "Invalid command"})
    status, _ = await asyncio.to_thread(talker.answer, "turn_on", "device99")
    assert status == 200


async def test_every_endpoint_of_the_original_is_there(house: Simulation):
    talker = client(house, "json")
    names = """reboot status enable enable_in disable disable_in set_rule increment_rule reset_rule
        reset_all_rules get_schedule_rules add_schedule_rule remove_rule save_rules
        get_schedule_keywords add_schedule_keyword remove_schedule_keyword save_schedule_keywords
        get_attributes condition_met trigger_sensor turn_on turn_off get_temp get_humid
        get_climate_data clear_log set_log_level ir_key ir_get_existing_macros ir_create_macro
        ir_delete_macro ir_add_macro_action ir_run_macro ir_save_macros set_gps_coords
        load_cell_tare load_cell_read mem_info""".split()
    assert len(names) == 39

    for name in names:
        if name != "reboot":
            assert await asked(talker, name) != {"ERROR": "Invalid command"}, name


@pytest.mark.parametrize("wire", WIRES)
async def test_a_door_with_a_lock_lets_nobody_in_without_the_password(
    house: Simulation, wire: str
):
    talker = client(house, "shut", wire)

    for words in (["status"], ["turn_on", "device1"], ["reboot"]):
        assert await asked(talker, *words) == {"ERROR": "login required"}


@pytest.mark.parametrize("wire", WIRES)
async def test_a_node_restarts_when_it_is_told_to(house: Simulation, wire: str):
    talker = client(house, wire)
    log = house.folder.root / wire / "flash" / "logs" / "boot.sys.log"
    log.unlink(missing_ok=True)

    assert await asked(talker, "reboot") == "Rebooting"

    async with asyncio.timeout(PATIENCE):
        while not log.exists() or "reset cause" not in log.read_text():  # noqa: ASYNC110 - a file has no event
            await asyncio.sleep(0.1)
    await answering(talker)
