"""``umbel gateway``: REST, events, metrics and a page for a fleet."""

from __future__ import annotations

import ipaddress
import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from umbel.errors import UmbelError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from umbel.fleet import Fleet
    from umbel.model import Node

_TOKEN = "UMBEL_GATEWAY_TOKEN"  # noqa: S105 - where it is, not what it is
_LOOK_AGAIN = 3.0  # seconds until we see that somebody has found another node
_PORT = 8090
_WEB_PORT = 80
_SHELL_PORT = 9008


def register(app: typer.Typer) -> None:
    app.command("gateway")(gateway)


def gateway(
    host: Annotated[str, typer.Option(help="The address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes a free one.")] = _PORT,
    is_open: Annotated[
        bool, typer.Option("--open", help="Want no token: whoever reaches it, may use it.")
    ] = False,
    node: Annotated[
        list[str] | None,
        typer.Option("--node", metavar="NAME=HOST[:PORT]", help="One more node, by its web door."),
    ] = None,
) -> None:
    """Serve REST, events, metrics and a page for all known nodes. Ctrl-C ends it.

    The address that is printed carries a new token, or that of UMBEL_GATEWAY_TOKEN. A node that
    wants a password gets that of UMBEL_PASSWORD.
    """
    import asyncio

    from umbel import api

    extra = [_node(text) for text in node or ()]
    token = None if is_open else os.environ.get(_TOKEN) or api.new_token()
    if is_open and not _is_loopback(host):
        print(f"everybody who reaches {host} may now use every node", file=sys.stderr)
    asyncio.run(_serve(extra, host, port, token))


async def _serve(extra: Sequence[Node], host: str, port: int, token: str | None) -> None:
    import asyncio

    from umbel import api
    from umbel.cli import _running
    from umbel.fleet import Fleet

    def say(url: str) -> None:
        print(f"the fleet is at {url}", flush=True)
        print("Ctrl-C ends it", flush=True)

    async def work() -> None:
        following = asyncio.create_task(_follow(fleet, extra))
        try:
            await api.serve(fleet, host=host, port=port, token=token, on_ready=say)
        finally:
            following.cancel()
            await asyncio.wait([following])

    stop = _running.stop_on_signal()
    fleet = Fleet(_known(extra))
    async with fleet.watched():
        await _running.unless_stopped(stop, work())


async def _follow(fleet: Fleet, extra: Sequence[Node]) -> None:
    """Take in who is found, or simulated, while we run."""
    import asyncio

    from umbel.cli import _output

    said = ""
    while True:
        await asyncio.sleep(_LOOK_AGAIN)
        try:
            fleet.assign(await asyncio.to_thread(_known, extra))
            said = ""
        except UmbelError as error:  # a damaged file is no reason to stop serving the others
            if str(error) != said:
                _output.print_error(error)
            said = str(error)


def _known(extra: Sequence[Node]) -> list[Node]:
    """The nodes of the command line, then all others that this user knows."""
    from umbel import registry
    from umbel.cli import _nodes

    doors = {node.url for node in extra}
    others = [node for node in registry.nodes() if node.url not in doors]
    return [_nodes.with_access(node) for node in (*extra, *others)]


def _node(text: str) -> Node:
    """The node that ``NAME=HOST[:PORT]`` spells."""
    from umbel.model import Address, Node

    name, equals, door = text.partition("=")
    try:
        address = Address.parse(door if name and equals else "", _WEB_PORT)
    except ValueError as exc:
        raise UmbelError(f"{text!r} is no node", remedy="--node attic=192.168.1.20:80") from exc
    return Node(name=name, address=Address(address.host, _SHELL_PORT), web_port=address.port)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
