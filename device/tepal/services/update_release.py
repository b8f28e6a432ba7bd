"""Brings a release of the system over MQTT: its manifest, then the contents it asks for."""

# Of the part mqtt, which a release can leave out.

import hashlib

from micropython import const

from tepal.core import updating
from tepal.formats import update_topics
from tepal.formats.errors import TepalError
from tepal.services import fetching, updates

_TYPING = const(0)
if _TYPING:
    from typing import Any  # noqa: TID251 - never imported on a node

RARE = True
_TRIES = const(3)  # of a file
_LONGEST = const(1024)  # bytes of a line


class _Manifest:
    """Cuts a message into lines; a new try begins a new session."""

    def __init__(self, node, asked: bool):
        self.node = node
        self.asked = asked
        self.session: "Any" = None

    def start(self, size: int) -> None:
        self.close()
        self.session = updating.open(self.node, "mqtt", self.asked)
        self.hash = hashlib.sha256()
        self.rest = b""

    def write(self, block) -> None:
        self.hash.update(block)
        data = self.rest + block
        at = data.find(b"\n") + 1
        while at:
            self.session.line(data[:at])
            data = data[at:]
            at = data.find(b"\n") + 1
        if len(data) > _LONGEST:
            self.session.line(data)  # which is refused
        self.rest = data

    def close(self) -> None:
        if self.session:
            self.session.close()


class _Content:
    """Hands the bytes of a file to the session."""

    def __init__(self, session, start: int, size: int):
        self.session = session
        self.expected = size
        self.begun = False

    def start(self, size: int) -> None:
        if self.begun:  # what was written cannot be taken back; the session knows how far it is
            raise TepalError("update_missing", "it came in part")
        self.begun = True
        if size != self.expected:
            raise TepalError("release_file", "%d bytes expected, not %d" % (self.expected, size))

    def write(self, block) -> None:
        self.session.write(block)


async def bring(channel, name: str, item: dict, asked: bool) -> str:
    """Bring a release; return the state that it leads to. Raises: TepalError."""
    manifest = _Manifest(channel.node, asked)
    try:
        await fetching.one(channel, update_topics.topics(item), fetching.Fetch(manifest))
        session = manifest.session
        if session is None or manifest.hash.digest().hex() != item["pkg_sha256"]:
            raise TepalError("update_file", "the manifest is not what was announced")
        try:
            await session.begin()
        except TepalError as error:
            if error.code == "update_current":
                return "current"
            raise
        release = session.offered["release"]
        await _fill(channel, session)
        await session.finish()
        updates.note(name, "restarting", release=release)
    finally:
        manifest.close()
    return "restarting"


async def _fill(channel, session) -> None:
    failures = 0
    wanted = await session.wanted()
    while wanted:
        path, size, digest, start = wanted
        topic = update_topics.content_topic(digest)
        skip, expected = start, size
        if size > update_topics.PART:
            number = start // update_topics.PART
            skip = start % update_topics.PART
            expected = min(update_topics.PART, size - number * update_topics.PART)
            topic += "/%d" % number
        try:
            fetch = fetching.Fetch(_Content(session, start, expected), skip)
            await fetching.one(channel, [topic], fetch)
            failures = 0
        except TepalError as error:
            failures += 1
            if failures == _TRIES or error.code not in ("release_file", "update_missing"):
                raise TepalError(error.code, path + ": " + error.detail)
        wanted = await session.wanted()
