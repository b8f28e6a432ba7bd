"""A release that is offered, or an app: its manifest as it comes."""

from micropython import const

from tepal.formats.manifest import Manifest

RARE = True
_PATH = const("sys/manifest.new")  # until ``deciding`` takes it


class Offer:
    """Give it each ``line``, then ``end``: by itself, or through ``feeding``."""

    def __init__(self, path: str = _PATH, kind: str = "release"):
        self.manifest = Manifest(kind)
        self.file = open(path, "wb")  # noqa: SIM115 - closed by end, or by the session

    def line(self, line: bytes) -> None:
        """Take a line with its end. Raises: TepalError ``manifest``, OSError."""
        self.manifest.take(line)
        self.file.write(line)

    async def begin(self) -> None:
        """All lines are here, ``feeding`` says."""

    def end(self) -> tuple:
        """Say that there are no more lines, and return what was said.

        That is the head, keys, retired keys, signatures and the digest. Raises: TepalError ``manifest``.
        """
        self.file.close()
        said = self.manifest
        said.end()
        return said.head, said.keys, said.retired, said.signatures, said.digest
