"""Network: where the node is on, what else there is, and the setup portal on demand."""

from micropython import const

_TYPING = const(0)
if _TYPING:
    from tepal import Node

node: "Node"  # the running node; the loader puts it here

HELP = ("TEXTBOX status", "scan", "portal")
VIEW = ("status",)
ADMIN = ("portal",)


def status():
    """Return the state of the network, and why it is not joined."""
    network = node.network
    return {
        "state": network.state,
        "reason": network.reason,
        "ssid": network.ssid,
        "address": network.station.ifconfig()[0],
        "losses": network.losses,
        "portal": network.portal is not None,
    }


def scan():
    """Return the networks in reach with their strength in dBm; takes some seconds."""
    found = node.radio().scan(node.network.station)
    return [{"ssid": name, "dBm": dbm, "locked": locked} for name, dbm, locked in found]


async def portal():
    """Open the setup portal for ten minutes, and return where it is."""
    return await node.portal().ask(node)
