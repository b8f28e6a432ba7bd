"""Simulated boards, as ``umbel board`` finds and shows them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from umbel import registry
from umbel.errors import SimulationError
from umbel.registry import Simulation, simulations

_PERCENT = 65535 / 100
_OFF = (0, 0, 0)

Row = tuple[str, str, str]


def find(text: str) -> tuple[Simulation, str]:
    """The simulation that runs the node which ``text`` means, and what it calls the board.

    Raises:
        UnknownNode: no node is meant, or several are.
        SimulationError: it is not simulated.
    """
    running = simulations.running()
    for simulation in running:
        if text in simulation.boards:
            return simulation, text
    node = registry.resolve(text, registry.nodes())
    for simulation in running:
        if (board := simulation.board_of(node)) is not None:
            return simulation, board
    raise SimulationError(f"{node.name} is not simulated", remedy="umbel sim")


def rows(touched: dict[str, Any]) -> Iterator[Row]:
    """What a board tells of itself, line by line."""
    for number, level in _by_number(touched["pins"]):
        yield "pin", number, str(level)
    for number, output in _by_number(touched["pwm"]):
        yield "duty", number, f"{output['duty_u16'] / _PERCENT:.1f} %, {output['freq']} Hz"
    for number, pixels in _by_number(touched["pixels"]):
        yield "pixels", number, _pixels(pixels)
    for number, value in _by_number(touched["analog"]):
        yield "adc", number, str(value)
    for number, (celsius, humidity) in _by_number(touched["climate"]):
        yield "climate", number, f"{celsius:g} °C, {humidity:g} %"
    for number, raw in _by_number(touched["load_cells"]):
        yield "weight", number, str(raw)
    wifi = touched["wifi"]
    yield "wifi", "", f"{'up' if wifi['up'] else 'down'}, {wifi['rssi']} dBm"


def _by_number(entries: dict[str, Any]) -> list[tuple[str, Any]]:
    return sorted(entries.items(), key=lambda entry: (not entry[0].isdigit(), entry[0].zfill(3)))


def _pixels(pixels: list[list[int]]) -> str:
    """A square in its colour for each pixel that is lit."""
    lit = sum(tuple(pixel) != _OFF for pixel in pixels)
    squares = "".join(f"[rgb({r},{g},{b})]■[/]" for r, g, b, *_ in pixels)
    first = ", ".join(map(str, pixels[0])) if pixels else ""
    return f"{squares} {lit} of {len(pixels)} lit, the first is {first}"
