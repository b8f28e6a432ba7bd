"""Our own network, and what its visitors want: opened, tried, kept and closed."""

from micropython import const

from tepal.core import joining, keys, secrets, settings
from tepal.formats import checks

RARE = True
_PASSWORD = const("ap_password")
_UNREAD_MS = const(90000)  # for a phone that has lost us meanwhile: the radio has changed channel


async def run(net, action: str) -> None:
    """Do what ``formats.wifi`` has decided about it: open, try or close."""
    node = net.node
    if action == "try":
        await _try(net, net.portal)
    elif action == "close":
        await node.portal().close(node)
    else:
        open(node)
        if not joining.known(node):
            net.reason = "no network known"
        if node.config.get("nwmd") != "AP" and not net.portal:
            await node.portal().open(node)
        net.state = "access_point"  # only now: what fails on the way is done again


def open(node) -> None:
    """Open our own network. Raises: OSError (the radio refuses)."""
    name = node.config.get("devfid")
    if name == keys.entry("devfid")[0]:
        name += "-" + node.id[-6:-2]  # as every new node is called
    password = secrets.get(node.auth.secrets, _PASSWORD)
    if not password:
        from tepal.core import passwords

        password = passwords.generate()
        try:
            secrets.put(node.auth.secrets, _PASSWORD, password)
        except OSError as error:  # it will be another one next time
            node.log.err("ap_password not saved: " + str(error))
    node.access_point().open(name, password)
    node.log.boot("access point " + name + " open")
    # On the serial console alone, never in a log.
    print("The password of the network", name, "is", password)


async def _try(net, portal: dict) -> None:
    """Try the network that a visitor of the portal wants; the known ones stay as they are."""
    ssid, password, name = portal["wanted"]
    portal["wanted"] = None
    net.joined.clear()
    net.state = "access_point"
    reason = "failed"  # whatever happens, the page must hear an end of it
    try:
        reason = await joining.connect(net, ssid, password)
    finally:
        portal["result"] = {"ssid": ssid, "state": reason}
        portal["used"] = net.node.clock.uptime_ms()
    if reason:
        net.node.log.info("setup: " + ssid + ": " + reason)
        return
    joining.joined(net, ssid)
    portal["admin"] = False  # what was asked for is done
    portal["used"] += _UNREAD_MS
    portal["result"] = {"ssid": ssid, "state": "joined", "address": net.station.ifconfig()[0]}
    try:
        keep(net.node, ssid, password)
        if name and name != net.node.name:
            settings.save(net.node.config, "devfid", name)
            portal["renamed"] = True
    except OSError as error:
        portal["result"]["state"] = "not saved"
        net.node.log.err("setup: " + ssid + " not saved: " + str(error))


def keep(node, ssid: str, password: str) -> None:
    """Save a network that works, beside those known before."""
    pairs = checks.added(joining.known(node), ssid, password)
    secrets.put(node.auth.secrets, "stapwd", [pair[1] for pair in pairs])
    settings.save(node.config, "staessid", ";".join([pair[0] for pair in pairs]))
    if node.config.get("nwmd") == "AP":
        settings.save(node.config, "nwmd", "STA")
