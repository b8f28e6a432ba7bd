"""The least that asyncio can do for a line: send it back.

On the unix port: ``micropython echo.py PORT``; on a board ``echo.serve(9008)`` is awaited after
the Wi-Fi has been joined.
"""

import asyncio
import sys


async def answer(reader, writer):
    """Send one caller's lines back until he hangs up."""
    try:
        while True:
            line = await reader.readline()
            if not line:
                break
            writer.write(line)
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
