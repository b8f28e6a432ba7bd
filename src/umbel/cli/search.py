"""``umbel search``: which nodes there are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from umbel.link.found import Found


def register(app: typer.Typer) -> None:
    app.command("search")(search)


def search(
    networks: Annotated[
        list[str] | None,
        typer.Argument(help="Networks to search host by host: 192.168.1.0/24, or one address."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Find nodes: those around us that answer a broadcast, and those that are known already.

    Networks that are named are searched host by host instead; there, nodes of the original micrOS
    are found too. What is found is remembered, so that other commands know it by name.
    """
    import asyncio

    from umbel.cli import _output, _search

    found = asyncio.run(_search.run(tuple(networks or ())))
    _search.remember(found)
    if as_json:
        _output.print_json([_record(one) for one in found])
    elif found:
        _print(found)
    else:
        print(
            "nobody answered; name a network to search it host by host: umbel search 10.0.0.0/24"
        )


def _record(found: Found) -> dict[str, object]:
    return {
        "name": found.name,
        "id": found.id,
        "host": found.address.host,
        "shell": found.address.port,
        "web": found.web_port,
        "system": found.system,
        "version": found.version,
        "auth": found.auth,
    }


def _print(found: tuple[Found, ...]) -> None:
    from umbel.cli import _output

    headings = ("name", "address", "web", "system", "auth", "id")
    _output.print_table(headings, (_row(one) for one in found))


def _row(found: Found) -> tuple[str, ...]:
    from umbel.cli._output import escaped

    return (
        escaped(found.name),
        str(found.address),
        found.as_node().url or "",
        f"{found.system} {escaped(found.version or '')}".strip(),
        "on" if found.auth else "[yellow]off[/]",
        escaped(found.id),
    )
