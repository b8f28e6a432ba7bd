"""A node in an empty folder, and a client that talks to its doors without a network."""

import asyncio
import os
import sys

_ports = [int.from_bytes(os.urandom(2), "big")]  # how many were given away


def empty_folder() -> None:
    """Make a new folder in the working folder and enter it."""
    name = "flash" + os.urandom(4).hex()
    os.mkdir(name)
    os.chdir(name)


def leave() -> None:
    """Go back to where ``empty_folder`` was called; what is RARE is loaded anew by the next test."""
    from tepal.node import sweep

    os.chdir("..")
    for name in ("Common", "microIO", "Types", "Auth", "Config", "Debug"):
        sys.modules.pop(name, None)
    sweep()


def port() -> int:
    """Return a port to listen on, each time another; below those that the system gives to clients."""
    _ports[0] += 1
    return int(os.getenv("UMBEL_TEST_PORTS") or 30000) + _ports[0] % 1000


def write(path: str, text: str) -> None:
    """Create a file."""
    with open(path, "w") as file:
        file.write(text)


def build_node(auth: bool = False, config: str = "{}"):
    """Return a node with all its parts, in a new folder, before its boot."""
    from tepal import boot
    from tepal.node import Node

    empty_folder()
    os.mkdir("config")
    write("config/node_config.json", config)
    node = Node()
    boot.build(node)
    node.id = "micr00OS"
    node.log.console = False
    node.auth.enabled = auth
    node.auth.guest = 0 if auth else 3
    for folder in node.modules.folders:
        if folder not in sys.path:
            sys.path.append(folder)
    if hasattr(sys, "path_importer_cache"):  # CPython remembers what was in "modules" before
        sys.path_importer_cache.clear()
    return node


async def end(node) -> None:
    """Unload all modules, end all tasks, and leave the folder."""
    from tepal.core import ending

    for name in list(node.modules.loaded):
        await run(node, "modules unload " + name)
    for task in node.tasks.all:
        task.kind = "native"  # a test may end the system's tasks too
    for task in list(node.tasks.all):
        if task.state == "running":
            await ending.kill(node.tasks, task.tag)
    leave()


def admin():
    """Return a caller who may do everything."""
    from tepal.core.commands import ADMIN, Caller

    return Caller("test", ADMIN, "test")


async def run(node, line: str, caller=None):
    """Run a command line."""
    from tepal.formats.command import parse

    return await node.commands.run(parse(line), caller or admin())


async def fails(awaitable, code: str) -> str:
    """Return the detail of the TepalError that must come."""
    from tepal.formats.errors import TepalError

    try:
        await awaitable
    except TepalError as error:
        assert error.code == code, str(error)
        return error.detail
    raise AssertionError(code + " expected")


def refused(function, *args) -> str:
    """Return the text of the TepalError that a call must raise."""
    from tepal.formats.errors import TepalError

    try:
        function(*args)
    except TepalError as error:
        return str(error)
    raise AssertionError("an error expected")


async def until(holds, *args) -> None:
    """Return when ``holds(*args)``; however busy the machine, a minute is enough."""
    for _ in range(6000):
        if holds(*args):
            return
        await asyncio.sleep_ms(10)
    raise AssertionError("it does not happen")


class Stream:
    """The network end of a connection: hand in what the client sends, read what it gets."""

    def __init__(self):
        self.incoming = []
        self.sent = b""
        self.out_buf = b""
        self.arrived = asyncio.Event()

    def send(self, data: bytes) -> None:
        """Let the client send; nothing at all means that it hangs up."""
        self.incoming.append(data)
        self.arrived.set()

    async def readinto(self, buffer) -> int:
        while not self.incoming:
            self.arrived.clear()
            await self.arrived.wait()
        data = self.incoming.pop(0)
        taken = data[: len(buffer)]
        if data[len(taken) :]:
            self.incoming.insert(0, data[len(taken) :])
        buffer[: len(taken)] = taken
        return len(taken)

    def write(self, data) -> None:
        self.sent += data

    async def drain(self) -> None:
        pass

    def get_extra_info(self, name):
        return ("10.0.0.9", 1234)


async def talk(node, service, *parts: bytes) -> bytes:
    """Return all that a client gets that sends ``parts`` one by one, and then hangs up."""
    from tepal.services.tcp import Connection

    stream = Stream()
    task = asyncio.create_task(service.serve(node, Connection(stream, service.BUFFER)))
    for part in parts:
        stream.send(part)
        await asyncio.sleep_ms(5)
    stream.send(b"")
    await asyncio.wait_for(task, 60)
    return stream.sent


class Bench:
    """What a set of files needs of a node."""

    def __init__(self):
        self.network = self
        self.state = "joined"

    def board(self):
        return self

    def flash(self):
        return self

    def is_fat(self):
        return False
