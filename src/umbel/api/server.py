"""Serves the gateway inside a running event loop."""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
from collections.abc import Callable, Generator
from contextlib import contextmanager

import uvicorn

from umbel.api.app import create_app
from umbel.api.guard import Guard, own_names
from umbel.build import sources
from umbel.errors import UmbelError
from umbel.fleet import Fleet

HOST = "127.0.0.1"
PORT = 8090
_WAITING = 64  # connections that wait to be accepted
_GOODBYE = 2  # seconds for requests that are under way when we end


def new_token() -> str:
    """A token that nobody guesses."""
    return secrets.token_urlsafe(18)


async def serve(
    fleet: Fleet,
    *,
    host: str = HOST,
    port: int = PORT,
    token: str | None,
    on_ready: Callable[[str], None],
) -> None:
    """Serve ``fleet`` until cancelled; ``on_ready`` gets the address of the page.

    Without a token everybody who reaches ``host`` may do everything. Afterwards the subscriptions
    of ``fleet`` have ended.

    Raises:
        UmbelError: the port is taken, or ``host`` is none of this machine's addresses.
    """
    listening = _listen(host, port)
    guard = Guard(token=token, hosts=own_names(host))
    app = create_app(fleet, guard, sources.fleet_page())
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="off",
        ws="none",
        server_header=False,
        timeout_graceful_shutdown=_GOODBYE,
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        on_ready(_url(host, listening, token))
        await asyncio.shield(serving)
    finally:
        fleet.hang_up()  # else the streams would hold us
        server.should_exit = True
        await serving


class _Server(uvicorn.Server):
    """Signals are for the program around us."""

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return socket.create_server(address[:2], family=family, backlog=_WAITING)
    except OSError as exc:
        raise UmbelError(
            f"cannot listen at {host}:{port}: {_reason(exc)}",
            remedy="--port 0 takes a free one",
        ) from exc


def _reason(error: OSError) -> str:
    """What the system says, without what Python adds."""
    number = error.errno or 0
    return os.strerror(number) if number > 0 else str(error.strerror or error)


def _url(host: str, listening: socket.socket, token: str | None) -> str:
    port = listening.getsockname()[1]
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    return f"http://{shown}:{port}/" + (f"?token={token}" if token else "")
