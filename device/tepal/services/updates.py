"""Does what a list from MQTT says: all of its packages as one set, or a release."""

# Of the part mqtt, which a release can leave out.

import asyncio
import os

from micropython import const

from tepal.core import journal, list_trust, moving, wheels
from tepal.formats import update_list, version
from tepal.formats.errors import TepalError
from tepal.services import fetching, update_news

RARE = True
_FEED = const("mqtt")
_CHANNELS = const("mpypi/channels/")
_RESTART_MS = const(500)  # for the status to leave


async def follow(channel, topic: str, payload: bytes) -> None:
    """Follow a list, whatever comes of it; what that is, is published."""
    node = channel.node
    asked = not topic.startswith(_CHANNELS)
    try:
        found = update_list.UpdateList(payload)
        list_trust.check(node, found, topic)
    except TepalError as error:
        node.log.err("update: the list at %s: %s" % (topic, error))
        if asked:  # what nobody has signed must not hide how the last one went
            await channel.tell("refused", str(error))
        return
    try:
        state = await _follow(channel, found, asked)
        reason = ""
    except (TepalError, OSError) as error:
        node.log.err("update: %s: %s" % (found.name, error))
        state, reason = "failed", str(error)
        if getattr(error, "code", "") == "update_rolled_back":
            state = "rolled back"
            if update_news.read().get("list") == found.name:  # whose end is known better
                await channel.tell()
                return
    if state == "restarting":
        await channel.tell()
        await asyncio.sleep_ms(_RESTART_MS)
        node.restart(hard=True)
        return
    update_news.note(list=found.name, state=state, reason=reason, release="")
    await channel.tell()


async def _follow(channel, found, asked: bool) -> str:
    """Return the state that it leads to."""
    node = channel.node
    releases = [item for item in found.items if item["type"] == "release"]
    if releases and len(found.items) > 1:
        raise TepalError("update_list", "a release alone expected, or none")
    wanted = [item for item in found.items if is_wanted(node, item, asked)]
    if not wanted:
        return "current"
    if not (asked or node.config.get("update_auto")):
        node.log.info("update: %s is offered, update_auto is off" % found.name)
        return "offered"
    await channel.tell("fetching")
    if releases:
        from tepal.services import update_release

        return await update_release.bring(channel, found.name, releases[0], asked)
    if node.config.get("update_trust_topic"):
        _mark_mistakes(node, found.items)
    return await _bring(channel, found.name, wanted, asked)


def is_wanted(node, item: dict, asked: bool) -> bool:
    """Tell whether the node lacks what an item names. Raises: TepalError ``update_rolled_back``."""
    kind = item["type"]
    if kind == "wheel":
        return _is_wheel_wanted(item)
    if kind == "src":
        try:
            return moving.digest_of(place(item)) != item["pkg_sha256"]
        except OSError:
            return True
    if kind == "release":
        from tepal.core import updating

        here = updating.status(node)
        if here.get("given_up") and here["given_up"] == item["release"] and not asked:
            raise TepalError("update_rolled_back", item["version"] + " has failed here before")
        return not item["release"] or here["release"] != item["release"]
    node.log.warn("update: nobody here knows the type " + item["name"])
    return False


def _is_wheel_wanted(item: dict) -> bool:
    """Newer ones are; of the same version one with another content if it is in development."""
    wanted = item["version"]
    here = wheels.installed(item["name"])
    if not here:
        return True
    _, found, folder = here[-1]
    if item["force"] or len(here) > 1:
        return wheels.origin(folder) != item["pkg_sha256"]
    new, old = version.key(wanted), version.key(found)
    # The publisher of mpy-blox says 0.6.0dev in a list, and 0.6.0 in the wheel.
    if new == old or version.base(wanted) == old:
        return version.is_early(wanted) and wheels.origin(folder) != item["pkg_sha256"]
    return new > old or item["allow_downgrade"]


def place(item: dict) -> str:
    """Return where a source goes."""
    path = item["path"]
    return path[1:] if path[:1] == "/" else path


async def _bring(channel, name: str, wanted: list, asked: bool) -> str:
    """Fetch what is wanted and commit it as one set."""
    node = channel.node
    files = journal.open(node, _FEED, name, asked)
    try:
        for item in wanted:
            if item["type"] == "wheel":
                await _bring_wheel(channel, files, item)
            else:
                await _bring_source(channel, files, item)
        if not files.commit():
            return "current"
        update_news.note(list=name, state="restarting", reason="", release="")
    finally:
        files.close()
    return "restarting"


async def _bring_source(channel, files, item: dict) -> None:
    staged = files.file(place(item))
    try:
        await fetching.fetch(channel, item, staged)
        if not (item.get("mistaken") and staged.is_known()):
            staged.finish("" if item.get("mistaken") else item["pkg_sha256"])
    finally:
        staged.close()


def _mark_mistakes(node, items: list) -> None:
    """Find the sources that are announced with the hash of a wheel, as mpy-blox does."""
    hashes = [item["pkg_sha256"] for item in items if item["type"] == "wheel"]
    for item in items:
        if item["type"] == "src" and item["pkg_sha256"] in hashes:
            item["mistaken"] = True
            text = "update: %s has the hash of a wheel in the list: nobody knows what comes"
            node.log.warn(text % item["path"])


async def _bring_wheel(channel, files, item: dict) -> None:
    node = channel.node
    staged = files.scratch()
    try:
        await fetching.fetch(channel, item, staged)
        digest = staged.finish(item["pkg_sha256"])
        node.sweep()  # what comes now is large
        from tepal.formats.fitting import About

        about = About(*node.board().flash().about())
        notes = await wheels.install(staged.place, files, item["name"], digest, about)
        for note in notes:
            node.log.warn("update: %s: %s" % (item["name"], note))
    finally:
        staged.close()
    os.remove(staged.place)
