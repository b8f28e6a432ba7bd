"""The packages that wheels have left in ``lib``; those too that mpy-blox has installed.

Each has a folder ``.dist-info``; ``direct_url.json`` (PEP 610) in it keeps the hash of the wheel.
"""

# Of the part mqtt, which a release can leave out.

import json
import os

from micropython import const

from tepal.core import moving
from tepal.formats import wheel

RARE = True
RECORD = "/RECORD"
METADATA = "/METADATA"
ORIGIN = "/direct_url.json"
_LIB = const("lib")
_LONGEST = const(1024)  # characters of a line that we look at


def installed(name: str = "") -> list:
    """Return (name, version, folder) of all packages in ``lib``, or of one."""
    found = []
    try:
        folders = os.listdir(_LIB)
    except OSError:
        return found
    for folder in sorted(folders):
        named, version = wheel.split(folder)
        if named and (not name or wheel.normal(named) == wheel.normal(name)):
            about = fields("lib/" + folder + METADATA)
            spelled = (about.get("name") or [named])[0]
            found.append((spelled, (about.get("version") or [version])[0], "lib/" + folder))
    return found


def origin(folder: str) -> str:
    """Return the SHA-256 of the wheel that an installed package came in; "" where nobody knows."""
    try:
        with open(folder + ORIGIN) as file:
            return json.loads(file.read(512))["archive_info"]["hashes"]["sha256"]
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def verify(name: str) -> list:
    """Return what is not on flash as the package ``name`` was installed."""
    faults = []
    for _, _, folder in installed(name):
        for path, digest, _ in records(folder + RECORD):
            try:
                if digest and moving.digest_of("lib/" + path) != digest:
                    faults.append(path + " was changed")
            except OSError:
                faults.append(path + " is missing")
    return faults


def records(path: str):
    """Yield what a RECORD on flash says; one that is not there says nothing."""
    try:
        with open(path) as file:
            for line in _lines(file):
                if line.strip():
                    yield wheel.recorded(line)
    except OSError:
        return


def fields(path: str) -> dict:
    """Return what the head of a METADATA or WHEEL file says: key, all its values."""
    found = {}
    try:
        with open(path) as file:
            for line in _lines(file):
                if not line.strip():
                    break  # a description follows
                key, value = wheel.field(line)
                if key in ("name", "version", "tag", "wheel-version"):
                    found.setdefault(key, []).append(value)
    except (OSError, UnicodeError):
        pass
    return found


def _lines(file):
    """Yield lines; of a long one only its beginning."""
    line = file.readline(_LONGEST)
    while line:
        yield line
        while line[-1:] != "\n" and line:
            line = file.readline(_LONGEST)
        line = file.readline(_LONGEST)
