"""Runs the node of a board and prints every second how much heap is in use, this file apart."""

import gc
import sys

import micropython
import network

_own = 0


def run(firmware):
    """Tell what is in use before there is a node, then run it."""
    global _own
    beside = [None, watch()]
    gc.collect()
    _own = gc.mem_alloc() - firmware
    network.WLAN(network.STA_IF).active(True)
    gc.collect()
    print("firmware", firmware, "radio", gc.mem_alloc() - _own - firmware)
    import asyncio

    beside[0], asyncio.run = asyncio.run, lambda main: beside[0](both(main, beside[1]))
    sys.path.insert(0, "sys/a")
    import start

    start.run("sys/a")


async def both(main, beside):
    """Run the node and the watch."""
    sys.modules["asyncio"].create_task(beside)
    return await main


async def watch():
    asyncio = sys.modules["asyncio"]
    sweep = sys.modules["tepal.node"].sweep
    while True:
        await asyncio.sleep_ms(1000)
        sweep()
        gc.collect()  # what sweep() itself had on its stack
        micropython.qstr_info()
        print("in use", gc.mem_alloc() - _own)
