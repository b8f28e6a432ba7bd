"""The door of micropython-smarthome, TCP 8123: a JSON line or an HTTP GET, an answer, the end.

What it says is in ``smarthome_request``, which is not in memory while nobody asks.
"""

# Of the part devices, which a release can leave out.

BUFFER = 1024  # bytes: a line


async def serve(node, connection) -> None:
    """Answer one request."""
    if not await connection.fill():
        return
    from tepal.services import smarthome_request

    await smarthome_request.answer(node, connection)
