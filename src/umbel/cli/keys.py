"""``umbel keys``: who may sign what nodes run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from umbel.release import PublicKey

Name = Annotated[str, typer.Argument(help="The name of the key; only you use it.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def register(app: typer.Typer) -> None:
    keys = typer.Typer(help="Release keys: who may sign what nodes run.", no_args_is_help=True)
    keys.command("new")(new)
    keys.command("import")(take)
    keys.command("list")(show_all)
    keys.command("show")(show)
    keys.command("export-public")(export)
    app.add_typer(keys, name="keys")


def new(
    name: Name,
    with_passphrase: Annotated[
        bool, typer.Option("--passphrase", help="Lock it: UMBEL_KEY_PASSPHRASE, or typed.")
    ] = False,
) -> None:
    """Make a key. Its private half never leaves this machine; make a copy and keep it safe."""
    from umbel.cli import _keys
    from umbel.release import private_keys

    ring = _keys.ring()
    secret = _keys.passphrase(name, is_new=True) if with_passphrase else None
    key = private_keys.new(ring, name, secret)
    print(f"{key.name}: rsa {key.id}")
    print(f"private: {ring.private_path(name)}")


def take(
    name: Name,
    path: Annotated[Path, typer.Argument(help="A public key: PEM, or what export-public prints.")],
) -> None:
    """Keep the public half of a key that is elsewhere: on a card, with a service, of a friend."""
    from umbel.cli import _keys
    from umbel.release import private_keys

    key = private_keys.take(_keys.ring(), name, path)
    print(f"{key.name}: rsa {key.id}")


def show_all(as_json: AsJson = False) -> None:
    """List the keys."""
    from umbel.cli import _keys, _output

    ring = _keys.ring()
    described = [_described(key, ring.has_private(key.name)) for key in ring]
    if as_json:
        _output.print_json(described)
    elif described:
        rows = [tuple(map(str, one.values())) for one in described]
        _output.print_table(("name", "id", "private half"), rows)
    else:
        print("there is no release key; make one: umbel keys new NAME")


def show(name: Name, as_json: AsJson = False) -> None:
    """Show what is known of a key, without its secret."""
    from umbel.cli import _keys, _output

    ring = _keys.ring()
    described = _described(ring.public(name), ring.has_private(name))
    if as_json:
        _output.print_json(described)
        return
    for what, value in described.items():
        print(f"{what}: {value}")


def export(
    name: Name,
    as_pem: Annotated[bool, typer.Option("--pem", help="As other programs want it.")] = False,
) -> None:
    """Print the public half of a key: what nodes are given."""
    from umbel.cli import _keys

    key = _keys.ring().public(name)
    if as_pem:
        from umbel.release import private_keys

        print(private_keys.pem(key), end="")
    else:
        print(key.line)


def _described(key: PublicKey, has_private: bool) -> dict[str, str]:
    return {
        "name": key.name,
        "id": key.id,
        "private": "here" if has_private else "elsewhere",
    }
