"""Runs a node on this computer: ``launch.py FLASH``, and where there are no slots also ``CODE``.

FLASH is the folder it lives in. Its loader starts the release that is there, as on a board; CPython
has no file systems to mount, so its nodes run the sources in CODE.
"""

import asyncio
import os
import sys

import control

_run = asyncio.run


def run(node):
    """Run the node as ``asyncio.run`` does, and listen to the host meanwhile."""
    return _run(_beside(node))


async def _beside(node):
    asyncio.create_task(control.serve())  # noqa: RUF006 - the event loop keeps it
    return await node


asyncio.run = run
os.chdir(sys.argv[1])
if sys.argv[2:]:
    code = sys.argv[2]
    sys.path[:0] = ["modules", code, code + "/modules"]
    from tepal import node

    node.run()
sys.path.insert(0, "")
sys.path.append("lib")  # as a board has it, for what is installed
import main  # noqa: E402, F401 - the loader, which does not return
