"""What the host may order of a simulation: what a board does itself, and what only a hand can."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from umbel.errors import SimulationError

if TYPE_CHECKING:
    from umbel.sim.simulation import Simulation


async def carry_out(simulation: Simulation, order: Mapping[str, object]) -> object:
    """Do what ``order`` says; its ``board`` says to whom.

    {"do": "boards"}                                    every board: on or off, up or not, its process
    {"do": "power", "board": "attic", "on": false}      the plug
    {"do": …, "board": "attic", …}                      see board/control.py

    Raises:
        SimulationError: it cannot be done.
    """
    if order.get("do") == "boards":
        return _boards(simulation)
    board = order.get("board")
    if not isinstance(board, str):
        raise SimulationError("the order names no board", remedy='add "board"')
    node = simulation.node(board)
    if order.get("do") != "power":
        return await node.ask({name: value for name, value in order.items() if name != "board"})
    if order.get("on"):
        node.restore_power()
    else:
        node.cut_power()
    return True


def _boards(simulation: Simulation) -> dict[str, object]:
    return {
        node.board: {"on": node.pid is not None, "up": node.is_up.is_set(), "pid": node.pid}
        for node in simulation.nodes
    }
