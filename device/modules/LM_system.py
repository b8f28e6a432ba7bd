"""System: what the node is, how it feels, what time it has."""

import gc

from micropython import const

_TYPING = const(0)
if _TYPING:
    from tepal import Node

node: "Node"  # the running node; the loader puts it here

HELP = (
    "TEXTBOX info",
    "TEXTBOX top",
    "memory_usage",
    "disk_usage",
    "gclean",
    "heartbeat",
    "TEXTBOX clock",
    "setclock year month mday hour min sec",
    "rssi",
    "ifconfig",
    "ha_sta",
    "list_stations",
    "hosts",
    "pinmap keys=None",
    "alarms clean=False",
    "crash clear=False",
    "notify text",
    "notifications enable=None",
)
VIEW = (
    "info",
    "top",
    "memory_usage",
    "disk_usage",
    "gclean",
    "heartbeat",
    "clock",
    "rssi",
    "ifconfig",
    "hosts",
)
ADMIN = ("setclock",)


def heartbeat():
    """Return a sign of life."""
    return "<3 heartbeat"


def memory_usage():
    """Return the heap in use, in percent and bytes."""
    return node.health().usage(*node.health().memory())


def disk_usage():
    """Return the file system in use, in percent and bytes."""
    return node.health().usage(*node.health().disk())


def gclean():
    """Forget code that is rarely needed, collect, and tell the bytes that are free."""
    node.sweep()
    return {"memfree": gc.mem_free()}


def info():
    """Return what this node is."""
    return node.health().info(node)


def top():
    """Return what moves: memory, disk, load."""
    return node.health().top(node)


def clock():
    """Return the local time; where the place is known also sunrise and sunset."""
    return node.health().clock(node)


def setclock(year, month, mday, hour, min, sec):
    """Set the clock to a local time."""
    return node.health().set_clock(node, (year, month, mday, hour, min, sec))


def rssi():
    """Return the strength of the Wi-Fi signal in dBm, and in words."""
    return node.health().rssi(node)


def ifconfig():
    """Return the mode of the network and its addresses."""
    return node.health().addresses(node)


def ha_sta():
    """Return the state of the Wi-Fi link, which repairs itself."""
    network = node.network
    return {"state": network.state, "losses": network.losses, "reason": network.reason}


def list_stations():
    """Return who has joined our own network: a hardware address each."""
    return [station.hex(":") for station in node.access_point().stations()]


def hosts():
    """Return the neighbours that this node has talked with lately: name and address."""
    return node.peers.hosts()


def pinmap(keys=None):
    """Return the pin map in use and the pins that are booked, or the numbers of some names."""
    if keys:
        return node.pins.search(keys.split(" "))
    return {"map": node.pins.map, "booked": node.pins.booked(), "custom": node.pins.custom}


def alarms(clean=False):
    """Return the warnings and errors in the log files; ``clean`` deletes them."""
    return node.health().alarms(node, clean)


def crash(clear=False):
    """Return how the last run ended that did not end in order; ``clear`` forgets it."""
    return node.health().crash(node, clear)


def notify(text):
    """Tell everybody who listens."""
    return node.notify.publish(str(text))


def notifications(enable=None):
    """Return the newest notifications and who carries them on; ``enable`` switches them on or off."""
    return node.notify.about(enable)
