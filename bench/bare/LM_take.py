"""Takes the release in the folder ``new``, and says in the file ``taken`` what that took.

Four numbers: the bytes of heap in use before; the most in use, collected, whenever the engine is
about to forget code or a block was written; the bytes that had to come; milliseconds.
"""

import asyncio
import gc
import os
import time

node = None  # the running node; the loader puts it here

_BLOCK = 512  # bytes that a door reads at a time
_QUIET_MS = 1500  # until the doors have forgotten who asked


def begin():
    """Begin to take it."""
    node.tasks.start("take", take())
    return "begun"


async def take():
    """Take it, and write the answer."""
    await asyncio.sleep_ms(_QUIET_MS)
    node.sweep()
    trust()
    node.sweep()
    meter = Meter()
    sent = await bring(meter)
    answer = (meter.before, meter.most, sent, time.ticks_diff(time.ticks_ms(), meter.begun))
    tell_host(" ".join([str(number) for number in answer]))


def tell_host(answer):
    """Write the answer in one step."""
    with open("taken.new", "w") as file:
        file.write(answer)
    os.rename("taken.new", "taken")


class Meter:
    """Looks at the heap each time before the node sweeps it."""

    def __init__(self):
        self.begun = time.ticks_ms()
        self.before = self.most = 0
        self.sweep = node.sweep
        node.sweep = self.look
        self.look()
        self.before = self.most

    def look(self):
        """Collect, and see how much is left."""
        gc.collect()
        self.most = max(self.most, gc.mem_alloc())
        self.sweep()


def trust():
    """Take over the key of the publisher, which lies in a file."""
    from tepal.core import secrets

    with open("publisher") as file:
        secrets.put(node.vault, "release_keys", [file.read()])


def opened():
    """Return a session; a frame that lasts must not import."""
    from tepal.core import updating

    return updating.open(node, "bench")


async def bring(meter):
    """Bring the release as a door does; return the bytes of the files that had to come."""
    session = opened()
    tell(session)
    await session.begin()
    sent = 0
    buffer = bytearray(_BLOCK)
    wanted = await session.wanted()
    while wanted:
        sent += send(session, wanted, buffer)
        meter.look()
        wanted = await session.wanted()
    await session.finish()
    session.close()
    return sent


def tell(session):
    """Bring the manifest, a line at a time."""
    with open("new/manifest", "rb") as file:
        line = file.readline()
        while line:
            session.line(line)
            line = file.readline()


def send(session, wanted, buffer):
    """Bring a file, a block at a time."""
    sent = 0
    with open("new/" + wanted[0], "rb") as file:
        file.seek(wanted[3])
        count = file.readinto(buffer)
        while count:
            session.write(memoryview(buffer)[:count])
            sent += count
            count = file.readinto(buffer)
    return sent
