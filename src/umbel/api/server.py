"""Serves the gateway inside a running event loop."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from umbel import serving
from umbel.api.app import create_app
from umbel.api.guard import Guard, own_names
from umbel.build import sources
from umbel.fleet import Fleet

HOST = "127.0.0.1"
PORT = 8090


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
    listening = serving.listen(host, port, remedy="--port 0 takes a free one")
    guard = Guard(token=token, hosts=own_names(host))
    app = create_app(fleet, guard, sources.fleet_page())
    page = serving.url(host, listening) + (f"?token={token}" if token else "")
    await serving.serve(app, listening, on_ready=lambda: on_ready(page), hang_up=fleet.hang_up)
