"""Serves a promoted folder."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from pathlib import Path

from umbel import serving
from umbel.ota.app import KeyOf, create_app
from umbel.ota.patience import PatientProtocol
from umbel.ota.promoter import Promoter, Say, summary
from umbel.ota.store import Store

PORT = 9090
_MOST = 1000  # connections, waiting nodes included
_KEEP_ALIVE = 60  # seconds
_SEND_BUFFER = 1 << 17  # bytes that the system holds for a slow reader


async def serve(
    folder: Path, *, host: str, port: int, key_of: KeyOf, on_ready: Callable[[str], None], say: Say
) -> None:
    """Promote ``folder`` until cancelled; ``on_ready`` gets the address, ``say`` all else.

    Raises:
        UmbelError: the folder cannot be promoted, or the port is taken.
    """
    with Store.temporary() as copies:
        promoter = Promoter(folder, copies, say=say)
        await promoter.look()
        listening = serving.listen(host, port, remedy="--address HOST:PORT with another port")
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)

        def ready() -> None:
            on_ready(serving.url(host, listening))
            say(summary(promoter.snapshot))

        watching = asyncio.create_task(promoter.watch())
        try:
            await serving.serve(
                create_app(promoter, key_of),
                listening,
                on_ready=ready,
                hang_up=promoter.hang_up,
                http=PatientProtocol,
                limit_concurrency=_MOST,
                timeout_keep_alive=_KEEP_ALIVE,
            )
        finally:
            watching.cancel()
            await asyncio.wait([watching])
