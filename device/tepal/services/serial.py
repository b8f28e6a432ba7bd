"""The shell on the serial console. Who holds the cable has the REPL, so nobody is asked who he is."""

from micropython import const

from tepal.core.commands import ADMIN, Caller
from tepal.services.shell import BUFFER, Shell
from tepal.services.tcp import Connection

_END = const((10, 13))
_BACKSPACE = const((8, 127))


async def serve(node, console) -> None:
    """Talk with whoever sits at ``console`` (see hal.console); never returns."""
    while True:
        connection = Connection(Typist(console), BUFFER)
        shell = Shell(node, connection)
        shell.caller = Caller("serial", ADMIN, "serial")
        await connection.write("\n" + shell.prompt())
        await shell.run()


class Typist:
    """A console as the stream of a connection: shows what is typed, hands out whole lines."""

    def __init__(self, console):
        self.console = console
        self.out_buf = b""
        self.typed = bytearray()
        self.line = b""  # whole, and not taken yet
        self.last = 0

    async def readinto(self, buffer) -> int:
        """Wait for a line, and take what fits of it."""
        while not self.line:
            for key in await self.console.read():
                self.press(key)
        taken = self.line[: len(buffer)]
        buffer[: len(taken)] = taken
        self.line = self.line[len(taken) :]
        return len(taken)

    def press(self, key: int) -> None:
        """Add one byte to the line, end it, or take the last one back."""
        last, self.last = self.last, key
        if key in _END:
            if key == _END[0] and last == _END[1]:
                return
            self.console.write("\n")
            self.line += bytes(self.typed) + b"\n"
            self.typed = bytearray()
        elif key in _BACKSPACE:
            if self.typed:
                self.typed = self.typed[:-1]
                self.console.write("\b \b")
        elif 32 <= key < 127 and len(self.typed) < BUFFER - 1:
            self.typed.append(key)
            self.console.write(chr(key))

    def write(self, data: bytes) -> None:
        """Show an answer."""
        self.console.write(data.decode())

    async def drain(self) -> None:
        """Do nothing: all is shown already."""

    def get_extra_info(self, name: str) -> tuple:
        """Return who this is."""
        return ("serial",)
