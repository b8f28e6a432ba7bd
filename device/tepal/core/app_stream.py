"""An archive of an app as it comes, block by block."""

# Of the part apps, which a release can leave out.

RARE = True


class Stream:
    """An archive that comes block by block."""

    def __init__(self, read):
        self.read = read
        self.rest = b""
        self.is_broken = False  # who sends it is gone

    async def block(self, most: int) -> bytes:
        """Return up to ``most`` bytes; none at the end."""
        if not self.rest:
            self.is_broken = True
            self.rest = await self.read()
            self.is_broken = False
        taken = self.rest[:most]
        self.rest = self.rest[most:]
        return taken

    async def exactly(self, size: int) -> bytes:
        """Return ``size`` bytes, or as many as there are."""
        data = await self.block(size)
        while len(data) < size:
            more = await self.block(size - len(data))
            if not more:
                break
            data += more
        return data
