"""The serial console: what is typed, one key after the other, and what is shown."""

import asyncio
import sys

import machine


def open():
    """Return the console: ``await read()`` gives the bytes of one key, ``write(text)`` shows."""
    return getattr(machine, "console", None) or Console()  # a simulated board has one of its own


class Console:
    """The one that the firmware has for its REPL; Ctrl-C still leads there."""

    def __init__(self):
        self.keys = sys.stdin.buffer

    async def read(self) -> bytes:
        """Return the next byte that is typed."""
        await _readable(sys.stdin)  # pyright: ignore[reportGeneralTypeIssues]
        return self.keys.read(1)

    def write(self, text: str) -> None:
        """Show ``text``."""
        sys.stdout.write(text)


def _readable(stream):
    """Return when something was typed; MicroPython offers this only inside its streams."""
    yield asyncio.core._io_queue.queue_read(stream)  # noqa: SLF001 # pyright: ignore[reportAttributeAccessIssue]
