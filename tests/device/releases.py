"""Releases for tests: made, laid into a slot as a host does it, and brought by a feed."""

import hashlib
import os

KEY = bytes(range(32))
OLD_FILES = {
    "start.py": b"old start",
    "tepal/a.py": b"a" * 700,
    "tepal/core/empty.py": b"",
    "tepal/core/same.py": b"s" * 5000,
    "tepal/z.py": b"z" * 900,
}
NEW_FILES = {
    "start.py": b"new start",
    "tepal/a.py": b"A" * 1300,
    "tepal/core/empty.py": b"",
    "tepal/core/same.py": b"s" * 5000,
    "tepal/new.py": b"n" * 2100,
}


class Release:
    """``lines`` of its manifest, ``files`` by path, ``name``: the hash that is signed."""

    def __init__(self, files, sequence=2, head=(), key=KEY):
        from tepal.core.release_trust import proof
        from tepal.formats.manifest import order

        self.files = files
        self.paths = sorted(files, key=order)
        size = sum([len(files[path]) for path in files])
        head = ["name: tepal", "version: 1.0.%d" % sequence, "sequence: %d" % sequence] + list(
            head
        )
        lines = ["tepal-release 1"] + head + ["files: %d %d" % (len(files), size)]
        for path in self.paths:
            digest = hashlib.sha256(files[path]).digest().hex()
            lines.append("%s %d %s" % (digest, len(files[path]), path))
        self.lines = [(line + "\n").encode() for line in lines]
        digest = hashlib.sha256(b"".join(self.lines)).digest()
        self.name = digest.hex()
        if key:
            line = "signature: hmac micr00OS %s\n" % proof(key, digest).hex()
            self.lines.append(line.encode())

    def slot(self):
        """Return what a slot with it holds: the bytes of each of its files."""
        from tepal.formats.pack import index, is_packed

        packed = [path for path in self.paths if is_packed(path)]
        held = {path: self.files[path] for path in self.paths if not is_packed(path)}
        held["manifest"] = b"".join(self.lines)
        sizes = [(path, len(self.files[path])) for path in packed]
        places = b"".join(list(index(lambda: iter(sizes))))
        held["pack"] = b"".join([self.files[path] for path in packed]) + places
        return held

    def put(self, slot):
        """Write it into a slot."""
        from tepal.core import storage

        storage.make_folder("sys")
        storage.make_folder("sys/" + slot)
        for name, content in self.slot().items():
            with open("sys/" + slot + "/" + name, "wb") as file:
                file.write(content)

    def is_in(self, slot):
        """Tell whether a slot holds this release, whole, and nothing else."""
        held = self.slot()
        if not os.listdir("sys").count(slot) or set(os.listdir("sys/" + slot)) != set(held):
            return False
        for name, content in held.items():
            with open("sys/" + slot + "/" + name, "rb") as file:
                if file.read() != content:
                    return False
        return True


async def bring(node, release, asked=False, most=None, block=300):
    """Bring a release as a feed does; return the bytes that had to come, by path.

    ``most`` is after how many bytes the feed breaks off.
    """
    from tepal.core import updating

    session = updating.open(node, "push", asked)
    try:
        for line in release.lines:
            session.line(line)
        await session.begin()
        sent = await send(session, release, most, block)
        if most is None or sum(sent.values()) < most:
            await session.finish()
        return sent
    finally:
        session.close()


async def send(session, release, most=None, block=300):
    """Give a session all that it wants, or as much as ``most``; what was damaged on flash twice."""
    from tepal.formats.errors import TepalError

    sent = {}
    wanted = await session.wanted()
    while wanted:
        path, size, _, offset = wanted
        while offset < size:
            if most is not None and sum(sent.values()) >= most:
                return sent
            part = release.files[path][offset : offset + block]
            offset += len(part)
            sent[path] = sent.get(path, 0) + len(part)
            try:
                session.write(part)
            except TepalError:
                if not wanted[3]:
                    raise
        wanted = await session.wanted()
    return sent


def running_node(config="{}", old=None):
    """Return a node that runs the old release from slot a, and knows a key."""
    from house import build_node, write

    from tepal.core import secrets

    node = build_node(config=config)
    secrets.put(node.vault, "key", KEY.hex())
    (old or Release(OLD_FILES, 1)).put("a")
    node.slot = "a"
    write("boot.st", "a - 0\n")
    return node


def pointer():
    """Return what the loader will read."""
    with open("boot.st") as file:
        return file.read()
