"""Installing an app: the first file of its archive is its manifest."""

# Of the part apps, which a release can leave out.

from micropython import const

from tepal.formats import app_archive
from tepal.formats.errors import TepalError

RARE = True
_LARGEST = const(65536)  # bytes, as formats.manifest has it
_NAME = const(b"manifest")


async def take(work) -> None:
    """Read up to where the manifest begins; ``work.left`` is its size. Raises: TepalError ``app``."""
    stream = work.stream
    name_size, left = app_archive.member(await stream.exactly(app_archive.HEADER)) or (0, 0)
    if await stream.exactly(name_size) != _NAME or left > _LARGEST:
        raise TepalError("app", "G1: an archive that begins with its manifest expected")
    work.left = left
