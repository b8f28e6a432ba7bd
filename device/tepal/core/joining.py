"""Joining a network: each known one in turn, with growing pauses; our own one beside the search."""

import asyncio

from micropython import const

from tepal.core import secrets

RARE = True
_JOIN_MS = const(15000)
_LOOK_MS = const(250)
_FIRST_PAUSE_MS = const(2000)
_LONGEST_PAUSE_MS = const(300000)
_ROUNDS_ALONE = const(3)  # without success, before our own network opens


async def join(net) -> None:
    """Return when the node has joined a network; never, where it must stay an access point."""
    if net.config.get("nwmd") == "AP" or not _known(net):
        _open_access_point(net)
        await asyncio.Event().wait()
    rounds, pause_ms = 0, _FIRST_PAUSE_MS
    while not await _join_any(net):
        rounds += 1
        if rounds == _ROUNDS_ALONE:
            _open_access_point(net)
        await asyncio.sleep_ms(pause_ms)
        pause_ms = min(pause_ms * 2, _LONGEST_PAUSE_MS)
    if net.state == "access_point":
        net.access_point().close()
    net.state = "joined"


def _known(net) -> list:
    """Return the (ssid, password) pairs of the configuration."""
    names = net.config.get("staessid")
    if names in ("your_wifi_name", "", "n/a"):
        return []
    passwords = (secrets.get(net.secrets, "stapwd") or "").split(";")
    pairs = []
    for name in names.split(";"):
        pairs.append((name.strip(), passwords.pop(0).strip() if passwords else ""))
    return pairs


async def _join_any(net) -> bool:
    if net.state != "access_point":
        net.state = "joining"
    static = _static(net)
    for ssid, password in _known(net):
        try:
            if static:
                net.station.ifconfig(static)
            net.station.connect(ssid, password or None)
        except OSError as error:
            net.log.warn("Wi-Fi " + ssid + ": " + str(error))
            continue
        for _ in range(_JOIN_MS // _LOOK_MS):
            if net.station.isconnected():
                net.log.boot("Wi-Fi " + ssid + ": " + net.station.ifconfig()[0])
                return True
            await asyncio.sleep_ms(_LOOK_MS)
        net.log.warn("Wi-Fi " + ssid + ": no connection")
    return False


def _static(net) -> tuple:
    """Return (address, netmask, gateway, DNS) where ``devip`` fixes them: "10.0.0.7[,gateway]"."""
    address, _, gateway = net.config.get("devip").partition(",")
    if address == "n/a":
        return ()
    gateway = gateway.strip() or address.rsplit(".", 1)[0] + ".1"
    return (address.strip(), "255.255.255.0", gateway, gateway)


def _open_access_point(net) -> None:
    net.access_point().open(
        net.config.get("devfid"), secrets.get(net.secrets, "ap_password") or ""
    )
    net.state = "access_point"
    net.log.boot("access point " + net.config.get("devfid") + " open")
