"""The types of devices and sensors that this node has: what their metadata says of them."""

# Of the part devices, which a release can leave out.

import json
import os

from micropython import const

from tepal.core import storage

RARE = True
_TABLE = const("/devices/types.txt")
_FOLDER = const("/devices")


def all():
    """Yield all types: the table of the release, or where there is none the metadata itself."""
    base = __file__.rsplit("/", 3)[0]
    if storage.exists(base + _TABLE):
        for line in storage.lines(base + _TABLE):
            yield json.loads(line)
        return
    for name in os.listdir(base + _FOLDER):
        if name.endswith(".json"):
            with open(base + _FOLDER + "/" + name) as file:
                kind = json.load(file)
            kind["sensor"] = "triggerable" in kind
            kind.setdefault("module", name[:-5])
            kind.setdefault("params", {})
            yield kind
