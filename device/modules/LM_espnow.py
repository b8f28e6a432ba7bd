"""ESP-NOW: neighbours that hear each other without a network."""

# Of the part espnow, which a release can leave out.

from micropython import const

from tepal import TepalError

_TYPING = const(0)
if _TYPING:
    from tepal import Node

node: "Node"  # the running node; the loader puts it here

HELP = ("handshake peer=None", "send peer cmd", "TEXTBOX stats", "members", "remove peer")
VIEW = ("stats", "members")


async def handshake(peer=None):
    """Greet a neighbour by name, or all that hear us; return who answered."""
    return await _radio().greet(peer or "")


def send(peer, cmd):
    """Run a command on a neighbour; its answer will be the output of the task that is named."""
    _radio()
    return node.peers.send_line(peer, cmd, node.commands.caller)


def stats():
    """Return how many packets came and went, and how many proved nothing."""
    return _radio().counts


def members():
    """Return the neighbours that have answered us."""
    return _radio().names()


def remove(peer):
    """Forget a neighbour, until it is greeted again."""
    _radio().forget(peer)
    return "Removed " + peer


def _radio():
    if node.peers.radio is None:
        raise TepalError("unsupported", "espnow is off, or this board has none")
    return node.peers.radio
