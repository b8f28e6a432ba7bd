"""``umbel provision``: the first identity of a node."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from umbel.errors import UmbelError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_FILE = "provision.json"
_PORTS = ("/dev/", "COM")
_WIFI_PASSWORD = "UMBEL_WIFI_PASSWORD"  # noqa: S105 - where it is, not what it is
_NEW_PASSWORD = "UMBEL_NEW_PASSWORD"  # noqa: S105


def register(app: typer.Typer) -> None:
    app.command("provision")(provision)


def provision(
    target: Annotated[
        str,
        typer.Argument(help="A serial port (/dev/ttyACM0), a folder, or a node that answers."),
    ],
    name: Annotated[str | None, typer.Option(help="What the node is called: attic.")] = None,
    wifi: Annotated[str | None, typer.Option(help="The name of the Wi-Fi network.")] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="A key of the configuration; repeat it."),
    ] = None,
) -> None:
    """Give a node its name, its Wi-Fi and its password.

    At a serial port, or in a folder that is or becomes the flash of a node, this leaves
    provision.json, which the node takes in at its next start and then deletes. Passwords are typed, or come from UMBEL_WIFI_PASSWORD and UMBEL_NEW_PASSWORD; where no
    admin password is given, a new node makes one and prints it on its serial console.
    """
    wanted = _wanted(name, wifi, settings or ())
    if target.startswith(_PORTS):
        _copy(target, wanted)
        return
    if Path(target).is_dir():
        _write(Path(target) / _FILE, wanted)
        print(f"{Path(target) / _FILE} is for the next start of the node; it holds passwords")
        return
    if "/" in target:
        raise UmbelError(f"there is no folder {target}", remedy="mkdir, or mount the board")
    _change(target, wanted)


def _wanted(name: str | None, wifi: str | None, settings: Sequence[str]) -> dict[str, str]:
    wanted = {} if name is None else {"devfid": name}
    if wifi is not None:
        wanted |= {"staessid": wifi, "stapwd": _secret(_WIFI_PASSWORD, f"password of {wifi}: ")}
    if password := _secret(_NEW_PASSWORD, "new admin password, empty for none: "):
        wanted["appwd"] = password
    for setting in settings:
        key, equals, value = setting.partition("=")
        if not (key and equals):
            raise UmbelError(f"--set {setting}: KEY=VALUE expected")
        wanted[key] = value
    if not wanted:
        raise UmbelError("nothing to provision", remedy="--name, --wifi or --set")
    return wanted


def _secret(variable: str, prompt: str) -> str:
    if variable in os.environ:
        return os.environ[variable]
    if not sys.stdin.isatty():
        return ""
    from getpass import getpass

    return getpass(prompt)


def _write(path: Path, wanted: Mapping[str, str]) -> None:
    try:
        path.touch(mode=0o600)
        path.write_text(json.dumps(wanted) + "\n")
    except OSError as exc:
        raise UmbelError(f"{path}: {exc.strerror}") from exc


def _copy(port: str, wanted: Mapping[str, str]) -> None:
    """Copy the file onto the board, restart it, and show what it prints until it is up."""
    from tempfile import TemporaryDirectory

    from umbel import usb
    from umbel.cli import _restart

    board = usb.Board(port)
    with TemporaryDirectory() as folder:
        _write(Path(folder) / _FILE, wanted)
        board.put(Path(folder) / _FILE)
    _restart.watched(board)


def _change(node: str, wanted: Mapping[str, str]) -> None:
    from umbel.cli import _backup, _session

    restored = _session.run(node, lambda session: _backup.restore(session, wanted))
    if restored.unknown:
        raise UmbelError(f"{node} does not know {', '.join(restored.unknown)}")
    print(f"changed: {', '.join(restored.changed) or 'nothing'}")
    if restored.wants_restart:
        print(f"in force after: umbel shell {node} reboot")
