"""Joining a network, staying there, losing it: what ``formats.wifi`` decides is done here."""

import asyncio
import os

from micropython import const

from tepal.core import secrets
from tepal.formats import wifi

RARE = True
_NO_ADDRESS = const("gives no address")  # as ``radio`` has it
_JOIN_MS = const(15000)
_LOOK_MS = const(100)
_ROUNDS_ALONE = const(3)  # through all known networks in vain, before our own opens
_STEADY_MS = const(30000)  # a link that lasted so long was a good one
_SHORT_MS = const(5000)  # between two looks while the portal is open
_LONG_MS = const(60000)  # where nothing is to be done


async def step(net) -> None:
    """Do the next thing, which may take as long as trying every known network."""
    node = net.node
    now = node.clock.uptime_ms()
    pairs = known(node)
    alone = node.config.get("nwmd") == "AP" or not pairs
    action = wifi.step(net.state, net.isconnected(), alone, net.portal, now)
    if action == "search":
        await search(net, pairs)
    elif action == "lost":
        lost(net, now)
    elif action == "stay":
        net.due = now + (_SHORT_MS if net.portal else _LONG_MS)
    else:
        from tepal.core import hosting

        await hosting.run(net, action)


def known(node) -> list:
    """Return the (name, password) pairs of the configuration."""
    passwords = secrets.get(node.auth.secrets, "stapwd")
    return wifi.known(node.config.get("staessid"), passwords)


async def search(net, known: list) -> None:
    """Try every known network once; plan the next round if none took us."""
    if net.state != "access_point":
        net.state = "joining"
    faults = []
    # No need to look around for the last good one, or for all there is.
    first = known if len(known) == 1 else [entry for entry in known if entry[0] == net.ssid]
    if await join(net, first, faults):
        return
    if len(known) > len(first):
        try:
            seen = net.node.radio().scan(net.station)
        except OSError as error:
            seen = []
            faults.append("looking around: " + str(error))
        if await join(net, wifi.order(known, seen, first), faults):
            return
    if net.portal and net.portal["wanted"]:
        return  # somebody has just told of another one
    reason = ", ".join(sorted(faults))
    if reason != net.reason:  # the same for hours is said once
        net.node.log.warn("Wi-Fi " + reason)
        net.reason = reason
    _pause(net)
    if net.rounds >= _ROUNDS_ALONE and net.state != "access_point":
        from tepal.core import hosting

        await hosting.run(net, "open")


async def join(net, wanted: list, faults: list) -> bool:
    """Tell whether one of the networks took us; ``faults`` gets why the others did not."""
    for ssid, password in wanted:
        reason = await connect(net, ssid, password)
        if not reason:
            joined(net, ssid)
            return True
        faults.append(ssid + ": " + reason)
        if net.portal and net.portal["wanted"]:
            break
    return False


async def connect(net, ssid: str, password: str) -> str:
    """Return why a network did not take us; nothing if it did."""
    radio = net.node.radio()
    reason = ""
    try:
        if net.station.isconnected():
            radio.disconnect(net.station)
        radio.connect(net.station, ssid, password, _addresses(net.node))
        for _ in range(_JOIN_MS // _LOOK_MS):
            await asyncio.sleep_ms(_LOOK_MS)
            if net.isconnected():
                return ""
            reason = radio.fault(net.station)
            if reason and reason != _NO_ADDRESS:  # which may still come
                break
        reason = reason or "gives no answer"
    except (OSError, ValueError) as error:
        reason = str(error) or repr(error)
    radio.disconnect(net.station)
    return reason


def joined(net, ssid: str) -> None:
    """Take notice that the node is on a network."""
    if net.state == "access_point" and not net.portal:
        net.node.access_point().close()
    net.state = "joined"
    net.ssid = ssid
    net.reason = ""
    net.since = net.due = net.node.clock.uptime_ms()
    net.joined.set()
    # A network that comes and goes must not wear out the flash.
    level = "INFO" if net.rounds and net.losses else "BOOT"
    net.node.log.add(level, "Wi-Fi " + ssid + ": " + net.station.ifconfig()[0])


def lost(net, now: int) -> None:
    """Begin to search; at once, unless this network drops us again and again."""
    net.losses += 1
    net.state = "joining"
    net.reason = "lost"
    net.joined.clear()
    net.node.radio().disconnect(net.station)
    steady = now - net.since >= _STEADY_MS
    net.node.log.add("WARN" if steady else "INFO", "Wi-Fi lost: " + net.ssid)
    if steady:
        net.rounds = 0
    else:
        _pause(net)


def _pause(net) -> None:
    net.rounds += 1
    pause_ms = wifi.pause_ms(net.rounds, os.urandom(1)[0])
    net.due = net.node.clock.uptime_ms() + pause_ms


def _addresses(node) -> tuple:
    """Return the fixed address with all that belongs to it; nothing where there is none."""
    text = node.config.get("devip")
    if text == "n/a":
        return ()
    from tepal.formats import fixed

    return fixed.addresses(text)
