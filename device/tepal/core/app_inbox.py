"""Installs the archives that somebody has copied into /apps/inbox: whoever can do that is believed.

How each one ended is in the log, and beside it: ``garden-1.0.0.zip.txt``. The archive itself goes.
"""

# Of the part apps, which a release can leave out.

import os

from micropython import const

from tepal.core import storage
from tepal.formats.errors import TepalError

RARE = True
_INBOX = const("apps/inbox/")
_ENDING = const(".zip")
_BLOCK = const(512)  # bytes
_AGAIN = const("app_needs")


async def take_in(node) -> None:
    """Install all that is there; what needs another one comes after it. Raises: OSError."""
    left = _archives()
    while left:
        waiting = []
        for name in left:
            if not await _take(node, name, True):
                waiting.append(name)
        if len(waiting) == len(left):
            for name in waiting:
                await _take(node, name, False)
            return
        left = waiting


def _archives() -> list:
    try:
        return sorted([name for name in os.listdir(_INBOX[:-1]) if name.endswith(_ENDING)])
    except OSError:  # there is no inbox
        return []


async def _take(node, name: str, may_wait: bool) -> bool:
    """Install an archive, or say why not; False if it shall wait for another one."""
    try:
        with open(_INBOX + name, "rb") as file:
            done = await _install(node, file)
        said = "installed %s %s" % (done["uid"], done["version"])
        node.log.info("apps: " + said)
    except TepalError as error:
        if may_wait and error.code == _AGAIN:
            return False
        said = str(error)
        node.log.err("apps: %s: %s" % (name, said))
    with open(_INBOX + name + ".txt", "w") as file:
        file.write(said + "\n")
    storage.remove(_INBOX + name)
    return True


def _install(node, file):
    from tepal.core import app_install

    async def read() -> bytes:
        return file.read(_BLOCK)

    return app_install.install(node, read, asked_by="inbox", trust=False)
