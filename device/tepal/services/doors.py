"""Doors open and close, which each does once."""

import asyncio

RARE = True


async def open(door, port: int) -> None:
    """Begin to listen. Raises: OSError (the port is taken)."""
    address = door.node.listen_address
    door.server = await asyncio.start_server(door.accept, address, port, door.limit + 4)


def close(door) -> None:
    """Stop listening and disconnect everybody."""
    if door.server:
        door.server.close()
    for connection in door.connections:
        connection.task.cancel()
