"""Endpoints of micropython-smarthome that are about one device or sensor; see smarthome_request."""

# Of the part devices, which a release can leave out.

from micropython import const

from tepal.core import rulebook
from tepal.core.devices import Device, Sensor
from tepal.formats import rules
from tepal.formats.errors import TepalError
from tepal.services.smarthome_request import Wrong

RARE = True
_DAY_S = const(86400)
_NUMERIC = const(("int_or_fade", "int_range", "float_range", "thermostat"))
# What ``get_attributes`` of the original knows of one type or another.
_ATTRIBUTES = const(
    "name nickname _type enabled current_rule scheduled_rule default_rule schedule "
    "state triggered_by min_rule max_rule fading bright ip port uri on_path off_path "
    "targets motion switch_closed mode units tolerance current"
)


async def enable(request, it) -> dict:
    """Let it take part again."""
    await request.run(it.name, "enable")
    return {"Enabled": it.name}


async def disable(request, it) -> dict:
    """Let it take part no more."""
    await request.run(it.name, "disable")
    return {"Disabled": it.name}


async def enable_in(request, it, minutes) -> dict:
    """Enable it after so many minutes."""
    return {"Enabled": it.name, "Enable_in_seconds": await _later(request, it, "enable", minutes)}


async def disable_in(request, it, minutes) -> dict:
    """Disable it after so many minutes."""
    seconds = await _later(request, it, "disable", minutes)
    return {"Disabled": it.name, "Disable_in_seconds": seconds}


async def _later(request, it, what: str, minutes) -> int:
    try:
        return (await request.run(it.name, what + "_in", minutes))[what + "_in_seconds"]
    except TepalError as error:
        raise _as_wrong(error, "rule", "Delay argument must be int or float")


async def set_rule(request, it, rule) -> dict:
    """Follow another rule until the next of the schedule."""
    try:
        await request.run(it.name, "set_rule", rule)
    except TepalError as error:
        raise _as_wrong(error, "rule", "Invalid rule")
    return {it.name: rule}


async def increment_rule(request, it, amount) -> dict:
    """Add to a rule, as far as its limits go."""
    if it.rule_prompt not in _NUMERIC:
        raise Wrong("Unsupported target, must accept int or float rule")
    try:
        step = rules.check("float_range", amount)
    except TepalError:
        step = ""
    if isinstance(step, str):
        raise Wrong("Invalid argument %s" % (amount,))
    if isinstance(it.current_rule, str) or it.current_rule is None:
        raise Wrong("Unable to increment current rule (%s)" % it.current_rule)
    try:
        await request.run(it.name, "increment_rule", step)
    except TepalError as error:
        raise _as_wrong(error, "rule", "Invalid rule")
    return {it.name: it.current_rule}


async def reset_rule(request, it) -> dict:
    """Follow the schedule again."""
    is_same = it.current_rule == it.scheduled_rule
    await request.run(it.name, "reset_rule")
    text = "Rule already matches scheduled rule" if is_same else "Reverted to scheduled rule"
    return {it.name: text, "current_rule": it.current_rule}


async def get_attributes(request, it) -> dict:
    """Return what it is made of, in the words of the original."""
    known = await request.run(it.name, "get_attributes")
    found = {key: known[key] for key in _ATTRIBUTES.split() if key in known}
    if isinstance(it, Device) and it.min_rule is None:
        found.pop("fading", None)
    if isinstance(it, Sensor):
        found.pop("fading", None)
    if it.poll_ms:
        found["monitor_task"] = it.enabled
    if it.rule_prompt == "thermostat":
        found.update(_of_thermostat(it))
    found["group"] = _group(request.house, it)
    found["rule_queue"] = _to_come(request, it)
    return found


async def condition_met(request, it) -> dict:
    """Return what a sensor says."""
    if not isinstance(it, Sensor):
        raise Wrong("Must specify sensor")
    return {"Condition": await request.run(it.name, "condition_met")}


async def trigger_sensor(request, it) -> dict:
    """Let a sensor behave as if its condition were met."""
    if not isinstance(it, Sensor):
        raise Wrong("Must specify sensor")
    try:
        await request.run(it.name, "trigger_sensor")
    except TepalError as error:
        raise _as_wrong(error, "unsupported", "Cannot trigger %s sensor type" % it.type)
    return {"Triggered": it.name}


async def turn_on(request, it) -> dict:
    """Switch a device on."""
    return {"On": await _turn(request, it, "on")}


async def turn_off(request, it) -> dict:
    """Switch a device off."""
    return {"Off": await _turn(request, it, "off")}


async def _turn(request, it, state: str) -> str:
    if not isinstance(it, Device):
        raise Wrong("Can only turn on/off devices, use enable/disable for sensors")
    try:
        await request.run(it.name, "turn_" + state)
    except TepalError as error:
        if error.code == "disabled":
            raise Wrong(it.name + " is disabled, please enable before turning on")
        raise _as_wrong(error, "no_answer", "Unable to turn %s %s" % (state, it.name))
    return it.name


async def load_cell_tare(request, it) -> dict:
    """Let what lies on a load cell count as nothing."""
    await _of_load_cell(request, it, "tare")
    return {"Success": "Sensor tared"}


async def load_cell_read(request, it) -> dict:
    """Return what a load cell measures."""
    return {"Raw": await _of_load_cell(request, it, "read")}


async def _of_load_cell(request, it, command: str):
    if it.type != "load-cell":
        raise Wrong("Must specify load cell sensor")
    return await request.run(it.name, command)


def _as_wrong(error: TepalError, code: str, text: str) -> Exception:
    """Return an error in the words of the original, if it is one that the original has."""
    return Wrong(text) if error.code == code else error


def _group(house, it):
    """Return the name of its group there: sensors with the same targets. Ours decide together."""
    groups = []
    found = None
    for name in sorted(house.all, key=lambda name: (len(name), name)):
        sensor = house.all[name]
        if isinstance(sensor, Sensor):
            targets = sorted([target.name for target in sensor.targets])
            if targets not in groups:
                groups.append(targets)
            if sensor is it or it.name in targets:
                found = "group%d" % (groups.index(targets) + 1)
    return found


def _of_thermostat(it) -> dict:
    rule = it.default_rule if isinstance(it.current_rule, str) else it.current_rule
    width = it.tolerance if it.mode == "cool" else -it.tolerance
    return {
        "on_threshold": rule + width,
        "off_threshold": rule - width,
        "recent_temps": it.recent_temps,
    }


def _to_come(request, it) -> list:
    """Return the rules of its schedule within the next day, in their order."""
    from tepal.formats import calendar, sun, timetable

    get, now = request.node.config.get, request.node.clock.now()
    almanac = timetable.Almanac(calendar.zone(get), sun.place(get("place")))
    found = []
    known = rulebook.rules(it)
    for key in known if now else ():
        try:
            moment = almanac.next(timetable.parse(key, request.house.keywords), now)
        except TepalError:
            continue  # its status tells
        if moment is not None and moment - now < _DAY_S:
            found.append((moment, key))
    return [known[key] for _, key in sorted(found)]
