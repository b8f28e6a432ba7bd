"""Serves what bench/baselines has: HTTP on port 80, an echo on port 9008."""

import asyncio

import echo
import keepalive
import wifi


async def main():
    asyncio.create_task(echo.serve(9008))
    await keepalive.serve(80)


print("address", wifi.join("10.55.0.2"))
asyncio.run(main())
