"""An installed app as a folder of its own: ``/app/<name>``, straight from its pack. Not RARE: it lasts."""

# Of the part apps, which a release can leave out.

import sys

from start import Pack

_ROOT = "/app"


class AppPack(Pack):
    """A pack seen from the folder of its app."""

    def __init__(self, folder: str, uid: str):
        """Raises: OSError, ValueError (it is damaged)."""
        Pack.__init__(self, folder)
        self.uid = uid + "/"

    def find(self, path: str) -> int:
        """Return the number of a file."""
        return Pack.find(self, self.uid + path.strip("/"))

    def ilistdir(self, path: str):
        """Yield what os.ilistdir does."""
        return Pack.ilistdir(self, self.uid + path.strip("/"))

    def umount(self):
        """Nothing is to be done; MicroPython calls it."""


def mount(folder: str, uid: str, name: str) -> str:
    """Let the app whose pack is in ``folder`` be imported as ``name``; return where its files are.

    ``name`` is what the build wrote into imports, see ``appconfig.qualified``, or ``<name>__app``
    for an app that is launched itself. Raises: OSError, ValueError (it is damaged).
    """
    place = _ROOT + "/" + name
    _vfs().mount(AppPack(folder, uid), place)
    if _ROOT not in sys.path:
        sys.path.append(_ROOT)
    return place


def unmount(name: str) -> None:
    """Forget the app that was mounted under ``name``, and the code that it has loaded."""
    _vfs().umount(_ROOT + "/" + name)
    for module in list(sys.modules):
        if module == name or module.startswith(name + "."):
            sys.modules.pop(module)


def _vfs():
    import os

    if hasattr(os, "mount"):
        return os
    import vfs

    return vfs
