"""The composition root: puts the parts of a node together and brings it up, then is forgotten."""

from micropython import const

from tepal.core import login, postfix, settings, storage
from tepal.core.auth import Auth
from tepal.core.clock import Clock
from tepal.core.commands import ADMIN, Caller, Commands
from tepal.core.config import Config
from tepal.core.log import Log
from tepal.core.modules import Modules
from tepal.core.network import Network
from tepal.core.tasks import Tasks
from tepal.hal import board

RARE = True
VERSION = "0.1.0"
_NO_ID = const(b"\xff")
_SECRETS = const("secrets")
_NONE = const("n/a")
_BY_ITSELF = const("ntp cron timirq irq1 irq2 irq3 irq4")  # one text: names in code cost memory


def build(node) -> None:
    """Give ``node`` all its parts."""
    for folder in ("config", "logs", "data", "modules"):
        storage.make_folder(folder)
    base = __file__.rsplit("/", 2)[0]
    node.version = VERSION
    node.web_folder = base + "/web"
    node.reset_cause = board.reset_cause()
    node.config = Config("config", node.keep_secret)
    get = node.config.get
    node.name = get("devfid")
    node.clock = Clock(board.clock(), get)
    node.config.listeners = (node.clock.publish,)
    node.log = Log("logs", node.clock, get("dbg"))
    node.auth = Auth(_SECRETS, node.clock, node.log, get("auth"))
    node.tasks = Tasks(get("aioqueue"), node.log)
    node.modules = Modules(("modules", base + "/modules"), node)
    node.commands = Commands(node, [node.modules])
    node.listen_address = board.listen_address()
    if get("country") != "n/a":
        try:
            board.country(get("country"))
        except (ValueError, OSError) as error:
            node.log.err("Wi-Fi country: " + str(error))
    node.network = Network(board.station(node.name), node)


async def boot(node) -> None:
    """Bring the node up: parts, identity, boot hook, network, doors."""
    build(node)
    number = board.unique_id()
    if not number.strip(_NO_ID):
        number = node.network.station.config("mac")
    node.id = "micr" + number.hex() + "OS"
    settings.save(node.config, "hwuid", node.id)
    settings.save(node.config, "version", VERSION)
    password = await login.provision(node.auth)
    if password:  # on the serial console alone, never in a log
        print("The admin password of", node.name, "is", password)
    node.log.boot("%s %s, reset cause %s" % (node.name, VERSION, node.reset_cause))
    for fault in node.config.faults:
        node.log.err("config: " + fault)
    board.boost(node.config.get("boostmd"))
    if node.config.get("boothook") != "n/a":
        caller = Caller("boot", ADMIN, "boothook")
        await postfix.run_script(node.commands, node.config.get("boothook"), caller)
    watchdog = board.watchdog() if node.config.get("ha") else None
    node.tasks.start("idle", node.idle(watchdog), "system")
    node.tasks.start("network", node.network.run(), "system")
    for key in _BY_ITSELF.split():
        if node.config.get(key) not in (False, _NONE):
            from tepal.services import automation

            automation.start(node)
            break
    await _open_doors(node)


async def _open_doors(node) -> None:
    from tepal.services import discovery, shell, tcp

    get = node.config.get
    silence_ms = get("soctout") * 1000
    door = tcp.Door("shell", shell, node, get("aioqueue"))
    door.patience_ms = door.yield_ms = silence_ms
    door.trusted_ms = silence_ms * 10
    await open(door, get("socport"))
    address = (node.listen_address, get("socport"))
    node.tasks.start("discovery", discovery.serve(address, discovery.answer(node)), "system")
    if get("webui"):
        from tepal.services import http

        door = tcp.Door("http", http, node, get("webui_max_con"))
        door.patience_ms = door.trusted_ms = silence_ms
        await open(door, get("webport"))


async def open(door, port: int) -> None:
    """Begin to listen; a port that is taken is logged, the other doors open all the same."""
    try:
        await door.open(port)
    except OSError as error:
        door.node.log.err("%s: port %d: %s" % (door.name, port, error))
        return
    door.node.doors.append(door)
    door.node.log.boot("%s on port %d" % (door.name, port))
