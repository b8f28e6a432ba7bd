"""Logs of several nodes, side by side."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import cast

from umbel.cli import _output, _running
from umbel.errors import LinkError, UmbelError
from umbel.link import shell
from umbel.model import Node

_FIRST_PAUSE = 1.0  # seconds before we try again to reach a node
_LONGEST_PAUSE = 30.0  # seconds


async def show(nodes: Sequence[Node], lines: int, *, follow: bool) -> bool:
    """Print what the logs hold, and go on until Ctrl-C if wanted; tell whether all answered."""
    width = max(len(node.name) for node in nodes) if len(nodes) > 1 else 0
    if not follow:
        return all(await asyncio.gather(*(_newest(node, lines, width) for node in nodes)))
    stop = _running.stop_on_signal()

    async def all_of_them() -> None:
        await asyncio.gather(*(_follow(node, lines, width) for node in nodes))

    with suppress(asyncio.CancelledError):
        await _running.unless_stopped(stop, all_of_them())
    return True


async def _newest(node: Node, lines: int, width: int) -> bool:
    try:
        async with shell.connect(node) as opened:
            await _print_newest(node, opened, lines, width)
    except UmbelError as error:
        _output.print_error(error)
        return False
    return True


async def _follow(node: Node, lines: int, width: int) -> None:
    """Print new lines for ever; a node that restarts, or is out of reach, is waited for."""
    pause = _FIRST_PAUSE
    while True:
        try:
            async with shell.connect(node) as opened:
                await _print_newest(node, opened, lines, width)
                pause = _FIRST_PAUSE
                async for event in opened.events("log"):
                    _print(node, str(event.data), width)
        except LinkError as error:
            _output.print_error(error)
        await asyncio.sleep(pause)
        pause = min(pause * 2, _LONGEST_PAUSE)


async def _print_newest(node: Node, opened: shell.Shell, lines: int, width: int) -> None:
    held = cast("list[object]", await opened.request({"log": True}))
    for line in held[-lines:] if lines else []:
        _print(node, str(line), width)


def _print(node: Node, line: str, width: int) -> None:
    print(f"{node.name:{width}}  {line}" if width else line, flush=True)
