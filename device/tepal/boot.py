"""The composition root: puts the parts of a node together and brings it up, then is forgotten."""

import asyncio
import gc

from micropython import const

from tepal import node as running
from tepal.core import boots, login, secrets, settings, storage
from tepal.core.auth import Auth
from tepal.core.clock import Clock
from tepal.core.commands import Commands
from tepal.core.config import Config
from tepal.core.log import Log
from tepal.core.modules import Modules
from tepal.core.network import Network
from tepal.core.tasks import Tasks
from tepal.hal import blackbox, board
from tepal.services import tcp

RARE = True
VERSION = "0.1.0"
_NO_ID = const(b"\xff")
_NONE = const("n/a")
_FILES = const("apps user_main.py user_main.mpy config/devices.json config/devices.json.new")
_EXTRAS = const("syslog mqtt smarthome")
_BY_ITSELF = const("boothook ntp cron timirq irq1 irq2 irq3 irq4 update_url")


def build(node) -> None:
    """Give ``node`` all its parts."""
    faults = _make_folders()
    base = __file__.rsplit("/", 2)[0]
    node.version = _version(node.slot)
    node.web_folder = base + "/web"
    node.reset_cause = board.reset_cause()
    node.config = Config("config")
    node.config.faults += faults
    get = node.config.get
    node.name = get("devfid")
    node.clock = Clock(board.clock(), get)
    node.config.listeners = (node.clock.publish,)
    node.log = Log("logs", node.clock, get("dbg"))
    node.config.auth = node.auth = Auth(node.vault, node.clock, node.log, get("auth"))
    node.tasks = Tasks(get("aioqueue"), node.log)
    own = base + "/modules"
    node.modules = Modules((own,) if node.safe else ("modules", own), node)
    node.commands = Commands(node, [node.modules])
    node.listen_address = board.listen_address()
    if get("country") != "n/a":
        try:
            board.country(get("country"))
        except (ValueError, OSError) as error:
            node.log.err("Wi-Fi country: " + str(error))
    node.network = Network(board.station(node.name), node)
    tcp.Connection.free = running.free if hasattr(gc, "mem_free") else _keep


def _keep(_) -> None:
    """Forget nothing: on a computer there is always room."""


def _version(slot: str) -> str:
    """Return that of the release in ``slot``; its manifest says it."""
    if slot:
        for line in storage.lines("sys/" + slot + "/manifest"):
            if line[:9] == "version: ":
                return line[9:].strip()
    return VERSION


async def boot(node) -> bool:
    """Bring the node up: parts, identity, network, doors; return whether it acts by itself."""
    mode, news = boots.begin(board.reset_cause(), blackbox.noted())
    node.safe = bool(mode)
    watch = None
    if storage.exists("update/journal"):
        from tepal.core import journal

        news += journal.replay(news)
    if storage.exists("sys/trial") or storage.exists("update/journal"):
        from tepal.core import trial

        watch = trial.begin(node, news)
    news += await _take_in(node)
    build(node)
    asyncio.get_event_loop().set_exception_handler(node.lost)
    number = board.unique_id()
    if not number.strip(_NO_ID):
        number = node.network.station.config("mac")
    node.id = "micr" + number.hex() + "OS"
    news += await _identify(node)
    node.config.is_new = False
    node.log.boot("%s %s, reset cause %s" % (node.name, node.version, node.reset_cause))
    for text in news:
        node.log.err(text)
    for fault in node.config.faults:
        node.log.err("config: " + fault)
    board.boost(node.config.get("boostmd"))
    node.tasks.start("idle", node.idle(_watchdog(node, watch)), "system")
    node.tasks.start("network", node.network.run(), "system")
    await _open_doors(node)
    if watch:
        node.tasks.start("trial", watch(node), "system")
    if node.safe and mode != "safe":
        from tepal.core import replacing

        node.tasks.start("update", replacing.run(node), "system")
    return not node.safe and _acts(node)


def _acts(node) -> bool:
    for key in _BY_ITSELF.split():
        if node.config.get(key) not in (False, _NONE):
            return True
    return any(storage.exists(file) for file in _FILES.split())


def _make_folders() -> list:
    faults = []
    for folder in ("config", "logs", "data", "modules"):
        try:
            storage.make_folder(folder)
        except OSError as error:  # the flash is full, or worn out; the node comes up all the same
            faults.append("%s: no folder: %s" % (folder, error))
    return faults


async def _take_in(node) -> list:
    """Take in what a host has left for us, seal the secrets; return what was wrong."""
    try:
        faults = secrets.check(node.vault)
        if storage.exists("provision.json") or node.vault().legacy():
            from tepal.core import provision

            faults += await provision.take_in(node.vault)
    except OSError as error:
        return ["secrets: not saved: " + str(error)]
    return faults


async def _identify(node) -> list:
    """Make sure that the node has an identity and a password; return what was wrong."""
    try:
        settings.save(node.config, "hwuid", node.id)
        settings.save(node.config, "version", node.version)
        password = await login.provision(node.auth)
    except OSError as error:
        return ["identity: not saved: " + str(error)]
    if password:  # on the serial console alone, never in a log
        print("The admin password of", node.name, "is", password)
    return []


def _watchdog(node, wanted):
    """Start the watchdog if it is wanted; the blackbox then knows what the node was doing."""
    if not wanted and not node.config.get("ha"):
        blackbox.clear()
        return None
    node.commands.note = blackbox.recorder()
    if node.commands.note:
        node.commands.note("boot")
    return board.watchdog()


async def _open_doors(node) -> None:
    from tepal.services import discovery, shell

    get = node.config.get
    silence_ms = get("soctout") * 1000
    door = tcp.Door("shell", shell, node, get("aioqueue"))
    door.patience_ms = door.yield_ms = silence_ms
    door.trusted_ms = silence_ms * 10
    await open(door, get("socport"))
    address = (node.listen_address, get("socport"))
    answering = discovery.answering(node)
    node.tasks.start("discovery", discovery.serve(address, answering), "system")
    if get("console") or node.safe:
        from tepal.hal import console
        from tepal.services import serial

        node.tasks.start("console", serial.serve(node, console.open()), "system")
    if get("espnow") or any(get(key) != _NONE for key in _EXTRAS.split()):
        from tepal import extras

        extras.open(node)
    if get("webui"):
        from tepal.services import http

        door = tcp.Door("http", http, node, get("webui_max_con"))
        door.patience_ms = door.trusted_ms = silence_ms
        await open(door, get("webport"))


async def open(door, port: int) -> None:
    """Begin to listen; a port that is taken is logged, the other doors open all the same."""
    from tepal.services import doors

    try:
        await doors.open(door, port)
    except OSError as error:
        door.node.log.err("%s: port %d: %s" % (door.name, port, error))
        return
    door.node.doors.append(door)
    door.node.log.boot("%s on port %d" % (door.name, port))
