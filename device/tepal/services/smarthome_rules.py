"""Endpoints of micropython-smarthome that are about schedules; see smarthome_request.

What is changed here is on flash at once, so that there is nothing left to save.
"""

# Of the part devices, which a release can leave out.

from tepal.core import rulebook
from tepal.formats import timetable
from tepal.formats.errors import TepalError
from tepal.services import smarthome_node
from tepal.services.smarthome_request import Wrong

RARE = True
_NO_TIME = "Timestamp format must be HH:MM (no AM/PM)"


async def reset_all_rules(request) -> dict:
    """Let everything follow its schedule again."""
    return {"New rules": await request.run("devices", "reset_all_rules") if request.house else {}}


async def get_schedule_rules(request, it) -> dict:
    """Return the rules of an instance by time."""
    return await request.run(it.name, "get_schedule_rules")


async def add_schedule_rule(request, it, time, rule, overwrite=None) -> dict:
    """Follow a rule from a time of day on."""
    _check_time(request.house, time)
    try:
        it.rule_validator(rule)
    except TepalError:
        raise Wrong("Invalid rule")
    if time in rulebook.rules(it) and overwrite != "overwrite":
        raise Wrong("Rule already exists at %s, add 'overwrite' arg to replace" % time)
    changed = await request.run(it.name, "add_schedule_rule", time, rule, "overwrite")
    return {"Rule added": changed[time], "time": time}


async def remove_rule(request, it, time) -> dict:
    """Forget the rule of a time."""
    _check_time(request.house, time)
    if time not in rulebook.rules(it):
        raise Wrong("No rule exists at that time")
    await request.run(it.name, "remove_rule", time)
    return {"Deleted": time}


async def save_rules(request) -> dict:
    """Say that they are saved."""
    request.want()
    return {"Success": "Rules written to disk"}


async def get_schedule_keywords(request) -> dict:
    """Return the names for times, those of the sun too."""
    request.want(1)
    return smarthome_node.keywords(request)


async def add_schedule_keyword(request, given) -> dict:
    """Let a name stand for a time of day."""
    if not isinstance(given, dict) or len(given) != 1:
        raise Wrong("Requires dict with keyword and timestamp")
    ((name, time),) = given.items()
    if not isinstance(time, str) or timetable.clock(time) is None or len(time) != 5:
        raise Wrong(_NO_TIME)
    await request.run("devices", "add_schedule_keyword", name, time)
    return {"Keyword added": name, "time": time}


async def remove_schedule_keyword(request, name) -> dict:
    """Forget a name for a time, and the rules that need it."""
    if name in ("sunrise", "sunset"):
        raise Wrong("Cannot delete sunrise or sunset")
    known = request.house.keywords if request.house else {}
    if not isinstance(name, str) or name not in known:
        raise Wrong("Keyword does not exist")
    left = {key: known[key] for key in known if key != name}
    for it in request.house.all.values():
        for key in rulebook.rules(it):
            if not _is_time(key, left) and _is_time(key, known):
                await request.run(it.name, "remove_rule", key)
    await request.run("devices", "remove_schedule_keyword", name)
    return {"Keyword removed": name}


async def save_schedule_keywords(request) -> dict:
    """Say that they are saved."""
    request.want()
    return {"Success": "Keywords written to disk"}


def _check_time(house, time) -> None:
    """Refuse what is no time, and one with a single digit as the original does. Raises: Wrong."""
    is_time = isinstance(time, str) and _is_time(time, house.keywords)
    if not is_time or (len(time) != 5 and timetable.clock(time) is not None):
        raise Wrong(_NO_TIME + " or schedule keyword")


def _is_time(key: str, keywords: dict) -> bool:
    try:
        rulebook.when_of(key, keywords)
    except TepalError:
        return False
    return True
