"""Installing an app: its manifest comes first in the archive, and is written down."""

# Of the part apps, which a release can leave out.

from micropython import const

from tepal.core import feeding
from tepal.core.offer import Offer
from tepal.formats import app_archive
from tepal.formats.errors import TepalError

RARE = True
_LARGEST = const(65536)  # bytes, as formats.manifest has it
_NAME = const(b"manifest")


class _Lines:
    """What a manifest is given to, as ``feeding`` wants it."""

    def __init__(self):
        self.offer = Offer("apps/.new/manifest", "app")
        self.line = self.offer.take

    async def begin(self) -> None:
        """All lines are here."""


async def take(work) -> None:
    """Read the manifest; ``work.said`` is what it says. Raises: TepalError ``app``, ``manifest``."""
    stream = work.stream
    name_size, left = app_archive.member(await stream.exactly(app_archive.HEADER)) or (0, 0)
    if await stream.exactly(name_size) != _NAME or left > _LARGEST:
        raise TepalError("app", "G1: an archive that begins with its manifest expected")

    async def read() -> bytes:
        nonlocal left
        block = await stream.block(left) if left else b""
        left -= len(block)
        return block

    lines = _Lines()
    try:
        await feeding.manifest(lines, read)
        work.said = lines.offer.end()
    finally:
        lines.offer.file.close()
    head = work.said[0]
    work.uid, work.version = head["name"], head["version"]
