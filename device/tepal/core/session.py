"""One update under way, for whoever brings it: what waits between two blocks, and no more."""

import os
import time

from micropython import const

from tepal.formats.errors import TepalError

RARE = True
_SILENCE_MS = const(60000)  # after which somebody else may begin
_INCOMING = const("sys/manifest.new")  # as ``offer`` has it
_FULL = const(28)  # ENOSPC


class Session:
    """See ``updating``. All of it raises TepalError ``flash`` and ``full`` where it writes.

    ``offered`` is what the release says of itself, once it is believed.
    """

    def __init__(self, node, target: str, feed: str, asked: bool):
        self.node = node
        self.target = target  # the slot that is filled
        self.feed = feed
        self.asked = asked
        self.offer = None  # as long as the manifest comes
        self.offered: "dict | None" = None
        self.filling = None
        self.is_new = True
        self._touch()

    def is_alive(self) -> bool:
        """Tell whether it is at work, or was a short time ago."""
        return self.used is None or time.ticks_diff(time.ticks_ms(), self.used) < _SILENCE_MS

    def line(self, line: bytes) -> None:
        """Take a line of the manifest, with its end. Raises: TepalError ``manifest``."""
        self._touch()
        with _Writing():
            self._offer().line(line)

    async def begin(self) -> None:
        """Decide on the release when its manifest is here. Raises: TepalError, why it is refused."""
        with _Writing():
            try:
                said = self._offer().end()
                self.offer = None
                self.node.sweep()  # what reads a manifest is large
                offered = _decide(self, said)
            finally:
                self._drop()
            del said
            self.node.sweep()
            self.fill()
        self.offered = offered

    async def wanted(self):
        """Return (path, size, SHA-256 in hex, offset) of the bytes that must come; None at the end."""
        filling = self._filling()
        self.used = None
        try:
            with _Writing():
                return await filling.wanted()
        finally:
            self._touch()

    def write(self, block) -> None:
        """Add to the file that is wanted.

        Raises: TepalError ``release_file``, it is not what was announced and begins anew.
        """
        self._touch()
        with _Writing():
            self._filling().write(block)

    async def finish(self) -> None:
        """Check the whole slot and let the next start try it; the caller restarts.

        Raises: TepalError ``release_file``, something is missing or damaged and wanted again.
        """
        missing = await self.wanted()
        if missing:
            raise TepalError("release_file", "%s is missing" % missing[0])
        self.used = self.filling = None
        self.node.sweep()
        try:
            with _Writing():
                await _switch(self.node)
        except TepalError:
            self.fill()
            raise
        finally:
            self._touch()

    def fill(self) -> None:
        """Begin to fill the slot with what its manifest lists. Raises: OSError."""
        from tepal.core.filling import Filling

        self.is_new = False
        self.filling = Filling(self.target, self.node.slot)

    def close(self) -> None:
        """Let others begin; what was saved stays for the next time."""
        try:
            if self.filling:
                self.filling.close()
        except OSError:  # it could not be saved and will come again
            pass
        self._drop()
        self.filling = self.offered = None
        if self.node.__dict__.get("session") is self:
            self.node.session = None

    def _drop(self) -> None:
        """Remove the manifest, unless it was taken."""
        offer, self.offer = self.offer, None
        self.is_new = False
        try:
            if offer:
                offer.file.close()
            os.remove(_INCOMING)
        except OSError:  # it is not there
            pass

    def _offer(self):
        if self.offer is None and self.is_new:
            from tepal.core.offer import Offer

            self.offer = Offer()
        return _there(self.offer)

    def _filling(self):
        return _there(self.filling)

    def _touch(self) -> None:
        self.used = time.ticks_ms()


def _there(part):
    if part is None:
        raise TepalError("update_busy", "this one has not begun, or is over")
    return part


def _decide(session, said: tuple) -> dict:
    from tepal.core import deciding

    return deciding.decide(session, said)


def _switch(node):
    from tepal.core import switching

    return switching.switch(node)


class _Writing:
    """Says what failed on flash as the doors say it."""

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if isinstance(error, OSError):
            is_full = error.args and error.args[0] == _FULL
            raise TepalError("full" if is_full else "flash", str(error))
