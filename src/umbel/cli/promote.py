"""``umbel promote``: offer a folder to nodes, and to clients of the original promoter."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from umbel.errors import UmbelError

_HOST = "127.0.0.1"
_EVERYWHERE = "0.0.0.0"  # noqa: S104 - what an address without a host has always meant
_PORT = 9090


def register(app: typer.Typer) -> None:
    app.command("promote")(promote)


def promote(
    path: Annotated[Path | None, typer.Option(help="The folder: a release, or any other.")] = None,
    address: Annotated[
        str, typer.Option(metavar="HOST:PORT", help="Where to listen; :9090 is everywhere.")
    ] = f"{_HOST}:{_PORT}",
) -> None:
    """Offer a folder to nodes, as it is and as it changes. Ctrl-C ends it.

    Clients of ota-promoter find what they know. A file that a line of .promoterignore matches, a
    regular expression, is left out. Whoever reaches the address reads everything.
    """
    import asyncio

    if path is None:
        raise UmbelError("no folder to promote", remedy="umbel promote --path DIR")
    host, port = _address(address)
    asyncio.run(_serve(path, host, port))


async def _serve(path: Path, host: str, port: int) -> None:
    from umbel.cli import _running
    from umbel.ota import server

    def say(sentence: str) -> None:
        print(sentence, file=sys.stdout if sentence.startswith("version ") else sys.stderr)
        sys.stdout.flush()

    def ready(url: str) -> None:
        print(f"promoting {path} at {url}")
        print("Ctrl-C ends it")

    stop = _running.stop_on_signal()
    work = server.serve(path, host=host, port=port, key_of=_key_of, on_ready=ready, say=say)
    await _running.unless_stopped(stop, work)


def _key_of(node_id: str) -> bytes | None:
    """The key of a node that this user knows."""
    from umbel import registry
    from umbel.cli import _output

    try:
        known = registry.nodes()
    except UmbelError as error:  # a damaged file is no reason to stop serving the others
        _output.print_error(error)
        return None
    return next((one.access.key for one in known if one.id == node_id), None)


def _address(text: str) -> tuple[str, int]:
    from umbel.model import Address

    if text.startswith(":"):
        text = _EVERYWHERE + text
    try:
        address = Address.parse(text, _PORT)
    except ValueError as exc:
        raise UmbelError(f"{text!r} is no address", remedy=f"--address {_HOST}:{_PORT}") from exc
    return address.host, address.port
