"""Which serial ports there are, and what is plugged in."""

from __future__ import annotations

from dataclasses import dataclass

from umbel.errors import UmbelError

try:
    from serial.tools import list_ports
except ImportError as exc:
    raise UmbelError("pyserial is not installed", remedy="pip install 'umbel[usb]'") from exc


@dataclass(frozen=True, slots=True, kw_only=True)
class Port:
    """A serial port with something on it."""

    path: str
    what: str  # as it calls itself
    serial_number: str | None


def ports() -> tuple[Port, ...]:
    """Every port of a USB device, by path."""
    found = [port for port in list_ports.comports() if port.vid is not None]
    return tuple(
        Port(
            path=port.device,
            what=" ".join(filter(None, (port.manufacturer, port.product))) or "unknown",
            serial_number=port.serial_number,
        )
        for port in sorted(found, key=lambda port: port.device)
    )
