"""Boards at the USB ports of this computer."""

from umbel.usb.board import Board
from umbel.usb.ports import Port, ports

__all__ = ["Board", "Port", "ports"]
