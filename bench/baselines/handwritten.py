"""HTTP as people write it by hand in a tutorial: a line at a time, one answer, keep-alive.

On the unix port: ``micropython handwritten.py PORT``; on a board ``handwritten.serve(80)`` is
awaited after the Wi-Fi has been joined.
"""

import asyncio
import sys

_ANSWER = (
    b"HTTP/1.1 200 OK\r\n"
    b"Content-Type: application/json\r\n"
    b"Content-Length: 38\r\n"
    b"\r\n"
    b'{"result":"<3 heartbeat","state":true}'
)


async def answer(reader, writer):
    """Answer one caller until he hangs up."""
    try:
        while await reader.readline():
            while await reader.readline() not in (b"\r\n", b""):
                pass
            writer.write(_ANSWER)
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
