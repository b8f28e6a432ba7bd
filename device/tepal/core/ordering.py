"""What one can tell a device or a sensor, and what it tells of itself: the commands of instances."""

# Of the part devices, which a release can leave out.

import json

from micropython import const

from tepal.core import rulebook
from tepal.core.commands import ADMIN, CONTROL, VIEW, Caller
from tepal.core.devices import Device, Sensor
from tepal.formats import rules, ruling
from tepal.formats.command import Call
from tepal.formats.errors import TepalError

RARE = True
_OWN = const("enable disable set_rule reset_rule increment_rule get_attributes status")
_DEVICE = const("turn_on turn_off toggle")
_SENSOR = const("condition_met")
_HERE = const(
    "enable_in disable_in get_schedule_rules add_schedule_rule remove_rule trigger_sensor"
)
_ALL = const(
    "status reset_all_rules get_schedule_keywords add_schedule_keyword remove_schedule_keyword"
)
_ALL_VIEWS = const("status get_schedule_keywords help")


def names(target) -> list:
    """Return the commands of an instance."""
    own = (_OWN + " " + _HERE).split() + list(target.commands)
    return own + (_DEVICE if isinstance(target, Device) else _SENSOR).split()


def command(target, function: str):
    """Return what a command calls; None if there is no such."""
    is_all = not hasattr(target, "current_rule")
    known = _ALL.split() if is_all else names(target)
    if function == "help":
        return lambda: known
    if function not in known:
        return None
    if not is_all and hasattr(target, function):
        return getattr(target, function)
    handler = _HANDLERS[function]
    return lambda *args, **kwargs: handler(target, *args, **kwargs)


def role(function: str) -> int:
    """Return the role that a command of all devices together wants."""
    return VIEW if function in _ALL_VIEWS.split() else CONTROL


def follow(it, rule, minutes=None) -> None:
    """See Instance.follow. Raises: TepalError ``rule``."""
    ruling.set_by_hand(it, it.rule_validator(rule), it.house.now_ms(), minutes)


async def set_rule(it, rule, minutes=None):
    """See Instance.set_rule. Raises: TepalError ``rule``."""
    follow(it, rule, minutes)
    await it.house.settle(it)
    return brief(it)


async def reset_rule(it):
    """See Instance.reset_rule."""
    ruling.reset(it, it.house.now_ms())
    await it.house.settle(it)
    return brief(it)


async def increment_rule(it, amount):
    """See Instance.increment_rule. Raises: TepalError ``rule``."""
    current = it.current_rule
    if isinstance(current, (str, dict)) or current is None:
        raise TepalError("rule", "unable to increment current rule (%s)" % current)
    step = rules.check("float_range", amount)
    if isinstance(step, str):
        raise TepalError("rule", "invalid argument " + step)
    limits = it.limits()
    wanted = current + step  # pyright: ignore[reportOperatorIssue]
    if limits:
        wanted = max(limits[0], min(wanted, limits[1]))
    return await set_rule(it, wanted)


async def enable(it):
    """See Instance.enable."""
    ruling.enable(it, it.house.now_ms())
    await it.house.settle(it)
    return brief(it)


async def disable(it):
    """See Instance.disable."""
    ruling.disable(it)
    await it.house.settle(it)
    return brief(it)


async def enable_in(it, minutes):
    """Enable after so many minutes."""
    return _later(it, "enable", minutes)


async def disable_in(it, minutes):
    """Disable after so many minutes."""
    return _later(it, "disable", minutes)


def _later(it, what: str, minutes) -> dict:
    left_ms = ruling.later(it, what, minutes, it.house.now_ms())
    rulebook.remember(it.house)
    it.house.tell(it)
    it.house.flag.set()
    return {what + "_in_seconds": left_ms // 1000}


async def turn(it, on: bool):
    """Switch a device. Raises: TepalError ``disabled``, ``no_answer``."""
    if on and not it.enabled:
        raise TepalError("disabled", it.name + " is disabled, enable it first")
    if it.enabled or it.wanted is None:
        it.wanted = on
    it.shown = None  # somebody may have switched it behind our back
    await it.house.settle(it)
    if it.shown is None:
        raise TepalError("no_answer", "%s: %s; it is tried again" % (it.name, it.fault))
    return brief(it)


def seen(it, is_on: bool, rule) -> None:
    """See Device.seen. What was unknown before is no news: it is told again what to do."""
    if not it.enabled:
        return
    if it.shown is None:
        it.shown = (it.current_rule if rule is None else rule) if is_on else False
        it.timers.pop("retry", None)
        return
    if is_on and rule is not None and rule != it.shown:
        try:
            follow(it, rule)
        except TepalError:
            pass  # dimmed further than its limits: it is on all the same
    if is_on != (it.shown is not False):
        it.wanted = is_on
        rulebook.remember(it.house)
        it.node.log.publish("device", it.name)
    it.shown = it.goal()


async def address(it, host: str) -> str:
    """See Instance.address."""
    from tepal.core import names

    return await names.resolve(host, [it.node.network.station.ifconfig()[3]])


async def order(it, words: list, host: str):
    """See Instance.order. Raises: TepalError, those of the command too."""
    target, function = (words[1], words[0]) if len(words) > 1 else (words[0], "")
    call = Call(str(target), str(function), tuple(words[2:]), {}, ())
    if host:
        return await it.node.peers.call(host, call)
    return await it.node.commands.run(call, Caller("device", ADMIN, it.name))


async def trigger_sensor(it):
    """Behave as if the condition were met. Raises: TepalError ``unsupported``."""
    if not isinstance(it, Sensor) or not it.trigger():
        raise TepalError("unsupported", "%s (%s) cannot be triggered" % (it.name, it.type))
    await it.house.settle(it)
    return brief(it)


def get_schedule_rules(it) -> dict:
    """Return its rules by time."""
    return rulebook.rules(it)


async def add_schedule_rule(it, time, rule, overwrite=None):
    """Follow ``rule`` from a time of day on. Raises: TepalError ``schedule``, ``rule``, ``flash``."""
    time = str(time)
    rulebook.when(it.house, time)
    changed = rulebook.rules(it)
    if time in changed and overwrite not in ("overwrite", True):
        raise TepalError("schedule", "there is a rule at %s; overwrite replaces it" % time)
    changed[time] = it.rule_validator(rule)
    return await _reschedule(it, changed)


async def remove_rule(it, time):
    """Forget the rule of a time. Raises: TepalError ``schedule``, ``flash``."""
    changed = rulebook.rules(it)
    if changed.pop(str(time), None) is None:
        raise TepalError("schedule", "there is no rule at %s" % time)
    return await _reschedule(it, changed)


async def _reschedule(it, changed: dict) -> dict:
    rulebook.bound(changed)
    rulebook.save(it.name, "schedule", changed)
    it.schedule = json.dumps(changed)
    it.house.plan_ms = 0
    it.house.tell(it)
    it.house.flag.set()
    return changed


def status(it) -> dict:
    """Return how an instance is; the keys of the original, and more."""
    shown = {
        "nickname": it.nickname,
        "type": it.type,
        "enabled": it.enabled,
        "current_rule": it.current_rule,
        "scheduled_rule": it.scheduled_rule,
        "default_rule": it.default_rule,
        "schedule": rulebook.rules(it),
        "override": rulebook.override(it),
        "fault": it.fault or rulebook.doubt(it),
    }
    if it.min_rule is not None:
        shown["min_rule"], shown["max_rule"] = it.min_rule, it.max_rule
    for what in ("enable", "disable"):
        if what in it.timers:
            shown[what + "_in_seconds"] = (it.timers[what] - it.house.now_ms()) // 1000
    if isinstance(it, Device):
        shown["turned_on"] = None if it.shown is None else it.shown is not False
    else:
        shown["condition_met"] = it.condition_met()
        shown["targets"] = [target.name for target in it.targets]
    shown.update(it.details())
    return shown


def brief(it) -> dict:
    """Return what most want to know after a command."""
    whole = status(it)
    keys = ("enabled", "current_rule", "override", "turned_on", "condition_met")
    return {key: whole[key] for key in keys if key in whole}


def attributes(it) -> dict:
    """Return what an instance is made of: the names of the original, then its own."""
    found = {
        "name": it.name,
        "nickname": it.nickname,
        "_type": it.type,
        "enabled": it.enabled,
        "current_rule": it.current_rule,
        "scheduled_rule": it.scheduled_rule,
        "default_rule": it.default_rule,
        "schedule": rulebook.rules(it),
        "fading": it.fade is not None,
    }
    if isinstance(it, Device):
        found["state"] = None if it.shown is None else it.shown is not False
        found["triggered_by"] = [sensor.name for sensor in it.sensors]
    for key, value in it.__dict__.items():
        if key not in found and isinstance(value, (str, int, float, bool)):
            found[key] = value
    if isinstance(it, Sensor):
        found["targets"] = [target.name for target in it.targets]
    return found


def status_of_all(house) -> dict:
    """Return how everything is."""
    found = {"devices": {}, "sensors": {}, "schedule_keywords": house.keywords}
    for name, it in house.all.items():
        found["devices" if isinstance(it, Device) else "sensors"][name] = status(it)
    found["faults"] = house.faults
    return found


async def reset_all_rules(house) -> dict:
    """Let everything follow its schedule again; return what has changed."""
    new = {}
    for name, it in house.all.items():
        before = it.current_rule
        await reset_rule(it)
        if it.current_rule != before:
            new[name] = it.current_rule
    return new


async def add_schedule_keyword(house, name, time):
    """Let a name stand for a time of day. Raises: TepalError ``schedule``, ``flash``."""
    changed = dict(house.keywords)
    changed[rulebook.keyword(name)] = rulebook.time(str(time))
    return await _rename(house, changed)


async def remove_schedule_keyword(house, name):
    """Forget a name for a time, unless a rule needs it. Raises: TepalError ``schedule``, ``flash``."""
    changed = dict(house.keywords)
    if changed.pop(str(name), None) is None:
        raise TepalError("schedule", "there is no keyword %s" % name)
    for it in house.all.values():
        for key in rulebook.rules(it):
            try:
                rulebook.when_of(key, changed)
            except TepalError:
                raise TepalError("schedule", "%s has a rule at %s" % (it.name, key))
    return await _rename(house, changed)


async def _rename(house, changed: dict) -> dict:
    rulebook.bound(changed)
    rulebook.save("schedule_keywords", None, changed)
    house.keywords = changed
    house.plan_ms = 0
    house.flag.set()
    return changed


_HANDLERS = {
    "enable_in": enable_in,
    "disable_in": disable_in,
    "get_schedule_rules": get_schedule_rules,
    "add_schedule_rule": add_schedule_rule,
    "remove_rule": remove_rule,
    "trigger_sensor": trigger_sensor,
    "status": status_of_all,
    "reset_all_rules": reset_all_rules,
    "get_schedule_keywords": lambda house: house.keywords,
    "add_schedule_keyword": add_schedule_keyword,
    "remove_schedule_keyword": remove_schedule_keyword,
}
