"""What is published for nodes to update from: packages, and the list that names them.

Topics, order and form are those of the publisher of mpy-blox; only the hashes of sources are right.
"""

from __future__ import annotations

import hashlib
import io
import json
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from email.parser import BytesHeaderParser
from pathlib import Path
from typing import Any

from tepal.formats import update_list, update_topics
from tepal.formats.errors import TepalError
from umbel.errors import UmbelError
from umbel.release import Release
from umbel.release.signing import for_node

CHANNEL = "mpypi/channels/"
NODE = "mpypi/nodes/"
_WINDOW = 10  # as a power of two; the first that nodes try
_LARGEST = 1 << 20  # bytes that a node takes in one message


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message to a broker; what is kept for those who come later goes away after a while."""

    topic: str
    payload: bytes
    keep: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """An item of the list, and the messages that carry it."""

    item: dict[str, Any]
    messages: tuple[Message, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """How packages are published."""

    in_parts: bool = False  # a message holds a part, for nodes and brokers that take no more
    seed_topics: bool = False  # at the topics of the first text about mpy-blox, too
    as_is: bool = False  # wheels byte for byte, even if a small node has no memory to unpack them
    force: bool = False
    allow_downgrade: bool = False


def wheel(path: Path, wishes: Wishes) -> Package:
    """The package that a wheel is.

    Raises:
        UmbelError: it is none.
    """
    content = _read(path)
    name, version = _described(path)
    if not wishes.as_is:
        content = repack(content)
    item = {"name": name, "version": version, "type": "wheel"}
    return _package(item, content, wishes)


def source(path: Path, target: str, wishes: Wishes) -> Package:
    """The package that puts the file at ``path`` where ``target`` says."""
    return _package({"path": target, "type": "src"}, _read(path), wishes)


def app(name: str, version: str, content: bytes, wishes: Wishes) -> Package:
    """The package of an app, whose archive is ``content``."""
    return _package({"name": name, "version": version, "type": "app"}, content, wishes)


def repack(content: bytes) -> bytes:
    """The same wheel, packed so that a kilobyte is all that it takes to unpack it."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source:
        members = [(info, source.read(info)) for info in source.infolist() if not info.is_dir()]
    entries = b""
    for info, data in members:
        engine = zlib.compressobj(9, zlib.DEFLATED, -_WINDOW)
        small = engine.compress(data) + engine.flush()
        method, body = (8, small) if len(small) < len(data) else (0, data)
        name = info.filename.encode()
        flags = 0 if name.isascii() else 0x800
        head = struct.pack(
            "<HHHHHLLLHH",
            *(20, flags, method, 0, 33, zlib.crc32(data), len(body), len(data), len(name), 0),
        )
        entries += b"PK\1\2" + struct.pack("<H", 20) + head
        entries += struct.pack("<HHHLL", 0, 0, 0, 0, packed.tell()) + name
        packed.write(b"PK\3\4" + head + name + body)
    count, start = len(members), packed.tell()
    packed.write(entries)
    packed.write(b"PK\5\6" + struct.pack("<HHHHLLH", 0, 0, count, count, len(entries), start, 0))
    return packed.getvalue()


def release(made: Release, node: tuple[str, bytes] | None = None) -> Package:
    """The package of a release; ``node`` is (id, key) of the only one that shall believe it."""
    if node is not None:
        made = made.with_signature(for_node(made.manifest, *node))
    manifest = made.manifest.content
    contents = {hashlib.sha256(content).hexdigest(): content for content in made.files.values()}
    item: dict[str, Any] = {
        "type": "release",
        "version": made.manifest.version,
        "release": made.manifest.digest.hex(),
        "pkg_sha256": hashlib.sha256(manifest).hexdigest(),
    }
    topic = update_topics.topics(item)[0]
    messages = [Message(topic=topic, payload=manifest)]
    for digest, content in sorted(contents.items()):
        topic = update_topics.content_topic(digest)
        if len(content) > update_topics.PART:
            messages += _parts(topic, content)
        else:
            messages.append(Message(topic=topic, payload=content))
    return Package(item=item, messages=tuple(messages))


def plain_list(packages: Sequence[Package]) -> bytes:
    """The list as mpy-blox has it."""
    return _checked(json.dumps([package.item for package in packages]).encode())


def name_of(payload: bytes) -> str:
    """What nodes call a list."""
    return update_list.UpdateList(payload).name


def _package(item: dict[str, Any], content: bytes, wishes: Wishes) -> Package:
    item["pkg_sha256"] = hashlib.sha256(content).hexdigest()
    if wishes.force:
        item["force"] = True
    if wishes.allow_downgrade:
        item["allow_downgrade"] = True
    first, *others = update_topics.topics(item)
    if wishes.in_parts:
        messages = list(_parts(first, content))
        item["parts"] = len(messages)
    else:
        messages = [Message(topic=first, payload=content)]
        if wishes.seed_topics and others:  # the last spelling is the one of that text
            messages.append(Message(topic=others[-1], payload=content))
    _checked(json.dumps([item]).encode())
    return Package(item=item, messages=tuple(messages))


def _parts(topic: str, content: bytes) -> Iterator[Message]:
    size = update_topics.PART
    for number, start in enumerate(range(0, max(1, len(content)), size)):
        yield Message(topic=f"{topic}/{number}", payload=content[start : start + size])


def _checked(payload: bytes) -> bytes:
    """``payload``, which a node must be able to read."""
    if len(payload) > update_list.LARGEST:
        raise UmbelError(
            f"the list has {len(payload):,} bytes, nodes take {update_list.LARGEST:,}"
        )
    try:
        update_list.UpdateList(payload)
    except TepalError as exc:
        raise UmbelError(f"no node would take this: {exc.detail}") from exc
    return payload


def _read(path: Path) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as exc:
        raise UmbelError(f"{path}: {exc.strerror}") from exc
    if len(content) > _LARGEST:
        raise UmbelError(f"{path} has {len(content):,} bytes, nodes take at most {_LARGEST:,}")
    return content


def _described(path: Path) -> tuple[str, str]:
    """Name and version as METADATA has them, which is where nodes look."""
    try:
        with zipfile.ZipFile(path) as archive:
            found = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
            if len(found) != 1:
                raise UmbelError(f"{path} is no wheel: it has no METADATA")
            said = BytesHeaderParser().parsebytes(archive.read(found[0]))
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as exc:
        raise UmbelError(f"{path} is no wheel: {exc}") from exc
    name, version = said.get("Name"), said.get("Version")
    if not name or not version:
        raise UmbelError(f"{path}: its METADATA has no name, or no version")
    return name, version
