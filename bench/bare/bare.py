"""As little hardware as a node needs to run, and a gauge of the heap that the node holds.

None of this counts: it is in memory before the first look. Names count against the 620 that
MicroPython keeps in small tables, so wherever it can this file calls things as the node does.

The gauge looks ten times a second whether there is a file ``gauge-asked``. Its answer is
``gauge-answer``: the bytes in use, swept and collected, then the file of every module in memory.
What MicroPython says of its names goes to the console.
"""

import gc
import os
import sys

import micropython


class machine:  # noqa: N801 - stands for the module
    PWRON_RESET = 1

    @staticmethod
    def unique_id():
        return b"\x02\x50\x49\x00\x00\x01"

    @staticmethod
    def reset_cause():
        return 1

    @staticmethod
    def reset():
        sys.exit()

    class WDT:
        def __init__(self, timeout):
            pass

        def feed(self):
            pass


class network:  # noqa: N801 - stands for the module
    """With a station that is always there."""

    STA_IF, AP_IF = 0, 1
    LISTEN_ADDRESS = "127.0.0.1"

    @staticmethod
    def hostname(_):
        pass

    class WLAN:
        def __init__(self, _):
            pass

        def active(self, _=None):
            pass

        def config(self, reconnects):
            pass

        def connect(self, _, password):
            pass

        def disconnect(self):
            pass

        def isconnected(self):
            return True

        def ifconfig(self):
            return (network.LISTEN_ADDRESS,) * 4


async def idle(before):
    """Answer whenever somebody asks; ``before`` is what was in use before there was a node."""
    asyncio = sys.modules["asyncio"]
    while True:
        await asyncio.sleep_ms(100)
        try:
            os.remove("gauge-asked")
        except OSError:
            continue
        sys.modules["tepal.node"].sweep()
        gc.collect()  # what sweep() itself had on its stack
        answer(gc.mem_alloc() - before[0])


def answer(used):
    micropython.qstr_info()
    with open("gauge-answer.new", "w") as file:
        file.write(str(used) + "\n")
        for name in sys.modules:
            file.write(getattr(sys.modules[name], "__file__", "") + "\n")
    os.rename("gauge-answer.new", "gauge-answer")


def boot():
    """Run the release in ``sys/a`` of the working folder, as the loader of a board does it."""
    sys.modules["machine"] = machine
    sys.modules["network"] = network
    sys.path.insert(0, "sys/a")
    before = [0]
    run = beside(idle(before))
    gc.collect()
    before[0] = gc.mem_alloc()
    import asyncio

    asyncio.run, run[0] = run[1], asyncio.run
    import start

    start.run("sys/a")


def beside(looks):
    """Return a list: a place for asyncio.run, and what replaces it, to run ``looks`` beside."""

    async def both(main):
        asyncio = sys.modules["asyncio"]
        asyncio.create_task(looks)
        return await main

    run = [None, lambda main: run[0](both(main))]
    return run
