"""Makes wheels, with nothing but what a board has."""

import binascii
import hashlib

# What zlib makes of it: a board can not compress.
UMBEL = b"umbel " * 600
PACKED = {
    UMBEL: binascii.unhexlify(b"edc4b10d00000400b057dc26b131fadf21daa13b591d6bdbb66ddb7ef601")
}


class Zip:
    """A zip archive; its faults are those of who fills it."""

    def __init__(self):
        self.data = b""
        self.entries = b""
        self.count = 0

    def add(self, name, content, packed=None, crc=None, size=None, extra=b""):
        packed = PACKED.get(content) if packed is None else packed
        method = 0 if packed is None else 8
        body = content if packed is None else packed
        crc = binascii.crc32(content) & 0xFFFFFFFF if crc is None else crc
        size = len(content) if size is None else size
        head = word(20, 0, method, 0, 0) + long(crc, len(body), size)
        head += word(len(name.encode()))
        entry = (
            b"PK\1\2"
            + word(20)
            + head
            + word(0, 0, 0, 0)
            + long(0, len(self.data))
            + name.encode()
        )
        self.entries += entry
        self.data += b"PK\3\4" + head + word(len(extra)) + name.encode() + extra + body
        self.count += 1

    def close(self, comment=b"", count=None):
        count = self.count if count is None else count
        end = b"PK\5\6" + word(0, 0, count, count) + long(len(self.entries), len(self.data))
        return self.data + self.entries + end + word(len(comment)) + comment


def word(*numbers):
    return b"".join([number.to_bytes(2, "little") for number in numbers])


def long(*numbers):
    return b"".join([number.to_bytes(4, "little") for number in numbers])


def hashed(content):
    digest = binascii.b2a_base64(hashlib.sha256(content).digest()).decode().strip()
    return "sha256=" + digest.replace("+", "-").replace("/", "_").rstrip("=")


def wheel(files, name="fan_club", version="1.0", tag="py3-none-any", spoil=None, more=""):
    """Return the bytes of a wheel; ``spoil(zip, records)`` may do harm before it is closed."""
    info = "%s-%s.dist-info/" % (name, version)
    metadata = (
        "Metadata-Version: 2.1\nName: %s\nVersion: %s\nSummary: a\n  longer one\n%s\nText\n: x\n"
    )
    everything = dict(files)
    everything[info + "METADATA"] = (metadata % (name.replace("_", "-"), version, more)).encode()
    everything[info + "WHEEL"] = (
        b"Wheel-Version: 1.0\nTag: cp99-none-any\nTag: " + tag.encode() + b"\n"
    )
    archive = Zip()
    records = []
    for path in sorted(everything):
        archive.add(path, everything[path], extra=b"123" if everything[path] in PACKED else b"")
        records.append("%s,%s,%d" % (path, hashed(everything[path]), len(everything[path])))
    records.append(info + "RECORD,,")
    if spoil:
        spoil(archive, records)
    archive.add(info + "RECORD", ("\n".join(records) + "\n").encode())
    return archive.close()
