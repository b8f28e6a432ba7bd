"""Ending tasks, and knowing that they have ended."""

import asyncio

from micropython import const

RARE = True
_LOOK_MS = const(20)
_END_MS = const(1000)  # how long a killed task may take to clean up


async def kill(tasks, pattern: str) -> dict:
    """End the tasks that match and return {tag: whether it was running and has ended}.

    System tasks and a task that kills itself go on.
    """
    killed = [task for task in tasks.find(pattern) if cancel(task)]
    for _ in range(_END_MS // _LOOK_MS):
        await asyncio.sleep_ms(_LOOK_MS)
        if "running" not in [task.state for task in killed]:
            break
    return {task.tag: task in killed and task.state != "running" for task in tasks.find(pattern)}


def cancel(task) -> bool:
    """Ask a task to end, and tell whether it was running."""
    if task.state != "running" or task.kind == "system":
        return False
    try:
        task.handle.cancel()
    except RuntimeError:  # MicroPython: a task cannot cancel itself
        return False
    if task.coroutine:  # it is ended before it began, so nobody else notes it
        task.coroutine.close()
        task.coroutine = None
        task.state = "killed"
    return True
