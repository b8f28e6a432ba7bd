"""What few apps say of themselves: settings, permissions, a schedule."""

# Of the part apps, which a release can leave out.

from tepal.formats.appentry import entry, is_name
from tepal.formats.errors import TepalError

_TYPING = 0
if _TYPING:
    from collections.abc import Iterator
    from typing import Any  # noqa: TID251 - never imported on a node

    Faults = Iterator[tuple[str, str]]

RARE = True
_PERMISSIONS = ("pins", "network", "storage")
_DAY_S = 86400
_OTHERS = ("settings", "permissions", "schedule")
_MAX_LIST = 16  # entries
_MAX_SETTINGS = 32


def faults(config: "dict[str, Any]", _: str = "") -> "Faults":
    """Yield what is wrong with these fields of ``config``, see ``appconfig``."""
    for key in _OTHERS:
        if key in config:
            for fault in _CHECKS[key](config[key]):
                yield fault


def _settings(value):
    if not isinstance(value, dict) or len(value) > _MAX_SETTINGS:
        yield "K1", "settings: an object with up to %d names expected" % _MAX_SETTINGS
        return
    for name in value:
        if not is_name(name) or isinstance(value[name], (dict, list)):
            yield "K1", "settings: %s: a name with a text, a number, true, false or null" % name


def _permissions(value):
    if not isinstance(value, list) or not all(one in _PERMISSIONS for one in value):
        yield "G3", "permissions: an array expected, of " + ", ".join(_PERMISSIONS)


def _schedule(value):
    if not isinstance(value, list) or len(value) > _MAX_LIST:
        yield "S2", "schedule: an array of up to %d entries expected" % _MAX_LIST
        return
    for one in value:
        try:
            _check_entry(one)
        except (ValueError, TepalError) as error:
            yield "S2", "schedule: " + str(error)


def _check_entry(one) -> None:
    if not isinstance(one, dict) or ("every" in one) == ("when" in one):
        raise ValueError('{"every": seconds} or {"when": "weekday:hour:minute:second"} expected')
    every = one.get("every", 1)
    if isinstance(every, bool) or not isinstance(every, int) or not 0 < every <= _DAY_S:
        raise ValueError("every: whole seconds expected, 1 to %d" % _DAY_S)
    when = one.get("when", "sunset")
    if not isinstance(when, str) or "!" in when or ";" in when:
        raise ValueError("when: a time expected, as in 0-4:7:30:0 or sunset-30")
    from tepal.formats import cron

    cron.parse(when + "!app")
    if "do" in one and (not isinstance(one["do"], str) or entry(one["do"])[0] != "call"):
        raise ValueError("do: module:function expected")


_CHECKS = {"settings": _settings, "permissions": _permissions, "schedule": _schedule}
