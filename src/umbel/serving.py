"""Serves an ASGI application inside a running event loop, until it is cancelled."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import uvicorn

from umbel.errors import UmbelError

if TYPE_CHECKING:
    from starlette.types import ASGIApp

_WAITING = 64  # connections that wait to be accepted
_GOODBYE = 2  # seconds for requests that are under way when we end


def listen(host: str, port: int, *, remedy: str) -> socket.socket:
    """A socket that accepts connections.

    Raises:
        UmbelError: the port is taken, or ``host`` is none of this machine's addresses.
    """
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return socket.create_server(address[:2], family=family, backlog=_WAITING)
    except OSError as exc:
        raise UmbelError(f"cannot listen at {host}:{port}: {_reason(exc)}", remedy=remedy) from exc


def url(host: str, listening: socket.socket) -> str:
    """Where a program of this machine reaches ``listening``."""
    port = listening.getsockname()[1]
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    return f"http://{shown}:{port}/"


async def serve(
    app: ASGIApp,
    listening: socket.socket,
    *,
    on_ready: Callable[[], None],
    hang_up: Callable[[], None],
    **options: Any,
) -> None:
    """Serve ``app``; ``hang_up`` ends what would hold us at the end. ``options`` are uvicorn's."""
    config = uvicorn.Config(
        app,
        log_config=None,
        log_level="error",  # who sends nonsense hears of it; the console need not
        access_log=False,
        lifespan="off",
        ws="none",
        server_header=False,
        timeout_graceful_shutdown=_GOODBYE,
        **options,
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        on_ready()
        await asyncio.shield(serving)
    finally:
        hang_up()
        server.should_exit = True
        await serving


class _Server(uvicorn.Server):
    """Signals are for the program around us."""

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


def _reason(error: OSError) -> str:
    """What the system says, without what Python adds."""
    number = error.errno or 0
    return os.strerror(number) if number > 0 else str(error.strerror or error)
