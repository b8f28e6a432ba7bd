"""The commands ``app``, each in a file that is loaded when it is wanted: this one stays while they run."""

# Of the part apps, which a release can leave out.

import sys

from tepal.core.commands import ADMIN, CONTROL, VIEW

RARE = True
_USAGE = """app list, app info / log / start / stop <uid>
app install / upgrade <file or address> [pinned=True] [downgrade=True]
app remove <uid> [purge=True] [force=True]"""


def usage(node) -> str:
    """Return how to use ``app``."""
    return _USAGE


def _later(module: str, function: str):
    path = "tepal.core.app_" + module

    def run(node, *args, **named):
        node.sweep()  # the command came by much code that is not needed any more
        __import__(path)
        return getattr(sys.modules[path], function)(node, *args, **named)

    return run


COMMANDS = {
    "": (usage, VIEW),
    "list": (_later("listing", "listed"), VIEW),
    "info": (_later("listing", "info"), VIEW),
    "log": (_later("listing", "log"), VIEW),
    "start": (_later("launch", "start"), CONTROL),
    "stop": (_later("asked", "stop"), CONTROL),
    "install": (_later("asked", "install"), ADMIN),
    "upgrade": (_later("asked", "install"), ADMIN),
    "remove": (_later("asked", "remove"), ADMIN),
}
