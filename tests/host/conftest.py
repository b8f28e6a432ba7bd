"""What tests of the host may ask for: the node's formats, and strangers on the network."""

from __future__ import annotations

import asyncio
import io
import sys
from collections.abc import AsyncGenerator, Awaitable, Callable
from pathlib import Path
from types import ModuleType
from typing import Protocol

import pytest

from umbel import cli
from umbel.model import Address


def _same(value: object) -> object:
    return value


# What a node has and CPython lacks; tepal.formats needs no more of a board than this.
_micropython = sys.modules.setdefault("micropython", ModuleType("micropython"))
vars(_micropython).setdefault("const", _same)

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Listen(Protocol):
    """``address = await listen(talk)``: whoever connects there is talked to."""

    async def __call__(self, talk: Talk, host: str = "127.0.0.1", port: int = 0) -> Address: ...


@pytest.fixture
async def listen() -> AsyncGenerator[Listen]:
    """Open TCP ports that are closed, with all that is said there, when the test ends."""
    servers: list[asyncio.Server] = []
    talks: set[asyncio.Task[None]] = set()

    async def one(talk: Talk, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await talk(reader, writer)
        except ConnectionError:
            pass
        finally:
            writer.close()
            await asyncio.gather(writer.wait_closed(), return_exceptions=True)

    async def start(talk: Talk, host: str = "127.0.0.1", port: int = 0) -> Address:
        def begin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            talks.add(asyncio.create_task(one(talk, reader, writer)))

        server = await asyncio.start_server(begin, host, port)
        servers.append(server)
        return Address(host, server.sockets[0].getsockname()[1])

    yield start
    for server in servers:
        server.close()
    for talk in talks:
        talk.cancel()
    await asyncio.gather(*talks, return_exceptions=True)


@pytest.fixture
def umbel(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., tuple[int, str]]:
    """``umbel("keys", "list")``: exit code and all that was printed; in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("UMBEL_STATE", str(tmp_path / "state"))

    def run(*arguments: str) -> tuple[int, str]:
        printed = io.StringIO()
        with monkeypatch.context() as patch, pytest.raises(SystemExit) as end:
            patch.setattr("sys.argv", ["umbel", *arguments])
            patch.setattr("sys.stdout", printed)
            patch.setattr("sys.stderr", printed)
            cli.main()
        return int(end.value.code or 0), printed.getvalue()

    return run
