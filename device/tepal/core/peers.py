"""The neighbours of a node: who they are, for a while, and commands for them."""

from micropython import const

_TYPING = const(0)
if _TYPING:
    from typing import Any  # noqa: TID251 - never imported on a node

_PORT = const(9008)
_WAIT_MS = const(400)


class Peers:
    """``send`` runs a command elsewhere, ``members`` tells who is there.

    Finding them is in ``finding``, talking with them in ``calling``, both loaded when needed.
    """

    def __init__(self, node):
        self.node = node
        self.port = _PORT  # where nodes listen, unless they tell another port
        self.wait_ms = _WAIT_MS  # for answers to the question where everybody is
        self.known = {}  # name: Place, until it is too old
        self.radio: "Any" = None  # the door of ESP-NOW, where the board has one

    def send(self, host: str, call, caller):
        """Begin to run ``call`` on ``host``; its answer will be the output of a task.

        Raises: TepalError ``denied``, ``queue_full``.
        """
        from tepal.core import calling

        return calling.begin(self, host, call, caller)

    def send_line(self, host: str, line: str, caller):
        """Begin to run a command line on ``host``, as ``send`` does."""
        from tepal.formats.command import parse

        return self.send(host, parse(line), caller)

    async def call(self, host: str, call) -> str:
        """Return the text that ``host`` answers to ``call``.

        Raises: TepalError ``unreachable``, ``ambiguous``, ``no_answer``, and those of the host.
        """
        from tepal.core import calling

        return await calling.call(self, host, call)

    def hosts(self) -> dict:
        """Return {name: address} of the neighbours that we have talked with lately."""
        return {place.name or place.host: place.host for place in self.known.values()}

    def cluster(self):
        """Return what knows all neighbours at once."""
        from tepal.core import cluster

        return cluster

    async def members(self) -> list:
        """Return a Place for each neighbour that answers, in the order of their names."""
        from tepal.core import finding

        return await finding.members(self)
