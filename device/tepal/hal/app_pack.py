"""An installed app as a folder of its own: ``/app/<name>``, straight from its pack."""

# Of the part apps, which a release can leave out.

import sys

RARE = True
_ROOT = "/app"


def mount(folder: str, uid: str, name: str) -> str:
    """Let the app whose pack is in ``folder`` be imported as ``name``; return where its files are.

    ``name`` is what the build wrote into imports, see ``appconfig.qualified``, or ``<name>__app``
    for an app that is launched itself. Raises: OSError, ValueError (it is damaged).
    """
    from start import Pack

    class AppPack(Pack):
        """A pack seen from the folder of its app."""

        def find(self, path: str) -> int:
            """Return the number of a file."""
            return Pack.find(self, uid + "/" + path.strip("/"))

        def ilistdir(self, path: str):
            """Yield what os.ilistdir does."""
            return Pack.ilistdir(self, uid + "/" + path.strip("/"))

        def umount(self):
            """Nothing is to be done; MicroPython calls it."""

    place = _ROOT + "/" + name
    _vfs().mount(AppPack(folder), place)
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
