"""Everything that must be there before the first node starts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from umbel.errors import SimulationError
from umbel.model import Access, Address, Node
from umbel.registry import simulations
from umbel.sim import addresses, code, flash
from umbel.sim.folder import BoardFolder, Folder
from umbel.sim.plan import Plan
from umbel.sim.runtime import Runtime


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """What the nodes run, and how to reach them."""

    code: Path | None  # sources that they share; None: each has a release on its flash
    password: str
    nodes: tuple[Node, ...]  # in the order of the plan


def prepare(plan: Plan, folder: Folder, runtime: Runtime) -> Prepared:
    """Compile, provision the boards that are new, and make sure that the ports are free.

    Raises:
        UmbelError: one of these failed; no process was started.
    """
    hosts = addresses.from_first(plan.first_address, len(plan.boards))
    password = folder.password(plan.password)
    for board in plan.boards:
        own = folder.board(board.name).flash
        if not flash.is_provisioned(own):
            flash.provision(own, board, password=password, is_open=plan.is_open)
    nodes = tuple(
        _node(board.name, host, folder.board(board.name), password)
        for board, host in zip(plan.boards, hosts, strict=True)
    )
    _refuse_simulated(nodes)
    addresses.refuse_taken(_doors(nodes))
    shared = None
    if runtime.micropython is None:
        shared = code.lay_out_sources(folder)
    else:
        code.lay_out(folder, [board.name for board in plan.boards])
    return Prepared(code=shared, password=password, nodes=nodes)


def _node(name: str, host: str, own: BoardFolder, password: str) -> Node:
    shell_port, web_port = flash.ports(own.flash)
    return Node(
        name=name,
        address=Address(host, shell_port),
        web_port=web_port,
        access=Access(key=flash.key(own.flash, own.chip()), password=password),
    )


def _refuse_simulated(nodes: tuple[Node, ...]) -> None:
    """Name the other simulation that has an address of ours, which is the usual reason."""
    hosts = {node.address.host for node in nodes}
    for simulation in simulations.running():
        for other in simulation.nodes:
            if other.address.host in hosts:
                raise SimulationError(
                    f"{other.address.host} belongs to {other.name} of another simulation",
                    remedy=f"kill {simulation.pid}, or choose other addresses: --first 127.0.99.1",
                )


def _doors(nodes: tuple[Node, ...]) -> list[tuple[str, int]]:
    doors: list[tuple[str, int]] = []
    for node in nodes:
        ports = (node.address.port, node.web_port)
        doors.extend((node.address.host, port) for port in ports if port is not None)
    return doors
