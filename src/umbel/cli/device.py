"""``umbel device``: types of devices and sensors, and what hangs on a node."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer

from umbel.errors import UmbelError

if TYPE_CHECKING:
    from umbel.build.device_types import Found

_Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def register(app: typer.Typer) -> None:
    group = typer.Typer(
        help="Types of devices and sensors, and what hangs on a node.", no_args_is_help=True
    )
    group.command("list")(show_all)
    group.command("check")(check)
    group.command("new")(new)
    group.command("configure")(configure)
    group.command("schema")(schema)
    app.add_typer(group, name="device")


def show_all(as_json: _Json = False) -> None:
    """List the types that there are."""
    from umbel.build import device_types
    from umbel.cli import _output

    found = device_types.find()
    if as_json:
        _output.print_json([one.type.model_dump(mode="json", exclude_unset=True) for one in found])
        return
    rows = [
        (
            one.type.config_name,
            "sensor" if one.type.is_sensor else "device",
            _output.escaped(one.type.display_name),
            ", ".join(one.type.params),
            _rules(one),
        )
        for one in found
    ]
    _output.print_table(("type", "is a", "name", "parameters", "rules"), sorted(rows))


def check(
    files: Annotated[
        list[Path] | None,
        typer.Argument(help="Metadata, or a devices.json; without it: all types there are."),
    ] = None,
) -> None:
    """Tell all that is wrong with types, or with a devices.json."""
    from umbel.build import device_contract, device_types, sources

    folder = sources.device_dir() / device_types.FOLDER
    faults: list[str] = []
    for path in files or sorted(folder.glob("*.json")):
        try:
            data = _read(path)
        except UmbelError as error:
            faults.append(str(error))
            continue
        known = cast("dict[str, Any]", data) if isinstance(data, dict) else {}
        is_type = "config_name" in known
        wrong = device_contract.faults(path, known) if is_type else _faults_of_config(data)  # pyright: ignore[reportUnknownArgumentType]
        faults += [
            f"{path}: {place}: {what}" if place else f"{path}: {what}" for place, what in wrong
        ]
    for fault in faults:
        print(fault, file=sys.stderr)
    if faults:
        raise UmbelError(f"{len(faults)} fault{'s' if len(faults) > 1 else ''}")


def new(
    name: Annotated[str, typer.Argument(help="What instances have as their type: fan, tea-pot.")],
    sensor: Annotated[
        bool, typer.Option("--sensor", help="It decides instead of obeying.")
    ] = False,
) -> None:
    """Write class, metadata and test of a new type; they pass as they are."""
    from umbel.build import device_types, new_device, sources

    root = sources.device_dir().parent
    if not (root / "tests" / "device").is_dir():
        raise UmbelError(
            "a new type wants the sources of Umbel", remedy="a clone of the repository, make setup"
        )
    if name in {one.type.config_name for one in device_types.find()}:
        raise UmbelError(f"there is a type {name} already")
    for path in new_device.create(root, name, is_sensor=sensor):
        print(path.relative_to(root))


def configure(
    file: Annotated[Path, typer.Argument(help="The file to make.")] = Path("devices.json"),
    source: Annotated[
        Path | None,
        typer.Option(
            "--from", help="Ask nothing; take this one, or one of micropython-smarthome."
        ),
    ] = None,
    node: Annotated[
        str | None, typer.Option("--to", help="Send it to this node, and restart that.")
    ] = None,
) -> None:
    """Say what hangs on a node: asks for devices, sensors, rules and schedules.

    The file is checked as the node does. What is wrong is said, and then nothing is written.
    """
    from umbel.cli import _device_questions
    from umbel.model import smarthome

    if source:
        given = _read(source)
        if not isinstance(given, dict):
            raise UmbelError(f"{source}: an object expected")
        config, notes = smarthome.taken_over(cast("dict[str, Any]", given))
        for note in notes:
            print(note)
    else:
        there = cast("dict[str, Any]", _read(file)) if file.exists() else {}
        config = _device_questions.ask(there, _types())
    if wrong := _faults_of_config(config):
        for place, what in wrong:
            print(f"{source or file}: {place}: {what}", file=sys.stderr)
        raise UmbelError(f"{file} was not written: {len(wrong)} faults")
    file.write_text(json.dumps(config, indent=2, ensure_ascii=False) + "\n")
    print(f"{file} written")
    if node:
        _send(node, config)


def schema() -> None:
    """Print the JSON Schema of the metadata of a type."""
    from umbel.cli import _output
    from umbel.model import device_type

    _output.print_json(device_type.schema())


def _send(name: str, config: dict[str, Any]) -> None:
    import asyncio

    from umbel.cli import _nodes
    from umbel.link.api import Api

    async def send() -> None:
        async with Api(_nodes.with_access(_nodes.find(name))) as api:
            await api.request("PUT", "files/config/devices.json", config)
            await api.run("reboot")

    asyncio.run(send())
    print(f"{name} has it and restarts")


def _types() -> list[Found]:
    from umbel.build import device_types

    return list(device_types.find())


def _faults_of_config(config: object) -> list[tuple[str, str]]:
    from umbel.model import device_type

    return device_type.faults_of_config(config, [one.type for one in _types()])


def _read(path: Path) -> object:
    try:
        return json.loads(path.read_text())
    except RecursionError as error:
        raise UmbelError(f"{path}: brackets within brackets, too many of them") from error
    except (OSError, ValueError) as error:
        raise UmbelError(f"{path}: {error}") from error


def _rules(one: Found) -> str:
    limits = one.type.rule_limits
    words = one.type.rule_prompt
    if limits:
        words += " {:g} … {:g}".format(*limits)
    return f"{words} {one.type.rule_unit}".strip()
