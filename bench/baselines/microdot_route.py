"""One bare route of Microdot, which closes every connection; needs ``microdot`` on the path.

On the unix port: ``micropython microdot_route.py PORT``; on a board ``microdot_route.serve(80)``
is awaited after the Wi-Fi has been joined.
"""

import asyncio
import sys

from microdot import Microdot

app = Microdot()


@app.get("/rest/system/heartbeat")
async def heartbeat(request):
    return {"result": "<3 heartbeat", "state": True}


async def serve(port, address="0.0.0.0"):
    """Answer callers for ever."""
    print("listening", port)
    await app.start_server(address, port)


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), *sys.argv[2:]))
