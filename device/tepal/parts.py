"""Parts of a node that are made, or lent, when somebody first wants them; found by their names.

The table is text, because MicroPython never forgets a name that stands in code.
"""

import sys

from micropython import const

from tepal.formats.errors import TepalError

RARE = True
# Lent: modules that are used at once and not kept. All others are made once and stay.
_PLACES = const("""
board tepal.hal.board lent
radio tepal.hal.radio lent
access_point tepal.hal.access_point lent
portal tepal.services.portal lent
health tepal.core.health lent
update tepal.services.update_state lent
app_pack tepal.hal.app_pack lent
io tepal.hal.io module
pins tepal.core.pins of
states tepal.core.states of
data tepal.core.data Data
files tepal.core.files Files
notify tepal.core.notify Notify
pages tepal.core.pages Pages
peers tepal.core.peers Peers
mqtt tepal.services.mqtt_door open
telegram tepal.services.telegram Telegram
""")


def find(node, name: str):
    """Return the part ``name``. Raises: AttributeError, TepalError ``not_included``."""
    for line in _PLACES.split("\n"):
        if line.startswith(name + " "):
            return _fetch(node, *line.split())
    raise AttributeError(name)


def _fetch(node, name: str, path: str, what: str):
    try:
        __import__(path)
    except ImportError as error:
        raise TepalError("not_included", name + ", " + str(error))
    if what == "lent":
        return lambda: sys.modules[path]
    part = sys.modules[path]
    if what != "module":
        part = getattr(part, what)(node)
    setattr(node, name, part)
    return part
