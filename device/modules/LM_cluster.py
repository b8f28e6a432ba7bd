"""Cluster: the neighbours of this node, how they are, and one command for all of them."""

from micropython import const

_TYPING = const(0)
if _TYPING:
    from tepal import Node

node: "Node"  # the running node; the loader puts it here

HELP = ("TEXTBOX members", "run cmd", "TEXTBOX health", "status")
VIEW = ("members",)


async def members():
    """Return the neighbours that answer: name, address, and the way to them."""
    return await node.peers.cluster().members(node.peers)


async def run(cmd):
    """Run a command on all neighbours; return the answer of each."""
    caller = node.commands.caller
    return await node.peers.cluster().run(node.peers, cmd, caller)


async def health():
    """Return how each neighbour is."""
    return await run("system top")


def status():
    """Return how many neighbours this node has talked with lately."""
    return {"known": len(node.peers.known), "espnow": bool(node.peers.radio)}
