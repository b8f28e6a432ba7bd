"""Which apps there are, what each says of itself, how it is and what it told last."""

# Of the part apps, which a release can leave out.

import asyncio

from tepal.core import app_state, shelf
from tepal.core.commands import Report

RARE = True


async def listed(node) -> Report:
    """Return all apps, each with its version and how it is."""
    found = []
    for uid in shelf.uids():
        await asyncio.sleep_ms(0)
        said = _config(uid)
        state = app_state.status(node, uid)["state"]
        version, title = said.get("version", ""), said.get("title", "damaged")
        found.append({"uid": uid, "version": version, "title": title, "state": state})
    line = "%(uid)-8s  %(version)-8s  %(state)-7s  %(title)s"
    return Report(found, "\n".join([line % one for one in found]) or "no apps are installed")


async def info(node, uid: str) -> Report:
    """Return what an app says of itself, how it is, and who needs it."""
    from tepal.core import app_running

    uid = str(uid)
    shelf.require(uid)
    told = _config(uid)
    told["uid"] = uid
    told["settings"] = _settings(uid, told.get("settings"))
    told["on"] = uid in app_running.started()
    told["status"] = app_state.status(node, uid)
    try:
        told["versions"] = [version for version, _ in shelf.versions(uid)]
    except (OSError, ValueError):
        told["versions"] = []
    await asyncio.sleep_ms(0)
    told["dependents"] = [list(one[:2]) for one in _dependents(uid)]
    lines = []
    for key in sorted(told):
        if told[key] not in ([], "", {}):
            lines.append(" %s: %s" % (key, told[key]))
    return Report(told, "\n".join(lines))


def log(node, uid: str) -> Report:
    """Return the last lines of an app's own log."""
    from tepal.core import app_running

    uid = str(uid)
    shelf.require(uid)
    lines = app_running.log(node, uid)
    return Report(lines, "\n".join(lines) or "no lines")


def _config(uid: str) -> dict:
    try:
        return shelf.config(shelf.home(uid), uid)
    except (OSError, ValueError):  # damaged: there is nothing to be told
        return {}


def _settings(uid: str, known) -> dict:
    from tepal.core import app_settings

    return app_settings.now(shelf.home(uid), known)


def _dependents(uid: str) -> list:
    try:
        return shelf.dependents(uid)
    except (OSError, ValueError):
        return []
