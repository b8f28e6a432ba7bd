"""The node that runs: its parts are its attributes, and modules get it as ``node``."""

import asyncio
import gc
import sys
import time

from micropython import const

_TYPING = const(0)
if _TYPING:
    from tepal.core.auth import Auth
    from tepal.core.clock import Clock
    from tepal.core.commands import Commands
    from tepal.core.config import Config
    from tepal.core.log import Log
    from tepal.core.modules import Modules
    from tepal.core.network import Network
    from tepal.core.pins import Pins
    from tepal.core.states import States
    from tepal.core.tasks import Tasks
    from tepal.hal import io
    from tepal.services.tcp import Door

_IDLE_MS = const(500)
_SWEEP_MS = const(20000)
_GOODBYE_MS = const(200)  # for the answer to ``reboot`` to leave


class Node:
    """Put together by ``boot``. What not every node needs comes into being at its first use."""

    name: str  # the configuration key devfid
    id: str  # made from the chip's own number
    version: str
    web_folder: str
    listen_address: str
    reset_cause: str
    config: "Config"
    clock: "Clock"
    log: "Log"
    auth: "Auth"
    tasks: "Tasks"
    modules: "Modules"
    commands: "Commands"
    network: "Network"
    pins: "Pins"  # from here on at first use
    states: "States"
    io: "io"  # pyright: ignore[reportGeneralTypeIssues]

    def __init__(self):
        self.doors: "list[Door]" = []
        self.closing = []  # functions to call before a restart
        self.hard = False  # restart the chip, not only the software
        self.stop = asyncio.Event()
        self.sweep = sweep

    def __getattr__(self, name: str):
        """Make a part that was not needed before."""
        if name == "pins":
            from tepal.core.pins import Pins

            custom = self.config.get("cstmpmap")
            part = Pins(self.board().platform(), custom, self.modules.folders)
        elif name == "states":
            from tepal.core.states import States

            part = States("data", self.tasks, self.log)
            self.closing.append(part.flush)
        elif name == "io":
            from tepal.hal import io as part
        else:
            raise AttributeError(name)
        setattr(self, name, part)
        return part

    async def keep_secret(self, key: str, text: str) -> None:
        """Store a secret value of the configuration."""
        from tepal.core import login

        await login.keep_secret(self.auth, key, text)

    def health(self):
        """Return what knows the figures of this node."""
        from tepal.core import health

        return health

    def board(self):
        """Return what knows the board: its name, its clock, its resets."""
        from tepal.hal import board

        return board

    def radio(self):
        """Return what joins networks and looks for them."""
        from tepal.hal import radio

        return radio

    def access_point(self):
        """Return what opens and closes a network of our own."""
        from tepal.hal import access_point

        return access_point

    def portal(self):
        """Return what opens, serves and closes the setup portal."""
        from tepal.services import portal

        return portal

    def restart(self, hard: bool = False) -> None:
        """Ask for a restart; what is in flight has a moment to finish."""
        self.hard = hard
        self.stop.set()

    async def serve(self) -> None:
        """Return when somebody has asked for a restart."""
        await self.stop.wait()
        await asyncio.sleep_ms(_GOODBYE_MS)
        for close in self.closing:
            close()
        for door in self.doors:
            door.close()

    async def idle(self, watchdog) -> None:
        """Look after what must happen all the time, and see how busy the node is."""
        swept = time.ticks_add(time.ticks_ms(), -_SWEEP_MS)  # the boot leaves much behind
        while True:
            start = time.ticks_ms()
            await asyncio.sleep_ms(_IDLE_MS)
            now = time.ticks_ms()
            late_ms = time.ticks_diff(now, start) - _IDLE_MS
            self.tasks.load = (self.tasks.load * 7 + min(100, late_ms * 100 // _IDLE_MS)) // 8
            if watchdog:
                watchdog.feed()
            self.clock.uptime_ms()
            for door in self.doors:
                door.reap()
            if time.ticks_diff(now, swept) > _SWEEP_MS:
                swept = now
                sweep()


async def main(beside=None) -> bool:
    """Boot, serve, and return whether the chip shall be reset when a restart was asked for.

    ``beside`` is a coroutine that a simulator runs as long as the node does.
    """
    node = Node()
    start(node, beside)
    await node.serve()
    return node.hard


def start(node: Node, beside) -> None:
    """Begin to boot, in a task of its own: a frame that lasts keeps what it has touched."""
    asyncio.create_task(boot(node, beside))  # noqa: RUF006 - the event loop keeps it


async def boot(node: Node, beside) -> None:
    """Boot, then start what runs beside."""
    await _compose(node)
    if beside:
        node.tasks.start("simulator", beside, "system")


async def _compose(node: Node) -> None:
    from tepal import boot

    await boot.boot(node)


def run(beside=None) -> None:
    """Run the node of this board; does not return."""
    hard = asyncio.run(main(beside))
    from tepal.hal import board

    board.reset(hard)


def sweep() -> None:
    """Forget the code that calls itself RARE; it is loaded again when it is needed."""
    for name in list(sys.modules):
        if hasattr(sys.modules[name], "RARE"):
            sys.modules.pop(name)
            parent, _, child = name.rpartition(".")
            sys.modules[parent].__dict__.pop(child, None)
    gc.collect()
