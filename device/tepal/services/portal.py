"""The setup portal: one page on our own network, from which a visitor gives us another network.

It can set Wi-Fi and the name of the node, and nothing else. A node that knows a network already
wants the admin password for that. What it remembers is in ``node.network.portal`` while it is open:
wanted     (name, password, name of the node) to be tried, None if there is nothing to try
result     what became of the last try, for the page
used       uptime in ms of the last request; tried, scanned: of the last of these
networks   what the last scan has found
admin      an admin wanted it; else it opened by itself
renamed    the node has a new name, which takes a restart
door       the web door that is open for the portal alone
"""

import json

from micropython import const

from tepal.core import ending, hosting, joining, login
from tepal.core.commands import ADMIN
from tepal.formats import checks, dns
from tepal.formats.errors import TepalError
from tepal.formats.postfixes import is_host
from tepal.services import body, discovery, identity, web

RARE = True
_TASK = const("portal")
_PAGE = const("/setup")
_CLIENTS = const(3)
_TRY_MS = const(1000)  # between two tries
_SCAN_MS = const(8000)  # between two scans; each makes the node deaf for some seconds
_MOST_SHOWN = const(16)  # networks
_LONGEST_NAME = const(32)  # characters
_FRESH = const("cache-control: no-store\r\n")
_PROBES = const(
    (
        "/generate_204",  # Android
        "/gen_204",
        "/hotspot-detect.html",  # Apple
        "/library/test/success.html",
        "/connecttest.txt",  # Windows
        "/ncsi.txt",
        "/redirect",
        "/canonical.html",  # Firefox
        "/success.txt",
    )
)


async def ask(node) -> str:
    """Open it because an admin wants it, and return where it is. Raises: OSError."""
    net = node.network
    if net.state != "access_point":
        hosting.open(node)
    if not net.portal:
        await open(node, admin=True)
    elif net.state == "joined":  # it was about to close
        net.portal.update({"admin": True, "used": node.clock.uptime_ms()})
    return _url(node, node.access_point().addresses()[0])


async def open(node, admin: bool = False) -> None:
    """Open the portal on our own network, which is open already."""
    now = node.clock.uptime_ms()
    long_ago = now - _SCAN_MS
    node.network.portal = {
        "wanted": None,
        "result": None,
        "used": now if admin else long_ago - _SCAN_MS * 10,
        "tried": long_ago,
        "scanned": long_ago,
        "networks": [],
        "admin": admin,
        "renamed": False,
        "door": None,
    }
    here = node.access_point().addresses()[0]
    place = (node.listen_address, node.access_point().dns_port())
    server = discovery.serve(place, dns.answerer(here), dns.LONGEST)
    node.tasks.start(_TASK, server, "system")
    if "http" not in [door.name for door in node.doors]:
        await _open_door(node)
    node.log.boot("setup portal at " + _url(node, here))


async def _open_door(node) -> None:
    from tepal.services import doors, http, tcp

    door = tcp.Door("http", http, node, _CLIENTS)
    try:
        await doors.open(door, node.config.get("webport"))
    except OSError as error:
        node.log.err("http: port %d: %s" % (node.config.get("webport"), error))
        return
    node.doors.append(door)
    node.network.portal["door"] = door


async def close(node) -> None:
    """Close the portal, and our own network unless it is to stay; restart where the name is new."""
    net = node.network
    portal = net.portal
    net.portal = None
    net.due = 0
    for task in node.tasks.find(_TASK):
        task.kind = "native"  # one that can be killed, now that nobody needs it
    await ending.kill(node.tasks, _TASK)
    for task in node.tasks.find(_TASK):
        node.tasks.all.remove(task)
    if portal["door"]:
        from tepal.services import doors

        node.doors.remove(portal["door"])
        doors.close(portal["door"])
    if net.state != "access_point":
        node.access_point().close()
    node.log.boot("setup portal closed")
    if portal["renamed"]:
        node.restart()


async def handle(request) -> bool:
    """Answer a request that is for the portal; tell whether this one was."""
    path = request.path
    if path[:5] == "/api/" or path == "/rest" or path == "/metrics":
        return False
    lost = request.node.network.state != "joined" and not _is_ours(request)
    if lost or path in _PROBES or (path == "/" and _is_all(request.node)):
        await _redirect(request)
        return True
    if path != _PAGE and path[: len(_PAGE) + 1] != _PAGE + "/":
        return False
    portal = request.node.network.portal
    portal["used"] = request.node.clock.uptime_ms()
    await _answer(request, portal)
    return True


async def _answer(request, portal: dict) -> None:
    path = request.path[len(_PAGE) + 1 :]
    if path not in ("", "state", "scan", "join"):
        raise TepalError("not_found", request.path[:64])
    if path == "join":
        if request.method != "POST":
            raise TepalError("method", "POST expected")
        await _join(request, portal)
    elif request.method not in ("GET", "HEAD"):
        raise TepalError("method", "GET expected")
    elif path:
        if path == "scan":
            _scan(request.node, portal)
        await request.answer(json.dumps(_state(request.node, portal)), more=_FRESH)
    else:
        request.path = _PAGE + ".html"
        await web.handle(request)


def _state(node, portal: dict) -> dict:
    """Return what the page shows; all of it is in the air anyway."""
    return {
        "name": node.config.get("devfid"),
        "login": _wants_login(node),
        "networks": portal["networks"],
        "result": portal["result"],
    }


def _scan(node, portal: dict) -> None:
    """Look around, unless that was done just now or would end a try."""
    now = node.clock.uptime_ms()
    if now - portal["scanned"] < _SCAN_MS or _is_trying(portal):
        return
    try:
        portal["networks"] = node.radio().scan(node.network.station)[:_MOST_SHOWN]
    except OSError as error:
        node.log.info("setup: scan: " + str(error))
    portal["scanned"] = node.clock.uptime_ms()


async def _join(request, portal: dict) -> None:
    """Take what a visitor has typed; it is tried within seconds, and the page asks what became."""
    node = request.node
    if not _is_ours(request) or identity.check_site(request, ADMIN) < ADMIN:
        raise TepalError("other_site", request.header("host")[:64])
    if request.header("content-type")[:16] != "application/json":
        raise TepalError("arguments", "content-type application/json expected")
    wanted = await body.read_json(request)
    if not isinstance(wanted, dict):
        raise TepalError("arguments", "an object with ssid and password expected")
    ssid = checks.check_name(wanted.get("ssid"))
    password = checks.check_password(wanted.get("password", ""))
    name = wanted.get("name", "")
    if not isinstance(name, str) or len(name) > _LONGEST_NAME or (name and not is_host(name)):
        raise TepalError("arguments", "name: letters, digits, - and _ expected")
    if _wants_login(node):
        await _log_in(request, wanted.get("login", ""))
    now = node.clock.uptime_ms()
    wait_ms = portal["tried"] + _TRY_MS - now
    if wait_ms > 0 or _is_trying(portal):
        raise TepalError("wait", str(max(wait_ms, 0) // 1000 + 1))
    portal["tried"] = now
    portal["wanted"] = (ssid, password, name)
    portal["result"] = {"ssid": ssid, "state": "trying"}
    node.network.due = 0
    await request.answer(json.dumps(_state(node, portal)), status="202 Accepted", more=_FRESH)


async def _log_in(request, password: object) -> None:
    if not isinstance(password, str) or not password:
        raise TepalError("login_required")
    auth = request.node.auth
    if await login.with_password(auth, password, request.connection.address) < ADMIN:
        raise TepalError("denied", "the admin password expected")


def _is_trying(portal: dict) -> bool:
    return (portal["result"] or {}).get("state") == "trying"


def _wants_login(node) -> bool:
    """Tell whether a visitor must log in: a node that knows a network belongs to somebody."""
    return node.auth.enabled and bool(joining.known(node))


def _is_all(node) -> bool:
    """Tell whether there is nothing but the portal to see: no page, or no network known."""
    return not node.config.get("webui") or not joining.known(node)


def _is_ours(request) -> bool:
    """Tell whether the client knows whom it asks; a phone that looks for the internet does not."""
    host = request.header("host").lower()
    if host[-1:] != "]":
        host = host.rsplit(":", 1)[0]
    node = request.node
    name = node.name.lower()
    own = (
        node.access_point().addresses()[0],
        node.network.station.ifconfig()[0],
        name,
        name + ".local",
    )
    return not host or host in own


async def _redirect(request) -> None:
    """Send a client to the page; its system shows that as a network to sign in to."""
    if request.method not in ("GET", "HEAD"):
        raise TepalError("other_site", request.header("host")[:64])
    url = _url(request.node, request.node.access_point().addresses()[0])
    more = "location: " + url + "\r\n" + _FRESH
    page = '<!doctype html><title>Setup</title><a href="' + url + '">Setup</a>'
    await request.answer(page, "text/html", "302 Found", more)


def _url(node, address: str) -> str:
    port = node.config.get("webport")
    return "http://" + address + ("" if port == 80 else ":%d" % port) + _PAGE
