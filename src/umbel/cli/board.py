"""``umbel board``: the hands, the room and the weather around a simulated node."""

from __future__ import annotations

import re
from typing import Annotated, Any, cast

import typer

_PIN = Annotated[int, typer.Argument(min=0, max=99, help="The number of the GPIO.")]
_NEGATIVE = {"ignore_unknown_options": True}  # -3.5 is no option
_TROUBLES = (
    "",
    "hidden",
    "refuses",
    "silent",
    "no address",
    "empty",
)  # see sim/board/simulated.py
_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
_DURATION = re.compile(r"([+-]?\d+)([smhd]?)")


def register(app: typer.Typer) -> None:
    group = typer.Typer(invoke_without_command=True, callback=choose)
    group.command("read")(read)
    group.command("pin")(pin)
    group.command("adc")(adc)
    group.command("climate", context_settings=_NEGATIVE)(climate)
    group.command("weight", context_settings=_NEGATIVE)(weight)
    group.command("wifi", context_settings=_NEGATIVE)(wifi)
    group.command("network")(network)
    group.command("power")(power)
    group.command("type")(type_line)
    group.command("clock", context_settings=_NEGATIVE)(clock)
    app.add_typer(group, name="board")


def choose(
    context: typer.Context,
    node: Annotated[str, typer.Argument(help="A simulated node, by name or address.")],
) -> None:
    """Drive the fake hardware of a simulated node; without a command, show all it has touched."""
    context.obj = node
    if context.invoked_subcommand is None:
        read(context)


def read(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show everything that the node has touched: pins, duties, pixels, sensors, Wi-Fi."""
    from umbel.cli import _board, _output

    touched = cast("dict[str, Any]", _order(context, "read"))
    if as_json:
        _output.print_json(touched)
    else:
        _output.print_table(("what", "where", "now"), _board.rows(touched))


def pin(
    context: typer.Context,
    number: _PIN,
    level: Annotated[int | None, typer.Argument(min=0, max=1, help="0 or 1.")] = None,
) -> None:
    """Set the level of an input, as a button would; without a level, show it."""
    if level is not None:
        _order(context, "pin", number=number, value=level)
        return
    touched = cast("dict[str, Any]", _order(context, "read"))
    print(touched["pins"].get(str(number), "the node has not touched it"))


def adc(
    context: typer.Context,
    number: _PIN,
    value: Annotated[int, typer.Argument(min=0, max=65535, help="0..65535.")],
) -> None:
    """Set what an analog input measures."""
    _order(context, "analog", number=number, value=value)


def climate(
    context: typer.Context,
    number: _PIN,
    temperature: Annotated[float, typer.Argument(min=-40, max=80, help="Degrees Celsius.")],
    humidity: Annotated[float, typer.Argument(min=0, max=100, help="Percent.")],
) -> None:
    """Set what a DHT sensor measures; the pin map of an ESP32 has it at 32."""
    _order(context, "climate", number=number, temperature=temperature, humidity=humidity)


def weight(
    context: typer.Context,
    data: Annotated[int, typer.Argument(min=0, max=99, help="The data pin of an HX711.")],
    clock: Annotated[int, typer.Argument(min=0, max=99, help="Its clock pin.")],
    raw: Annotated[int, typer.Argument(min=-(2**23), max=2**23 - 1, help="What the chip says.")],
) -> None:
    """Set what a load cell weighs, in steps of its HX711; the largest stands for an overload."""
    _order(context, "weight", number=data, clock=clock, raw=raw)


def wifi(
    context: typer.Context,
    state: Annotated[str, typer.Argument(help="up, down, or the strength in dBm: -70.")],
) -> None:
    """Drop the Wi-Fi link, restore it, or set its strength."""
    if state in ("up", "down"):
        _order(context, "wifi", up=state == "up")
    elif re.fullmatch(r"-\d{1,3}", state):
        _order(context, "wifi", rssi=int(state))
    else:
        raise typer.BadParameter(f"{state!r}: up, down or a strength like -70 expected")


def network(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="What it calls itself.")],
    password: Annotated[str, typer.Option(help="What it wants; nothing: it is open.")] = "",
    rssi: Annotated[int, typer.Option(min=-100, max=-1, help="Its strength in dBm.")] = -50,
    trouble: Annotated[
        str, typer.Option(help="What is odd: hidden, refuses, silent, no address or empty.")
    ] = "",
    is_gone: Annotated[bool, typer.Option("--gone", help="Take it away.")] = False,
) -> None:
    """Put a Wi-Fi network around the board, or change it; from then on only such ones are there."""
    if trouble not in _TROUBLES:
        raise typer.BadParameter(f"{trouble!r}: one of {', '.join(_TROUBLES[1:])} expected")
    wifi = cast("dict[str, Any]", _order(context, "read"))["wifi"]
    around = cast("list[dict[str, object]]", wifi["networks"] or [])
    networks = [other for other in around if other["ssid"] != name]
    if not is_gone:
        made = {"ssid": name, "password": password, "rssi": rssi}
        networks.append({**made, "hidden": trouble == "hidden", "trouble": trouble})
    _order(context, "wifi", networks=networks)


def power(
    context: typer.Context,
    state: Annotated[str, typer.Argument(help="off, on or cycle.")],
) -> None:
    """Pull the plug, without warning; or plug it in again."""
    if state not in ("off", "on", "cycle"):
        raise typer.BadParameter(f"{state!r}: off, on or cycle expected")
    if state != "on":
        _order(context, "power", on=False)
    if state != "off":
        _order(context, "power", on=True)


def type_line(
    context: typer.Context,
    line: Annotated[str, typer.Argument(help="A line; `conf console True` lets the node listen.")],
) -> None:
    """Type a line on the serial console; what it answers is in the console log."""
    _order(context, "type", text=f"{line}\n")


def clock(
    context: typer.Context,
    jump: Annotated[str, typer.Argument(help="+90, 15m, -2h, 1d.")],
) -> None:
    """Let the clock of the board jump."""
    match = _DURATION.fullmatch(jump)
    if match is None:
        raise typer.BadParameter(f"{jump!r}: a time like +90, 15m, -2h or 1d expected")
    _order(context, "clock", jump_s=int(match[1]) * _UNITS[match[2]])


def _order(context: typer.Context, do: str, **more: object) -> object:
    """What the board answers that the command line names."""
    from umbel.cli import _board
    from umbel.sim import client

    simulation, board = _board.find(str(context.obj))
    return client.order(simulation.socket, do, board=board, **more)
