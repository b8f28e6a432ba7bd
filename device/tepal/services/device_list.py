"""``GET /api/v1/devices``: what hangs on this node, of which type it is, and how it is.

{"types": [what metadata says], "instances": [{"id", "commands", "limits", "status" …}],
 "keywords": {name: time}, "faults": [what was wrong with the file]}
"""

import json

from tepal.core.commands import as_json
from tepal.formats.errors import TepalError
from tepal.services import body

RARE = True
_SAID = (
    "display_name",
    "sensor",
    "triggerable",
    "rule_prompt",
    "rule_limits",
    "rule_unit",
    "params",
    "commands",
)


async def handle(request, rest: list, want, command) -> None:
    """Answer one request; ``want`` lets nobody pass who may not look, ``command`` runs one."""
    found = _find(request.node, rest[0]) if rest and rest[0] else None
    if found and len(rest) > 1 and rest[1]:
        await command(request, [found.name, rest[1]])
        return
    await want(request, "GET")
    if found:
        await request.answer(as_json(_instance(found)))
    else:
        await _send(request)


def _find(node, name: str):
    """Return the device or sensor with an id or nickname. Raises: TepalError ``not_found``."""
    house = _house(node)
    found = house and house.find(name)
    if not found or found is house:
        raise TepalError("not_found", "device " + name[:32])
    return found


async def _send(request) -> None:
    """Answer with all instances and their types."""
    house = _house(request.node)
    every = house.all if house else {}
    used = [(it.type, it.name[0] == "s") for it in every.values()]
    await body.start(request, "application/json")
    await _all(request, '{"types": [', _types(used))
    await _all(request, '], "instances": [', map(_instance, [every[key] for key in every]))
    words = as_json(house.keywords if house else {})
    faults = json.dumps(house.faults if house else [])
    await body.send(request, '], "keywords": ' + words + ', "faults": ' + faults + "}")
    await body.send(request, "")


async def _all(request, separator: str, items) -> None:
    """Send items one by one: together they may be more than there is memory for."""
    for item in items:
        await body.send(request, separator + as_json(item))
        separator = ", "
    if separator != ", ":
        await body.send(request, separator)


def _types(used: list):
    """Yield what metadata says of the types in use."""
    if not used:
        return
    from tepal.core import kinds

    for kind in kinds.all():
        if (kind["config_name"], bool(kind["sensor"])) in used:
            said = {key: kind[key] for key in _SAID if key in kind}
            said["type"] = kind["config_name"]
            yield said


def _instance(it) -> dict:
    from tepal.core import ordering

    return {
        "id": it.name,
        "type": it.type,
        "sensor": it.name[0] == "s",
        "commands": ordering.names(it),
        "limits": it.limits(),
        "status": it.house.guard(it, ordering.status, it),  # a driver is anybody's code
    }


def _house(node):
    """Return what holds all devices; None on a node without any."""
    return node.__dict__.get("devices")
