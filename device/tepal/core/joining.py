"""Joining a network, losing it, opening our own: what ``course`` decides is done here."""

import asyncio
import os

from micropython import const

from tepal.core import course, secrets, settings
from tepal.formats import wifi

RARE = True
_JOIN_MS = const(15000)
_LOOK_MS = const(250)
_SHORT_MS = const(5000)  # between two looks while the portal is open
_LONG_MS = const(60000)  # where nothing is to be done
_PASSWORD = const("ap_password")


async def step(net) -> None:
    """Do the next thing, which may take as long as trying every known network."""
    node = net.node
    now = node.clock.uptime_ms()
    alone = node.config.get("nwmd") == "AP" or not known(node)
    action = course.action(net.state, net.is_linked(), alone, net.portal, now)
    if action == "search":
        await _search(net)
    elif action == "try":
        await _try(net, net.portal)
    elif action == "lost":
        _lost(net, now)
    elif action == "open":
        await _open(net, "" if known(node) else "no network known")
    elif action == "close":
        node.portal().close(node)
    else:
        net.due = now + (_SHORT_MS if net.portal else _LONG_MS)


def known(node) -> list:
    """Return the (name, password) pairs of the configuration."""
    passwords = secrets.get(node.auth.secrets, "stapwd")
    return wifi.known(node.config.get("staessid"), passwords)


async def _search(net) -> None:
    """Try every known network once; plan the next round if none took us."""
    if net.state != "access_point":
        net.state = "joining"
    faults = []
    pairs = known(net.node)
    first = course.quick(pairs, net.ssid)
    if await _join_one_of(net, first, faults):
        return
    if len(pairs) > len(first):
        try:
            seen = net.node.radio().scan(net.station)
        except OSError as error:
            seen = []
            faults.append("scan: " + str(error))
        if await _join_one_of(net, course.order(pairs, seen, first), faults):
            return
    if net.portal and net.portal["wanted"]:
        return  # somebody has just told of another one
    text = ", ".join(sorted(faults))
    if text != net.said:  # the same for hours is said once
        net.node.log.warn("Wi-Fi " + text)
        net.said = text
    _pause(net)
    if net.rounds >= course.ROUNDS_ALONE and net.state != "access_point":
        await _open(net, net.reason)


async def _join_one_of(net, pairs: list, faults: list) -> bool:
    for ssid, password in pairs:
        reason = await _attempt(net, ssid, password)
        if not reason:
            _joined(net, ssid)
            return True
        faults.append(ssid + ": " + reason)
        if net.portal and net.portal["wanted"]:
            break
    return False


async def _try(net, portal: dict) -> None:
    """Try the network that a visitor of the portal wants; the known ones stay as they are."""
    ssid, password, name = portal["wanted"]
    portal["wanted"] = None
    net.joined.clear()
    net.state = "access_point"
    reason = await _attempt(net, ssid, password)
    portal["used"] = net.node.clock.uptime_ms()
    if reason:
        portal["result"] = {"ssid": ssid, "state": reason}
        net.node.log.info("setup: " + ssid + ": " + reason)
        net.rounds = 0
        return
    _joined(net, ssid)
    portal["asked"] = False  # what was asked for is done
    portal["result"] = {"ssid": ssid, "state": "joined", "address": net.station.ifconfig()[0]}
    try:
        _keep(net.node, ssid, password)
        if name and name != net.node.name:
            settings.save(net.node.config, "devfid", name)
            portal["renamed"] = True
    except OSError as error:
        portal["result"]["state"] = "not saved"
        net.node.log.err("setup: " + ssid + " not saved: " + str(error))


def _keep(node, ssid: str, password: str) -> None:
    """Save a network that works, beside those known before."""
    pairs = wifi.added(known(node), ssid, password)
    secrets.put(node.auth.secrets, "stapwd", [pair[1] for pair in pairs])
    settings.save(node.config, "staessid", wifi.joined(pairs))
    if node.config.get("nwmd") == "AP":
        settings.save(node.config, "nwmd", "STA")


async def _attempt(net, ssid: str, password: str) -> str:
    """Return why a network did not take us; nothing if it did."""
    radio = net.node.radio()
    station = net.station
    try:
        if station.isconnected():
            radio.leave(station)
        radio.join(station, ssid, password, wifi.addresses(net.node.config.get("devip")))
        reason = await _outcome(net, radio)
    except (OSError, ValueError) as error:
        reason = str(error) or "refused"
    net.reason = reason
    if reason:
        radio.leave(station)
    return reason


async def _outcome(net, radio) -> str:
    for _ in range(_JOIN_MS // _LOOK_MS):
        await asyncio.sleep_ms(_LOOK_MS)
        if net.is_linked():
            return ""
        reason = radio.fault(net.station)
        if reason:
            return reason
    return "no address" if radio.lacks_address(net.station) else "no answer"


def _joined(net, ssid: str) -> None:
    net.state = "joined"
    net.ssid = ssid
    net.said = ""
    net.since = net.due = net.node.clock.uptime_ms()
    net.joined.set()
    log = net.node.log
    # A network that comes and goes must not wear out the flash.
    (log.info if net.rounds and net.losses else log.boot)(
        "Wi-Fi " + ssid + ": " + net.station.ifconfig()[0]
    )
    if not net.portal:
        net.node.radio().close()


def _lost(net, now: int) -> None:
    """Begin to search; at once, unless this network drops us again and again."""
    net.losses += 1
    net.state = "joining"
    net.reason = "lost"
    net.joined.clear()
    net.node.radio().leave(net.station)
    if course.is_steady(now - net.since):
        net.rounds = 0
        net.node.log.warn("Wi-Fi " + net.ssid + " lost")
        return
    net.node.log.info("Wi-Fi " + net.ssid + " lost")
    _pause(net)


def _pause(net) -> None:
    net.rounds += 1
    pause_ms = course.pause_ms(net.rounds, os.urandom(1)[0])
    net.due = net.node.clock.uptime_ms() + pause_ms


async def _open(net, reason: str) -> None:
    """Open our own network, and the setup portal on it unless this network is all we want."""
    open_access_point(net.node)
    net.state = "access_point"
    net.reason = reason
    if net.node.config.get("nwmd") != "AP" and not net.portal:
        await net.node.portal().open(net.node)


def open_access_point(node) -> None:
    """Open our own network. Raises: OSError (the radio refuses)."""
    name = node.config.get("devfid")
    if name == settings.entry("devfid")[0]:
        name += "-" + node.id[-6:-2]  # as every new node is called
    password = secrets.get(node.auth.secrets, _PASSWORD)
    if not password:
        from tepal.core import passwords

        password = passwords.generate()
        secrets.put(node.auth.secrets, _PASSWORD, password)
    node.radio().open(name, password)
    node.log.boot("access point " + name + " open")
    # On the serial console alone, never in a log.
    print("The password of the network", name, "is", password)
