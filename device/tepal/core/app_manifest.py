"""Installing an app: its manifest is read as it comes, and written down."""

# Of the part apps, which a release can leave out.

from tepal.core import feeding
from tepal.core.offer import Offer

RARE = True


async def take(work) -> None:
    """Read the manifest; ``work.said`` is what it says. Raises: TepalError ``manifest``."""

    async def read() -> bytes:
        block = await work.stream.block(work.left) if work.left else b""
        work.left -= len(block)
        return block

    offer = Offer("apps/.new/manifest", "app")
    try:
        await feeding.manifest(offer, read)
        work.said = offer.end()
    finally:
        offer.file.close()
    head = work.said[0]
    work.uid, work.version = head["name"], head["version"]
