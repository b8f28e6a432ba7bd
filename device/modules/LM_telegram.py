"""Telegram: notifications to your chats, and commands from them."""

# Of the part telegram, which a release can leave out.

from micropython import const

_TYPING = const(0)
if _TYPING:
    from tepal import Node

node: "Node"  # the running node; the loader puts it here

HELP = ("load", "send text", "status")


def load():
    """Begin; the token is ``telegram`` in the configuration, who may do what ``telegram_chats``."""
    return node.telegram.start()


def send(text):
    """Send a text to all chats."""
    if not node.telegram.chats():
        return "No chats: set telegram_chats"
    return "Sent" if node.telegram.send(str(text)) else "Too many wait already"


def status():
    """Return whether it listens, and to how many chats."""
    return {"state": node.telegram.state, "chats": len(node.telegram.chats())}


def _unload():
    node.telegram.stop()
