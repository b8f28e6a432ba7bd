"""Where ``umbel search`` looks."""

from __future__ import annotations

from umbel import registry
from umbel.cli import _output
from umbel.link import discovery, networks, scan
from umbel.link.found import MICROS, Found
from umbel.model import Address
from umbel.model.address import SHELL_PORT
from umbel.registry import saved, simulations


async def run(named: tuple[str, ...]) -> tuple[Found, ...]:
    """Whoever is there, in the order of names.

    Raises:
        UmbelError: ``named`` holds what is no network.
    """
    hosts = [host for network in named for host in networks.hosts(network)]
    places = [Address(host, SHELL_PORT) for host in hosts or networks.broadcasts()]
    known = [node.address for node in registry.nodes()]
    found = {one.address: one for one in await discovery.ask([*places, *known])}
    if silent := [place for place in places if hosts and place not in found]:
        with _output.progress("knocking", len(silent)) as advance:
            found |= {one.address: one for one in await scan.knock(silent, report=advance)}
    return tuple(sorted(found.values(), key=lambda one: (one.name.casefold(), one.address)))


def remember(found: tuple[Found, ...]) -> None:
    """Save whom we did not know; a simulated node is known as long as it runs."""
    simulated = {node.address for simulation in simulations.running() for node in simulation.nodes}
    new = [one for one in found if one.system != MICROS and one.address not in simulated]
    if new:
        saved.remember(one.as_node() for one in new)
