"""``umbel ports``: what is plugged in."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    app.command("ports")(show)


def show(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show the serial ports of this computer that lead to a USB device."""
    from umbel import usb
    from umbel.cli import _output

    found = usb.ports()
    if as_json:
        _output.print_json([asdict(port) for port in found])
    elif found:
        rows = [
            (port.path, _output.escaped(port.what), port.serial_number or "") for port in found
        ]
        _output.print_table(("port", "what", "serial number"), rows)
    else:
        print("no USB device offers a serial port; is it plugged in, with a cable for data?")
