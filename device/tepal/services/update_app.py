"""Brings an app over MQTT: its archive is laid on flash, compared with the list, and installed."""

# Of the part mqtt, which a release can leave out.

import os

from micropython import const

from tepal.core import storage
from tepal.formats.errors import TepalError

RARE = True
_PLACE = const("update/app.new")
_LARGEST = const(1 << 20)  # bytes
_BLOCK = const(512)  # bytes
_FULL = const(28)  # ENOSPC


class _File:
    """What a package is written to; a part that comes again is written again."""

    def __init__(self):
        storage.make_folder("update")
        self.file = open(_PLACE, "wb")  # noqa: SIM115 - it stays open from message to message

    def start(self, size: int, at: int = 0) -> None:
        """Say that ``size`` bytes come now, which begin at ``at``."""
        status = os.statvfs(".")
        if at + size > _LARGEST or size > status[1] * status[3]:
            raise TepalError("full", "an archive of %d bytes does not fit" % (at + size))
        self.file.seek(at)

    def write(self, block) -> None:
        """Add a block."""
        if self.file.write(block) != len(block):
            raise OSError(_FULL)


async def bring(channel, item: dict) -> None:
    """Fetch and install an app. Raises: TepalError, and nothing has changed; OSError."""
    node = channel.node
    file = _File()
    try:
        try:
            await _fetch(channel, item, file)
        finally:
            file.file.close()
        node.sweep()
        if _digest() != item["pkg_sha256"]:
            raise TepalError("update_file", item["name"] + " is not what was announced")
        node.sweep()
        with open(_PLACE, "rb") as archive:
            await _install(node, archive, item)
    finally:
        storage.remove(_PLACE)


async def _fetch(channel, item: dict, file: _File) -> None:
    from tepal.services import fetching

    await fetching.fetch(channel, item, file)


def _digest() -> str:
    from tepal.core import moving

    return moving.digest_of(_PLACE)


def _install(node, archive, item: dict):
    from tepal.core import app_install

    async def read() -> bytes:
        return archive.read(_BLOCK)

    allowed = item["allow_downgrade"]
    return app_install.install(node, read, downgrade=allowed, asked_by="mqtt")
