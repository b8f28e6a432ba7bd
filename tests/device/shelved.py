"""Apps on the flash of a node as an installation leaves them: a manifest and a pack."""

import binascii
import hashlib
import json
import struct

from app_archives import deflated

from tepal.core import storage
from tepal.formats import manifest, pack

CONFIG = {"version": "1.0.0", "title": "Garden light", "description": "Light at night"}


def picture(pixels, more=b""):
    """Return an icon, for who does not look further than its head."""
    return b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + struct.pack(">II", pixels, pixels) + more


def shelve(uid, files=None, **fields):
    """Put an app on flash; ``files`` are names and contents, ``fields`` what config.json says."""
    contents = {uid + "/config.json": json.dumps(dict(CONFIG, **fields)).encode()}
    for name in files or {}:
        contents[uid + "/" + name] = files[name]
    folder = "apps/" + uid
    storage.make_folder("apps")
    storage.make_folder(folder)
    lines, sizes = [], []
    with open(folder + "/pack", "wb") as file:
        for name in sorted(contents, key=manifest.order):
            packed = deflated(contents[name])
            file.write(packed)
            sizes.append((name + pack.DEFLATED, len(packed)))
            digest = binascii.hexlify(hashlib.sha256(packed).digest()).decode()
            lines.append("%s %d %s\n" % (digest, len(packed), name + pack.DEFLATED))
        for part in pack.index(lambda: iter(sizes)):
            file.write(part)
    with open(folder + "/manifest", "w") as file:
        file.write("tepal-app 1\nname: %s\nfiles: %d 1\n%s" % (uid, len(sizes), "".join(lines)))
