"""The shell: lines in, answers and a prompt out. For people, scripts and the original clients."""

import asyncio

from micropython import const

from tepal.core.commands import NOBODY, Caller, text
from tepal.formats.command import parse
from tepal.formats.errors import TepalError

# The original client sends no newline. The first line of a connection may come in pieces; once
# one was ended by silence, the client is known to be of that kind and need not wait so long.
_FIRST_SILENCE_MS = const(300)
_SILENCE_MS = const(15)
_OPEN = const(("hello", "version"))  # need no login
_SPECIAL = const(("exit", "conf", "config", "configure", "noconf", "reboot", "webrepl"))
BUFFER = 1200  # bytes: the longest value of the configuration and its key


async def serve(node, connection) -> None:
    """Talk with one client until it leaves."""
    shell = Shell(node, connection)
    await connection.write(shell.prompt())
    if not await connection.fill():
        return
    if connection.buffer[0] == ord("{"):
        from tepal.services import framed

        await framed.serve(node, connection)
    else:
        await shell.run()


class Shell:
    """A session in text: who is logged in, and whether it configures."""

    def __init__(self, node, connection):
        self.node = node
        self.connection = connection
        self.caller = Caller("shell", node.auth.guest, connection.address)
        self.configuring = False
        self.silence_ms = _FIRST_SILENCE_MS
        connection.trusted = not self.is_locked()

    def prompt(self) -> str:
        """Return what stands before the cursor; its end marks the end of an answer."""
        locked = "[password] " if self.is_locked() else ""
        configuring = "[configure] " if self.configuring else ""
        return locked + configuring + self.node.name + " $ "

    async def run(self) -> None:
        """Answer line by line."""
        while True:
            try:
                line = await self.line()
            except TepalError as error:  # nobody knows where the next line would begin
                from tepal.services import crowd

                await self.connection.write("Core error: " + str(error) + "\nBye!\n")
                await crowd.linger(self.connection)
                return
            if line is None:
                return
            answer = await self.answer(line)
            if answer is None:
                await self.connection.write("Bye!\n")
                return
            if not self.connection.put(answer + ("\n" if answer else "") + self.prompt()):
                await self.connection.drain()

    async def line(self):
        """Return the next line, stripped; None when the client has closed."""
        connection = self.connection
        while connection.buffer.find(b"\n", connection.start, connection.end) < 0:
            try:
                if connection.start == connection.end or not self.silence_ms:
                    count = await connection.fill()
                else:
                    count = await asyncio.wait_for_ms(connection.fill(), self.silence_ms)
            except asyncio.TimeoutError:
                connection.waiting_since = None
                self.silence_ms = _SILENCE_MS
                return _decode(await connection.read(connection.end))
            if count == 0:
                return None
        if self.silence_ms == _FIRST_SILENCE_MS:
            self.silence_ms = 0  # it ends its lines properly
        return _decode(connection.take(b"\n"))

    async def answer(self, line: str):
        """Return the text to send; None to say goodbye."""
        if not line:
            return ""
        word = line.split(" ", 1)[0]
        if self.configuring or word in _SPECIAL or (self.is_locked() and word not in _OPEN):
            from tepal.services import session

            return await session.answer(self, word, line)
        try:
            call = parse(line)
            return text(await self.node.commands.run(call, self.caller), call.function)
        except TepalError as error:
            if error.code == "unknown_module" and " " not in line:
                from tepal.services import session

                return session.HINT
            return "Core error: " + str(error)

    def is_locked(self) -> bool:
        """Tell whether nobody has logged in yet."""
        return self.caller.role == NOBODY


def _decode(line: bytes) -> str:
    try:
        return line.decode().strip()
    except UnicodeError:
        raise TepalError("encoding", "UTF-8 expected")
