"""Archives of apps for tests, made as a host makes them; and what is on flash afterwards."""

import hashlib
import json
import os
import struct
import sys

from releases import KEY, running_node

from tepal.core.storage import exists

CODE = {"main.mpy": b"code " * 300}


def deflated(data: bytes) -> bytes:
    """Return a deflate stream that holds ``data`` as it is."""
    parts = [data[at : at + 60000] for at in range(0, len(data), 60000)] or [b""]
    packed = b""
    for part in parts:
        is_last = part is parts[-1]
        packed += struct.pack("<BHH", is_last, len(part), len(part) ^ 0xFFFF) + part
    return packed


def bomb(size: int) -> bytes:
    """Return a short deflate stream that unpacks to more than ``size`` zeros."""
    packed = bytearray()
    bits = held = 0

    def put(code: str) -> None:
        nonlocal bits, held
        for bit in code:
            held |= int(bit) << bits
            bits += 1
            if bits == 8:
                packed.append(held)
                bits = held = 0

    put("110" + "00110000")  # the last block, with fixed codes; a zero
    for _ in range(size // 258 + 1):
        put("1100010100000")  # 258 bytes as the one before them
    put("00000000000000")
    return bytes(packed)


def config(version="1.0.0", **fields) -> bytes:
    said = {"version": version, "title": "Garden"}
    said.update(fields)
    return json.dumps(said).encode()


def manifest(uid: str, version: str, files, key=KEY, kind="app", head=()) -> bytes:
    """Return a manifest of (path, content), signed with a node's key."""
    from tepal.core.release_trust import proof

    size = sum([len(content) for _, content in files])
    lines = ["tepal-%s 1" % kind, "name: " + uid, "version: " + version] + list(head)
    lines.append("files: %d %d" % (len(files), size))
    for path, content in files:
        lines.append("%s %d %s" % (hashlib.sha256(content).digest().hex(), len(content), path))
    text = ("\n".join(lines) + "\n").encode()
    if key:
        signed = proof(key, hashlib.sha256(text).digest()).hex()
        text += ("signature: hmac micr00OS %s\n" % signed).encode()
    return text


def members(uid="garden", version="1.0.0", files=CODE, key=KEY, fields=None, **more) -> list:
    """Return (name, content) of all that is in an archive, the manifest first."""
    from tepal.formats.manifest import order

    plain = {"config.json": config(version, **(fields or {}))}
    plain.update(files)
    packed = {}
    for path, content in plain.items():
        if path.endswith((".gz", ".z")):
            packed[uid + "/" + path] = content
        else:
            packed[uid + "/" + path + ".z"] = deflated(content)
    listed = [(path, packed[path]) for path in sorted(packed, key=order)]
    return [("manifest", manifest(uid, version, listed, key, **more))] + listed


def zipped(found: list) -> bytes:
    """Return a zip file, nothing of it packed."""
    parts, directory, at = [], b"", 0
    for name, content in found:
        head = (0x14, 0, 0, 0, 0x21, 0, len(content), len(content), len(name), 0)
        directory += b"PK\1\2\x14\3" + struct.pack("<HHHHHIIIHH", *head)
        directory += struct.pack("<HHHII", 0, 0, 0, 0o100644 << 16, at) + name.encode()
        parts += [b"PK\3\4" + struct.pack("<HHHHHIIIHH", *head) + name.encode(), content]
        at += len(parts[-2]) + len(content)
    count = len(found)
    end = struct.pack("<HHHHIIH", 0, 0, count, count, len(directory), at, 0)
    return b"".join(parts + [directory, b"PK\5\6", end])


def archive(*args, **more) -> bytes:
    return zipped(members(*args, **more))


def reader(data: bytes, block: int = 300):
    """Return what gives ``data`` block by block."""
    at = 0

    async def read() -> bytes:
        nonlocal at
        part = data[at : at + block]
        at += len(part)
        return part

    return read


async def install(node, data: bytes, **how) -> dict:
    """Install an archive."""
    from tepal.core import app_install

    return await app_install.install(node, reader(data), **how)


async def remove(node, uid: str, **how) -> dict:
    from tepal.core import app_remove

    return await app_remove.remove(node, uid, **how)


def node_for_apps(config="{}"):
    """Return a node that may install apps."""
    node = running_node(config)
    if sys.implementation.name == "cpython":
        import app_stand_ins

        node.app_pack = app_stand_ins.mounts
        node.sweep = lambda: None  # to collect takes long where there is so much else
    return node


def tree(folder: str = "apps") -> dict:
    """Return the content of all that is on flash below a folder."""
    found = {}
    if not exists(folder):
        return found
    for name in os.listdir(folder):
        path = folder + "/" + name
        if os.stat(path)[0] & 0x4000:
            below = tree(path)
            found.update(below or {path + "/": b""})
        else:
            with open(path, "rb") as file:
                found[path] = file.read()
    return found


def read(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()


def put(path: str, content: bytes) -> None:
    """Write a file, and the folders that it lies in."""
    from tepal.core.folders import make_folders

    make_folders(path)
    with open(path, "wb") as file:
        file.write(content)
