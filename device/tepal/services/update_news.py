"""What a node says of itself and of its updates over MQTT, where mpy-blox looks for it."""

# Of the part mqtt, which a release can leave out.

import json
import os
import sys

from micropython import const

from tepal.core import storage
from tepal.formats.errors import TepalError

RARE = True
RECORD = const("data/.channel")
_LONGEST = const(200)  # characters of a reason
_RELEASE = const("release")


async def publish(channel, state: str, reason: str) -> None:
    """Publish both documents; without a broker they come with the next one."""
    node = channel.node
    try:
        await _say(channel, "info", info())
        await _say(channel, "status", status(node, state, reason))
    except TepalError as error:
        node.log.info("update: " + str(error))


def note(**news) -> None:
    """Remember what became of a list. Raises: OSError."""
    record = read()
    record.update(news)
    storage.make_folder("data")
    storage.write(RECORD, record)


def read() -> dict:
    """Return what is remembered."""
    return storage.newest(RECORD)[0] or {}


def info() -> dict:
    """Return the document that mpy-blox announces itself with."""
    from tepal.core import packages

    uname = os.uname() if hasattr(os, "uname") else None
    return {
        "versions": {name: version for name, version, _ in packages.installed()},
        "uname": {
            "machine": getattr(uname, "machine", sys.platform),
            "version": getattr(uname, "version", sys.version),
            "sysname": getattr(uname, "sysname", sys.platform),
        },
    }


def status(node, state: str = "", reason: str = "") -> dict:
    """Return what became of the last list.

    Its ``state`` is idle, offered, fetching, restarting, trial, confirmed, current, rolled back or
    failed; ``list`` is the name of the list.
    """
    record = read()
    if not state:
        state, reason = record.get("state", "idle"), record.get("reason", "")
        if state in ("restarting", "trial"):
            state, reason = _outcome(node, record)
    found = {"state": state, "list": record.get("list", ""), "reason": reason[:_LONGEST]}
    found["name"] = node.name
    found["version"] = node.version
    found["channel"] = node.config.get("update_channel")
    return found


def _outcome(node, record: dict) -> tuple:
    """Return (state, reason) of what was to be tried at the boot."""
    if record.get(_RELEASE):
        from tepal.core import updating

        found = updating.status(node)
        if found["state"] == "confirmed" and found[_RELEASE] != record[_RELEASE]:
            return "failed", "another release runs"
    else:
        from tepal.core import journal

        found = journal.status()
    state = found["state"]
    return ("restarting" if state == "committed" else state), found.get("reason", "")


async def _say(channel, topic: str, document: dict) -> None:
    await channel.node.mqtt.publish(channel.topic + topic, json.dumps(document), 0, True)
