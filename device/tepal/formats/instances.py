"""``devices.json``: what hangs on a node. One check for the node that loads it and for the host.

{"metadata": {…}, "schedule_keywords": {name: "HH:MM"}, "device1": {…}, "sensor1": {…}}

an instance = _type, nickname, default_rule, schedule, for a sensor targets, and the parameters
of its type. A type is what its metadata says, at least: config_name, rule_prompt, rule_limits,
params {name: {type, min, max, choices, default}}, and sensor: whether it is one.
"""

# Of the part devices, which a release can leave out.

from tepal.formats import params, rules, timetable
from tepal.formats.errors import TepalError

RARE = True
_COMMON = ("_type", "nickname", "default_rule", "schedule", "targets")
_LONGEST = 120  # characters
_MOST = 64  # instances
_NO_DEFAULT = ("int_or_fade", "int_range", "thermostat", "api_target", "string")


def faults(config: object, type_of) -> "list[tuple[str, str]]":
    """Return what is wrong, as (path, sentence) pairs: all of it, not only the first.

    ``type_of(name, is_sensor)`` returns a type, or None if there is none of that name.
    """
    if not isinstance(config, dict):
        return [("", "an object expected")]
    found = of_all(config, type_of)
    for name in params.names(config):
        found += of_instance(config, name, type_of)
    return found


def of_all(config: dict, type_of) -> "list[tuple[str, str]]":
    """Return what is wrong beside single instances; of these only names and pins matter here."""
    found = []
    for key in sorted(config):
        if key == "metadata":
            _metadata(config[key], found)
        elif key == "schedule_keywords":
            _keywords(config[key], found)
        elif key == "ir_blaster":
            found.append((key, "an instance expected, a device with the _type ir-blaster"))
        elif not params.is_id(key):
            found.append((key, "device1 …, sensor1 …, metadata or schedule_keywords expected"))
    ids = params.names(config)
    if len(ids) > _MOST:
        found.append(("", "at most %d devices and sensors expected" % _MOST))
    return found + _twice(config, ids, type_of)


def of_instance(config: dict, name: str, type_of) -> list:
    """Return what is wrong with one instance, as ``faults`` does."""
    found = []
    given = config[name]
    is_sensor = name[0] == "s"
    if not isinstance(given, dict):
        return [(name, "an object expected")]
    kind = _kind(given, name, type_of)
    nickname = given.get("nickname")
    if not isinstance(nickname, str) or not 0 < len(nickname.strip()) <= _LONGEST:
        found.append((name + ".nickname", "a name expected"))
    if is_sensor:
        _targets(config, name, found)
    if kind is None:
        what = "sensor" if is_sensor else "device"
        found.append((name + "._type", "%s is no %s type here" % (given.get("_type"), what)))
        return found
    for key in sorted(given):
        if key not in kind["params"] and (
            key not in _COMMON or (key == "targets" and not is_sensor)
        ):
            found.append((name + "." + key, "no parameter of %s" % kind["config_name"]))
    _parameters(given, kind, name, found)
    _rules(config, given, kind, name, found)
    return found


def _kind(given: dict, name: str, type_of):
    kind = given.get("_type")
    return type_of(kind, name[0] == "s") if isinstance(kind, str) else None


def _parameters(given: dict, kind: dict, name: str, found: list) -> None:
    for key, param in kind["params"].items():
        if key not in given and "default" not in param:
            found.append((name + "." + key, "missing: " + params.wanted(param)))
        elif key in given:
            try:
                params.settled(given[key], param)
            except TepalError as error:
                found.append((name + "." + key, error.detail))


def _rules(config: dict, given: dict, kind: dict, name: str, found: list) -> None:
    try:
        bounds = params.limits(kind, given)
    except TepalError:
        return  # said already
    if bounds and bounds[0] > bounds[1]:
        found.append((name + ".min_rule", "not above max_rule expected"))
        return
    prompt = kind["rule_prompt"]
    try:
        rule = rules.check(prompt, given.get("default_rule"), bounds)
        is_word = isinstance(rule, str) and (rule in rules.SWITCHING or rule[:5] == "fade/")
        if prompt in _NO_DEFAULT and is_word:
            found.append((name + ".default_rule", "a rule of its own expected, not %s" % rule))
    except TepalError as error:
        found.append((name + ".default_rule", error.detail))
    schedule = given.get("schedule", {})
    if not isinstance(schedule, dict) or len(schedule) > timetable.MOST:
        expected = "an object of at most %d rules expected" % timetable.MOST
        found.append((name + ".schedule", expected))
        return
    keywords = config.get("schedule_keywords")
    for key in sorted(schedule):
        try:
            timetable.parse(key, keywords if isinstance(keywords, dict) else {})
            rules.check(prompt, schedule[key], bounds)
        except TepalError as error:
            found.append(("%s.schedule.%s" % (name, key), error.detail))


def _targets(config: dict, name: str, found: list) -> None:
    targets = config[name].get("targets")
    if not isinstance(targets, list):
        found.append((name + ".targets", "a list of devices expected"))
        return
    for target in targets:
        if not isinstance(target, str) or target[:6] != "device" or target not in config:
            found.append((name + ".targets", "%s is no device here" % (target,)))


def _metadata(given, found: list) -> None:
    if not isinstance(given, dict):
        found.append(("metadata", "an object expected"))
        return
    floor = given.get("floor", 0)
    if not isinstance(floor, int) or isinstance(floor, bool):
        found.append(("metadata.floor", "a whole number expected"))
    for key in ("id", "location"):
        if not isinstance(given.get(key, "?"), str) or not given.get(key, "?"):
            found.append(("metadata." + key, "a text expected"))
    place = given.get("gps")
    if place is not None and not is_place(place):
        found.append(("metadata.gps", '{"lat": -90 … 90, "lon": -180 … 180} expected'))


def is_place(given) -> bool:
    """Tell whether ``given`` says where something is, as the original does: numbers or texts."""
    try:
        return abs(float(given["lat"])) <= 90 and abs(float(given["lon"])) <= 180
    except (ValueError, TypeError, KeyError):
        return False


def _keywords(given, found: list) -> None:
    if not isinstance(given, dict) or len(given) > timetable.MOST:
        expected = "an object of at most %d names expected" % timetable.MOST
        found.append(("schedule_keywords", expected))
        return
    for name in sorted(given):
        if name in ("sunrise", "sunset"):
            continue  # files of the original have them; ours come from the place of the node
        path = "schedule_keywords." + name
        if not timetable.is_keyword(name):
            found.append((path, "a name of letters, digits, _ and - expected"))
            continue
        try:
            timetable.parse(given[name] if isinstance(given[name], str) else "?")
        except TepalError as error:
            found.append((path, error.detail))


def _twice(config: dict, ids: list, type_of) -> list:
    """Return the nicknames and pins that two instances want."""
    found, nicknames, pins = [], {}, {}
    for name in ids:
        given = config[name]
        if not isinstance(given, dict):
            continue
        nickname = given.get("nickname")
        if isinstance(nickname, str):
            other = nicknames.setdefault(nickname.strip().lower(), name)
            if other != name:
                found.append((name + ".nickname", "%s has it already" % other))
        kind = _kind(given, name, type_of)
        for key, param in kind["params"].items() if kind else ():
            if param["type"] in params.PINS:
                try:
                    number = params.settled(given.get(key, param.get("default")), param)
                except TepalError:
                    continue
                other = pins.setdefault(number, name + "." + key)
                if other != name + "." + key:
                    found.append((name + "." + key, "%s has pin %s already" % (other, number)))
    return found
