"""Does what a list from MQTT says: a release, or apps one by one, then all other packages as one set."""

# Of the part mqtt, which a release can leave out.

import asyncio
import os

from micropython import const

from tepal.formats.errors import TepalError

RARE = True
_FEED = const("mqtt")
_CHANNELS = const("mpypi/channels/")
_RESTART_MS = const(500)  # for the status to leave


async def follow(channel, topic: str, payload: bytes) -> None:
    """Follow a list, whatever comes of it; what that is, is published."""
    node = channel.node
    asked = not topic.startswith(_CHANNELS)
    try:
        name, items = _believed(node, topic, payload)
    except TepalError as error:
        node.log.err("update: the list at %s: %s" % (topic, error))
        if asked:  # what nobody has signed must not hide how the last one went
            await channel.tell("refused", str(error))
        return
    del payload
    reason = ""
    try:
        state = await _follow(channel, name, items, asked)
    except (TepalError, OSError) as error:
        node.log.err("update: %s: %s" % (name, error))
        state, reason = "failed", str(error)
        if getattr(error, "code", "") == "update_rolled_back":
            state = "rolled back"
            if _noted().get("list") == name:  # whose end is known better
                await channel.tell()
                return
    except MemoryError:
        state, reason = "failed", "out of memory"
    node.sweep()
    if state == "restarting":
        await channel.tell()
        await asyncio.sleep_ms(_RESTART_MS)
        node.restart(hard=True)
        return
    note(name, state, reason)
    await channel.tell()


# A frame that lasts keeps what it has imported, so each step does it for itself.


def _believed(node, topic: str, payload: bytes) -> tuple:
    """Return (name, items) of a list. Raises: TepalError."""
    from tepal.core import list_trust
    from tepal.formats.update_list import UpdateList

    found = UpdateList(payload)
    list_trust.check(node, found, topic)
    return found.name, found.items


def _wanted(node, items: list, asked: bool) -> list:
    """Return the items that the node lacks. Raises: TepalError."""
    from tepal.services import wanting

    return [item for item in items if wanting.is_wanted(node, item, asked)]


def _noted() -> dict:
    from tepal.services import update_news

    return update_news.read()


def note(name: str, state: str, reason: str = "", release: str = "") -> None:
    """Remember what became of a list. Raises: OSError."""
    from tepal.services import update_news

    update_news.note(list=name, state=state, reason=reason, release=release)


def _begin(node, name: str, asked: bool):
    from tepal.core import journal

    return journal.open(node, _FEED, name, asked)


async def _fetch(channel, item: dict, staged) -> None:
    from tepal.services import fetching

    await fetching.fetch(channel, item, staged)


async def _install(node, staged, files, item: dict) -> list:
    from tepal.core import wheels
    from tepal.formats.fitting import About

    about = About(*node.board().flash().about())
    return await wheels.install(staged.place, files, item["name"], item["pkg_sha256"], about)


async def _follow(channel, name: str, items: list, asked: bool) -> str:
    """Return the state that it leads to."""
    node = channel.node
    node.sweep()
    releases = [item for item in items if item["type"] == "release"]
    if releases and len(items) > 1:
        raise TepalError("update_list", "a release alone expected, or none")
    wanted = _wanted(node, items, asked)
    if not wanted:
        return "current"
    if not (asked or node.config.get("update_auto")):
        node.log.info("update: %s is offered, update_auto is off" % name)
        return "offered"
    await channel.tell("fetching")
    node.sweep()
    if releases:
        from tepal.services import update_release

        return await update_release.bring(channel, name, wanted[0], asked)
    apps = [item for item in wanted if item["type"] == "app"]
    for item in apps:
        await _bring_app(channel, item)
        node.sweep()
    wanted = [item for item in wanted if item not in apps]
    if not wanted:
        return "confirmed"
    if node.config.get("update_trust_topic"):
        _mark_mistakes(node, items)
    return await _bring(channel, name, wanted, asked)


async def _bring(channel, name: str, wanted: list, asked: bool) -> str:
    """Fetch what is wanted and commit it as one set."""
    node = channel.node
    files = _begin(node, name, asked)
    try:
        for item in wanted:
            if item["type"] == "wheel":
                await _bring_wheel(channel, files, item)
            else:
                await _bring_source(channel, files, item)
        if not files.commit():
            return "current"
        note(name, "restarting")
    finally:
        files.close()
    return "restarting"


def _bring_app(channel, item: dict):
    from tepal.services import update_app

    return update_app.bring(channel, item)


async def _bring_source(channel, files, item: dict) -> None:
    path = item["path"]
    staged = files.file(path[1:] if path[:1] == "/" else path)
    try:
        await _fetch(channel, item, staged)
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
        await _fetch(channel, item, staged)
        staged.finish(item["pkg_sha256"])
        node.sweep()  # what comes now is large
        notes = await _install(node, staged, files, item)
        node.sweep()
        for left_out in notes:
            node.log.warn("update: %s: %s" % (item["name"], left_out))
    finally:
        staged.close()
    os.remove(staged.place)
