"""Where a simulation takes orders: one JSON object a line, one answer a line."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, cast

from umbel.errors import SimulationError, UmbelError

_LONGEST_ORDER = 64 * 1024  # bytes

CarryOut = Callable[[Mapping[str, object]], Awaitable[object]]


@asynccontextmanager
async def opened(path: Path, carry_out: CarryOut) -> AsyncGenerator[None]:
    """Take orders at ``path`` while the block runs."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                answer = await _answer(line, carry_out)
                writer.write(json.dumps(answer).encode() + b"\n")
                await writer.drain()
        except (OSError, ValueError):
            return  # whoever asked is gone, or does not end the line
        finally:
            writer.close()

    with _place(path):
        server = await asyncio.start_unix_server(serve, path, limit=_LONGEST_ORDER)
        _make_private(path)
        try:
            yield
        finally:
            server.close()


@contextmanager
def _place(path: Path) -> Generator[None]:
    path.unlink(missing_ok=True)  # a killed simulation left it
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def _make_private(path: Path) -> None:
    path.chmod(0o600)


async def _answer(line: bytes, carry_out: CarryOut) -> dict[str, object]:
    try:
        return {"ok": await carry_out(_order(line))}
    except UmbelError as error:
        return {"error": str(error), "remedy": error.remedy}


def _order(line: bytes) -> dict[str, Any]:
    try:
        order = json.loads(line)
    except ValueError:
        order = None
    if not isinstance(order, dict):
        raise SimulationError("an order is a JSON object")
    return cast("dict[str, Any]", order)
