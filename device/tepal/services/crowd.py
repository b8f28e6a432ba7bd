"""What a door does when too much comes: no place is left, or a client sends more than fits."""

import asyncio

from micropython import const

RARE = True
_WAIT_MS = const(2000)  # how long a newcomer waits for a place
_LOOK_MS = const(50)
_LINGER_MS = const(300)
_BUSY = {
    "shell": b"Connection is busy. Bye!\n",
    "http": b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 2\r\ncontent-length: 0\r\n"
    b"connection: close\r\n\r\n",
    "smarthome": b'{"ERROR": "Too many clients"}',
}


def busy(door) -> bytes:
    """Return what a client reads for which there is no place."""
    return _BUSY[door.name]


async def admit(door) -> bool:
    """Tell whether there is a place; waits a moment for one, with a few others."""
    if door.newcomers >= door.limit:
        return False
    door.newcomers += 1
    try:
        for _ in range(_WAIT_MS // _LOOK_MS):
            _make_room(door)
            await asyncio.sleep_ms(_LOOK_MS)
            if len(door.connections) < door.limit:
                return True
    finally:
        door.newcomers -= 1
    return False


def _make_room(door) -> None:
    """Send away who has been idle longest, if that is long enough."""
    longest = max(door.connections, key=lambda connection: connection.idle_ms())
    if longest.idle_ms() > door.yield_ms:
        longest.task.cancel()


async def linger(connection) -> None:
    """Pass over what a client still sends, for a moment.

    A connection that is closed with bytes unread is reset, and the client loses our last words.
    """
    try:
        await asyncio.wait_for_ms(_drink(connection), _LINGER_MS)
    except asyncio.TimeoutError:
        pass


async def _drink(connection) -> None:
    count = 1
    while count:
        connection.start = connection.end = 0
        count = await connection.fill()
