"""The apps on flash: which there are, in which versions, and who needs whom.

    apps/<uid>/manifest, pack      the newest version, see ``start.Pack``; where both are, it is installed
    apps/<uid>/data, share, temp   what it writes
    apps/<uid>/versions/1.0.0/     an older one that somebody needs, with the same in it but ``share``

Everything is read from flash when it is asked for, nothing is remembered.
"""

# Of the part apps, which a release can leave out.

import os

from micropython import const

from tepal.core.app_reading import config
from tepal.formats import appnames
from tepal.formats.errors import TepalError

RARE = True
ROOT = const("apps")
_VERSIONS = const("/versions")
_FOLDER = const(0x4000)


def uids() -> list:
    """Return the names of all that is installed, sorted."""
    found = []
    for name in _folders(ROOT):
        if is_installed(ROOT + "/" + name) and not list(appnames.uid_faults(name)):
            found.append(name)
    return found


def home(uid: str) -> str:
    """Return the folder of an app. Raises: TepalError ``app`` if that is no name of one."""
    for _, fault in appnames.uid_faults(uid):
        raise TepalError("app", fault)
    return ROOT + "/" + uid


def is_installed(folder: str) -> bool:
    """Tell whether a version is in this folder."""
    try:
        os.stat(folder + "/pack")
        os.stat(folder + "/manifest")
    except OSError:
        return False
    return True


def require(uid: str) -> str:
    """Return the folder of an installed app. Raises: TepalError ``app_missing``."""
    folder = home(uid)
    if not is_installed(folder):
        raise TepalError("app_missing", uid)
    return folder


def versions(uid: str) -> list:
    """Return (version, folder) of each that is there and whole; the newest of all is the first."""
    found = []
    base = home(uid)
    for folder in [base] + [base + _VERSIONS + "/" + name for name in _folders(base + _VERSIONS)]:
        if is_installed(folder):
            try:
                found.append((config(folder, uid)["version"], folder))
            except (OSError, ValueError):  # one that is damaged must not hinder the others
                pass
    return found


def choose(uid: str, wanted: tuple):
    """Return (version, folder) of the best that is there for a range; None if none is.

    ``wanted`` is as ``semver.parse_range`` gives it.
    """
    from tepal.formats import semver

    best = None
    for version, folder in versions(uid):
        read = semver.parse(version)
        if semver.matches(wanted, read) and (best is None or read > best[0]):
            best = read, version, folder
    return best and best[1:]


def dependents(uid: str) -> list:
    """Return (name, version, range) of whoever needs an app, older versions of others too."""
    found = []
    for other in uids():
        for version, folder in versions(other):
            for name, wanted in appnames.dependencies(config(folder, other)):
                if name == uid and (other, version, wanted) not in found:
                    found.append((other, version, wanted))
    return found


def _folders(path: str) -> list:
    try:
        names = os.listdir(path)
    except OSError:  # there is none
        return []
    return sorted([n for n in names if n[0] != "." and os.stat(path + "/" + n)[0] & _FOLDER])
