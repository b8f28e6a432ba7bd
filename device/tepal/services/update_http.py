"""One look at a promoter: what it offers, whether that is new, and taking it.

With a manifest it is a release, and goes to the other slot; without one it is a folder of files.
"""

import asyncio
import json

from micropython import const

from tepal.core import feeding, unsigned, updating
from tepal.core.download import Source
from tepal.formats.errors import TepalError

RARE = True
_WAIT = const("/wait/%s?seconds=240")
_MOST_VERSION = const(512)  # bytes of the answer that tells it
_TRIES = const(5)  # in a row in which nothing comes
_PAUSE_MS = const(500)
_REACH = const(("no_answer", "unreachable", "update_busy"))  # trying again may help


async def look(node, feed, waits: bool, asked: bool = False):
    """Look once, and take what is new if that is wanted or ``asked`` for.

    ``feed`` notes what there is, and what is wrong. Return the stream on which the promoter will
    give a word about a change, if it does and ``waits``. It never raises what a promoter can cause.
    """
    source = None
    try:
        source = Source(node, node.config.get("update_url"))
        await _look(node, feed, source, asked)
        feed.failures = 0
        if waits and not node.stop.is_set():
            return await source.wait(_WAIT % feed.version)
    except TepalError as error:
        feed.problem = str(error)
        if error.code in _REACH:
            feed.failures += 1
        else:
            node.log.err("update: " + feed.problem)
    finally:
        if source:
            await source.close()
    return None


async def _look(node, feed, source, asked: bool) -> None:
    version = await promoted(source)
    if version == feed.version and not asked:
        return
    acts = asked or node.config.get("update_auto")
    feed.problem = ""
    status = await source.get("/manifest?node=" + node.id, 0, _unless(node))
    if status not in (200, 304, 404):
        raise TepalError("no_answer", "the promoter has no manifest yet")
    try:
        if status == 404:
            await _take_tree(node, feed, source, version, acts, asked)
        elif status == 200:
            await _take_release(node, feed, source, acts, asked)
        else:
            feed.offered = ""
    except TepalError as error:
        if error.code not in _REACH:
            feed.version = version  # what is wrong with it stays wrong
        raise
    feed.version = version


async def promoted(source) -> str:
    """Return which version is promoted. Raises: TepalError ``promoter``, and those of Source."""
    status = await source.get("/files/version")
    text = b""
    block = await source.read()
    while block and len(text) < _MOST_VERSION:
        text += block
        block = await source.read()
    try:
        version = json.loads(text)["version"]
    except (ValueError, KeyError, TypeError):
        version = ""
    odd = [char for char in str(version) if char not in "0123456789abcdef"]
    if status != 200 or odd or len(version) != 40:
        raise TepalError("promoter", "expected /files/version")
    return version


def _unless(node) -> str:
    """Return the header by which nothing comes if it is what is here."""
    release = updating.status(node)["release"]
    return 'if-none-match: "%s"\r\n' % release if release else ""


async def _take_tree(node, feed, source, version: str, acts: bool, asked: bool) -> None:
    from tepal.services import update_tree

    feed.offered = "" if update_tree.version() == version else version
    if not feed.offered or not acts:
        return
    unsigned.require_allowed(node)
    if await update_tree.take(node, source, asked):
        node.log.info("update: files of version " + version)
        node.restart(True)


async def _take_release(node, feed, source, acts: bool, asked: bool) -> None:
    if not acts:
        feed.offered = await _name(source)
        return
    try:
        node.sweep()  # what comes now is large
        session = updating.open(node, "http", asked=asked)
        try:
            await feeding.manifest(session, source.read)
            await _fill(session, source)
            await session.finish()
        finally:
            session.close()
    except TepalError as error:
        if error.code != "update_current":
            raise
        feed.offered = ""
        return
    node.restart(True)


async def _fill(session, source) -> None:
    """Fetch all files; where the connection breaks, go on from there."""
    failures = 0
    wanted = await session.wanted()
    while wanted is not None:
        _, size, sha256, offset = wanted
        try:
            await _fetch(session, source, size, sha256, offset)
            failures = 0
        except TepalError as error:
            failures += 1
            if error.code not in _REACH or failures == _TRIES:
                raise
            await asyncio.sleep_ms(_PAUSE_MS << failures)
        wanted = await session.wanted()


async def _fetch(session, source, size: int, sha256: str, offset: int) -> None:
    """Fetch what is missing of a file."""
    status = await source.get("/content/" + sha256, offset)
    if status != 200 or source.size not in (-1, size - offset):
        raise TepalError("promoter", "expected %d bytes of %s" % (size - offset, sha256))
    if await feeding.fill(session, size - offset, source.read):
        raise TepalError("no_answer", "the promoter ended too early")


async def _name(source) -> str:
    """Return what a manifest calls its release."""
    from tepal.formats.manifest import Manifest

    manifest = Manifest()
    rest = b""
    while not manifest.count:
        while b"\n" not in rest:
            block = await source.read()
            if not block:
                manifest.end()
            rest += block
        line, _, rest = rest.partition(b"\n")
        manifest.take(line + b"\n")
    return "%(name)s %(version)s" % manifest.head
