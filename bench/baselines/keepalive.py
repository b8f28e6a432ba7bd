"""The least that answers HTTP and keeps the connection: what any server of ours is measured against.

Every request gets the same answer. On the unix port: ``micropython keepalive.py PORT``; on a
board ``keepalive.serve(80)`` is awaited after the Wi-Fi has been joined.
"""

import asyncio
import sys

from micropython import const

_LONGEST = const(1024)  # bytes of a request
_ANSWER = (
    b"HTTP/1.1 200 OK\r\n"
    b"Content-Type: application/json\r\n"
    b"Content-Length: 38\r\n"
    b"\r\n"
    b'{"result":"<3 heartbeat","state":true}'
)


async def answer(reader, writer):
    """Answer one caller until he hangs up or sends what is too long."""
    buffer = bytearray(_LONGEST)
    view = memoryview(buffer)
    filled = 0
    try:
        while filled < _LONGEST:
            count = await reader.readinto(view[filled:])
            if not count:
                break
            filled += count
            if buffer.find(b"\r\n\r\n", 0, filled) < 0:
                continue
            filled = 0
            writer.write(_ANSWER)
            if writer.out_buf:  # an empty one makes drain() a useless turn of the event loop
                await writer.drain()
    except OSError:
        pass
    await writer.wait_closed()  # close() does nothing in MicroPython


async def serve(port, address="0.0.0.0"):
    """Answer callers for ever."""
    await asyncio.start_server(answer, address, port)
    print("listening", port)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), *sys.argv[2:]))
