"""Robustness: trouble on purpose, to see that the node lives through it."""

import asyncio

from micropython import const

_TYPING = const(0)
if _TYPING:
    from tepal import Node

node: "Node"  # the running node; the loader puts it here

HELP = (
    "raise_error",
    "memory_leak cnt=160",
    "recursion_limit limit=14",
    "block ms=100",
    "create_task",
    "func_sudo",
)
ADMIN = ("memory_leak", "block", "func_sudo")


def raise_error():
    """Raise an exception that nobody expects."""
    raise RuntimeError("robustness TEST exception")


def memory_leak(cnt=160):
    """Take ``cnt`` KB of memory, or all there is, and give it back."""
    taken = []
    try:
        for _ in range(cnt):
            taken.append(bytearray(1024))
    except MemoryError:
        return "out of memory after %d KB" % len(taken)
    return "%d KB taken and given back" % len(taken)


def recursion_limit(limit=14):
    """Call down to a depth of ``limit``, or as deep as it goes."""
    deepest = [0]
    try:
        _descend(deepest, limit)
    except RuntimeError:
        return {"limit": deepest[0], "error": "recursion depth exceeded"}
    return {"limit": deepest[0]}


def block(ms=100):
    """Keep everybody waiting; ``system info`` then names this command."""
    import time

    time.sleep_ms(min(ms, 5000))
    return "blocked for %d ms" % ms


def create_task():
    """Start a task that counts seconds; ``task kill robustness.count`` ends it."""
    node.tasks.start("robustness.count", _count())
    return "Starting"


def func_sudo():
    """Say that you are an admin, if you are."""
    return "hello admin"


def _descend(deepest, left):
    deepest[0] += 1
    if left > 1:
        _descend(deepest, left - 1)


async def _count():
    task = node.tasks.find("robustness.count")[-1]
    seconds = 0
    while True:
        seconds += 1
        task.out = str(seconds)
        await asyncio.sleep_ms(1000)
