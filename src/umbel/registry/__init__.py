"""The nodes that this user knows: those that were found, and those that a simulation runs."""

from __future__ import annotations

from umbel.model import Node
from umbel.registry import saved, simulations
from umbel.registry.names import in_order, resolve
from umbel.registry.simulations import Simulation

__all__ = ["Simulation", "in_order", "nodes", "resolve", "saved", "simulations"]


def nodes() -> tuple[Node, ...]:
    """Every node that is known now, as people count; a simulated one wins over a saved one."""
    known = {node.address: node for node in saved.read()}
    for simulation in simulations.running():
        known |= {node.address: node for node in simulation.nodes}
    return tuple(in_order(known.values()))
