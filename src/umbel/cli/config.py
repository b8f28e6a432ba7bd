"""``umbel config``: the configuration of a node."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from umbel.errors import UmbelError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from umbel.cli._session import Session

_KEY = Annotated[str, typer.Argument(help="The name of a key: devfid.")]
_JSON = Annotated[bool, typer.Option("--json", help="Print JSON.")]
_NEGATIVE = {"ignore_unknown_options": True}  # -60 is no option


def register(app: typer.Typer) -> None:
    group = typer.Typer(callback=choose, no_args_is_help=True)
    group.command("get")(get)
    group.command("set", context_settings=_NEGATIVE)(change)
    group.command("dump")(dump)
    group.command("backup")(backup)
    group.command("restore")(restore)
    app.add_typer(group, name="config")


def choose(
    context: typer.Context,
    node: Annotated[str, typer.Argument(help="A node, by name, id or address.")],
) -> None:
    """Read and change the configuration of a node."""
    context.obj = node


def get(context: typer.Context, key: _KEY, as_json: _JSON = False) -> None:
    """Print the value of a key; with --json also its type, default and limits."""
    from umbel.cli import _config, _output, _session

    described = _session.run(context.obj, lambda session: _config.describe(session, key))
    if as_json:
        _output.print_json(described)
    else:
        print(described["value"])


def change(
    context: typer.Context,
    key: _KEY,
    value: Annotated[
        str | None, typer.Argument(help="The new value; leave it out to type it.")
    ] = None,
) -> None:
    """Change a key. A secret is typed, or piped in: on the command line others could see it.

    A time zone may have its name: tz Europe/Vienna.
    """
    from umbel.cli import _config, _session

    async def work(session: Session) -> bool:
        described = await _config.describe(session, key)
        wanted = _wanted(context.obj, key, value, described)
        return await _config.save(session, key, _config.for_node(key, wanted))

    wants_restart = _session.run(context.obj, work)
    print(
        "saved" + (f"; in force after: umbel shell {context.obj} reboot" if wants_restart else "")
    )


def dump(
    context: typer.Context,
    text: Annotated[str, typer.Argument(help="Only keys that contain this.")] = "",
    as_json: _JSON = False,
) -> None:
    """Print every key and its value; secrets are not shown."""
    from umbel.cli import _config, _output, _session

    described = _session.run(context.obj, lambda session: _config.describe_all(session, text))
    if as_json:
        _output.print_json(described)
    else:
        rows = [_row(key, one) for key, one in described.items()]
        _output.print_table(("key", "value", "default", "limits", ""), rows)


def backup(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The file to write: attic.json.")],
) -> None:
    """Save the configuration. Secrets stay on the node; FILE.secrets.json has a place for them."""
    from umbel.cli import _backup, _config, _session

    described = _session.run(context.obj, _config.describe_all)
    secret, too_long = _backup.write(file, context.obj, described)
    print(f"saved to {file}")
    for key in too_long:
        print(f"not saved, too long: {key}")
    print(f"secrets are not in it: {', '.join(secret)}")
    print(f"for a restore write those that you know to {_backup.secrets_path(file)}")


def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="What backup has written.")],
) -> None:
    """Restore a configuration, and the secrets beside it: all that is right, or nothing."""
    from umbel.cli import _backup, _session

    config = _backup.read(file)
    if _backup.secrets_path(file).exists():
        config |= _backup.read_secrets(_backup.secrets_path(file))
    restored = _session.run(context.obj, lambda session: _backup.restore(session, config))
    print(f"changed: {', '.join(restored.changed) or 'nothing'}")
    if restored.unknown:
        print(f"passed over, as this node does not know them: {', '.join(restored.unknown)}")
    if restored.wants_restart:
        print(f"in force after: umbel shell {context.obj} reboot")


def _wanted(node: str, key: str, value: str | None, described: Mapping[str, Any]) -> str:
    """The new value: given, typed or piped in."""
    is_secret = bool(described.get("secret"))
    if value is None:
        return _typed(key, is_secret=is_secret)
    if is_secret:
        raise UmbelError(
            f"{key} is a secret, and others can see your command line",
            remedy=f"leave the value out, and type it: umbel config {node} set {key}",
        )
    return value


def _typed(key: str, *, is_secret: bool) -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    if not is_secret:
        return input(f"{key}: ")
    from getpass import getpass

    return getpass(f"{key}: ")


def _row(key: str, described: Mapping[str, Any]) -> tuple[str, ...]:
    from umbel.cli._output import escaped

    marks = [
        name.replace("_", " ") for name in ("reboot", "secret", "read_only") if name in described
    ]
    default = described.get("default", "")
    value = escaped(str(described["value"]))
    is_changed = "default" in described and described["value"] != default
    return (
        key,
        f"[bold]{value}[/]" if is_changed else value,
        escaped(str(default)),
        escaped(_limits(described)),
        ", ".join(marks),
    )


def _limits(described: Mapping[str, Any]) -> str:
    limit = described.get("limit")
    if isinstance(limit, int):
        return f"at most {limit} characters"
    if not isinstance(limit, list):
        return ""
    bounds = [str(bound) for bound in cast("list[object]", limit)]
    return ("..".join if described["type"] == "int" else ", ".join)(bounds)
