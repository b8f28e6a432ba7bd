"""Runs the node of a board and prints every second how much heap is in use, this file apart."""

import gc
import sys

import micropython
import network

sys.path[:0] = ["/modules", "/sys/a", "/sys/a/modules"]
_own = 0


def run(firmware):
    """Tell what is in use before there is a node, then run it."""
    global _own
    beside = watch()
    gc.collect()
    _own = gc.mem_alloc() - firmware
    network.WLAN(network.STA_IF).active(True)
    gc.collect()
    print("firmware", firmware, "radio", gc.mem_alloc() - _own - firmware)
    from tepal import node

    node.run(beside)


async def watch():
    asyncio = sys.modules["asyncio"]
    sweep = sys.modules["tepal.node"].sweep
    while True:
        await asyncio.sleep_ms(1000)
        sweep()
        gc.collect()  # what sweep() itself had on its stack
        micropython.qstr_info()
        print("in use", gc.mem_alloc() - _own)
