"""The node that runs: its parts are its attributes, and modules get it as ``node``."""

import asyncio
import gc
import sys
import time

from micropython import const

_TYPING = const(0)
if _TYPING:
    from collections.abc import Callable
    from typing import Any  # noqa: TID251 - never imported on a node

    Lent = Callable[[], Any]  # a module, for one use
    from tepal.core.auth import Auth
    from tepal.core.clock import Clock
    from tepal.core.commands import Commands
    from tepal.core.config import Config
    from tepal.core.data import Data
    from tepal.core.devices import Devices
    from tepal.core.files import Files
    from tepal.core.log import Log
    from tepal.core.modules import Modules
    from tepal.core.network import Network
    from tepal.core.notify import Notify
    from tepal.core.pages import Pages
    from tepal.core.peers import Peers
    from tepal.core.pins import Pins
    from tepal.core.states import States
    from tepal.core.tasks import Tasks
    from tepal.hal import io
    from tepal.services.mqtt import Client
    from tepal.services.tcp import Door
    from tepal.services.telegram import Telegram

_IDLE_MS = const(500)
_SWEEP_MS = const(20000)
_GOODBYE_MS = const(200)  # for the answer to ``reboot`` to leave
_ROOM = const(3072)  # bytes in one piece, so that a caller can be served
_LITTLE = const(49152)  # bytes; what answers a request takes up to this, code and all
_GOOD_MS = const(60000)  # who runs so long has booted well


class Node:
    """Put together by ``boot``. What not every node needs comes into being at its first use."""

    name: str  # the configuration key devfid
    slot = ""  # of its release: a or b; nothing where there are none
    watchdog = None  # if one is running
    safe = False  # nothing acts by itself, and the user's own modules are not loaded
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
    devices: "Devices"  # where config/devices.json is
    mqtt: "Client"  # where a broker is configured
    peers: "Peers"
    notify: "Notify"
    data: "Data"
    files: "Files"
    pages: "Pages"
    telegram: "Telegram"
    io: "io"  # pyright: ignore[reportGeneralTypeIssues]
    board: "Lent"  # what knows the board: its name, its clock, its resets
    radio: "Lent"  # what joins networks and looks for them
    access_point: "Lent"  # what opens and closes a network of our own
    portal: "Lent"  # what opens, serves and closes the setup portal
    health: "Lent"  # what knows the figures of this node
    update: "Lent"  # what tells of updates
    app_pack: "Lent"  # what mounts apps

    def __init__(self):
        self.doors: "list[Door]" = []
        self.closing = []  # functions to call before a restart
        self.hard = False  # restart the chip, not only the software
        self.stop = asyncio.Event()
        self.due_ms = _GOOD_MS  # uptime at which to look after the boot, see core.boots
        self.sweep = sweep

    def __getattr__(self, name: str):
        """Make a part that was not needed before."""
        from tepal import parts

        return parts.find(self, name)

    def vault(self):
        """Return what keeps the sealed secrets."""
        from tepal.hal import vault

        return vault

    def restart(self, hard: bool = False) -> None:
        """Ask for a restart; what is in flight has a moment to finish."""
        self.hard = hard
        care().forgive(self)
        self.stop.set()

    async def serve(self) -> None:
        """Return when somebody has asked for a restart."""
        await self.stop.wait()
        await asyncio.sleep_ms(_GOODBYE_MS)
        care().close(self)

    def lost(self, loop, context: dict) -> None:
        """Log what ended a task that nobody looks after."""
        if context.get("exception"):
            sweep()  # that may have been what was wrong
            self.log.exception("task", context["exception"])  # noqa: PLE1205 - our own log

    async def idle(self, watchdog) -> None:
        """Look after what must happen all the time, and see how busy the node is."""
        swept = time.ticks_add(time.ticks_ms(), -_SWEEP_MS)  # the boot leaves much behind
        Node.watchdog = watchdog
        while True:
            start = time.ticks_ms()
            await asyncio.sleep_ms(_IDLE_MS)
            now = time.ticks_ms()
            late_ms = time.ticks_diff(now, start) - _IDLE_MS
            self.tasks.load = (self.tasks.load * 7 + min(100, late_ms * 100 // _IDLE_MS)) // 8
            if watchdog:
                watchdog.feed()
            if self.clock.uptime_ms() > self.due_ms > 0:
                self.due_ms = care().boots.look(self)
            for door in self.doors:
                door.reap()
            if self.tasks.starved or time.ticks_diff(now, swept) > _SWEEP_MS:
                swept = now
                sweep()
                if self.tasks.starved and not has_room():
                    self.modules.loaded.clear()
                    sweep("LM_")  # some of them have left no memory, not even for what follows
                    care().settle(self)
                self.tasks.starved = False


async def main(slot: str) -> bool:
    """Boot, serve, and return whether the chip shall be reset when a restart was asked for."""
    node = Node()
    node.slot = slot
    start(node)
    await node.serve()
    return node.hard


def start(node: Node) -> None:
    """Begin to boot, in a task of its own: a frame that lasts keeps what it has touched.

    A task that has ended may be kept as well, for ever: MicroPython's queue leaves pointers to it
    in tasks that wait. So its own frame is one that holds nothing of the boot.
    """
    asyncio.create_task(boot(node))  # noqa: RUF006 - the event loop keeps it


async def boot(node: Node) -> None:
    """Boot, see ``care``."""
    await care().boot(node)


def run(slot: str = "") -> None:
    """Run the node of this board, whose release is in ``slot`` if it has slots; does not return."""
    hard = True
    try:
        hard = asyncio.run(main(slot))
    except Exception as error:  # noqa: BLE001 - the event loop itself has ended
        asyncio.new_event_loop()  # forgets all tasks: it may have ended for want of memory
        sweep()
        try:
            time.sleep_ms(care().crash(error, "run"))
        except Exception:  # noqa: BLE001 - without a word, but it starts again
            sweep()
    except KeyboardInterrupt:  # somebody wants the REPL
        care().leave(Node.watchdog)
        raise
    from tepal.hal import board

    board.reset(hard)


def care():
    """Return what looks after boots that fail and runs that end."""
    from tepal import care

    return care


def has_room() -> bool:
    """Tell whether there is memory, and not in small pieces alone."""
    try:
        return len(bytearray(_ROOM)) > 0
    except MemoryError:
        return False


def free(_) -> None:
    """Forget RARE code now where what was loaded since the last look leaves little memory.

    Connections call this before a request, which may need as much as all of that.
    """
    if len(sys.modules) != _seen[0]:
        gc.collect()
        if gc.mem_free() < _LITTLE:
            sweep()
        _seen[0] = len(sys.modules)


_seen = [0]


def sweep(also: str = "?") -> None:
    """Forget the code that calls itself RARE, or whose name begins so; it is loaded again."""
    for name in list(sys.modules):
        if getattr(sys.modules[name], "RARE", False) or name.startswith(also):
            parent, _, child = name.rpartition(".")
            sys.modules.pop(name)
            if parent:
                sys.modules[parent].__dict__.pop(child, None)
    gc.collect()
