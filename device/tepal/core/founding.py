"""From ``config/devices.json`` to devices and sensors that live. What is broken is left out."""

import json
import os
import sys

from micropython import const

from tepal.core import devices, ordering, rulebook, storage
from tepal.formats import instances

RARE = True
PATH = const("config/devices.json")
_TABLE = const("/devices/types.txt")
_FOLDER = const("/devices")


def start(node):
    """Make everything and return what runs it. What is wrong is logged, and the others work."""
    house = devices.Devices(node, node.board().edges().flag())
    config, name, house.faults = storage.newest(PATH, 1)
    if config is None:
        config = {}
        house.faults.append(PATH + ": cannot be read")
    elif name != PATH:
        house.faults.append("%s is used instead" % name)
    keep_copy(name)
    build(house, config)
    for fault in house.faults:
        node.log.err("devices: " + fault)
    node.devices = house
    node.commands.providers.insert(0, house)
    node.clock.listeners += (house.plan_anew,)
    return house.run()


def keep_copy(name: str) -> None:
    """Keep a good file that somebody else has written: the node's own copies come from its writes."""
    if name != PATH or storage.exists(PATH + ".1"):
        return
    try:
        storage.write(PATH + ".1", storage.read(PATH))
    except (OSError, ValueError):
        pass  # there is no room for a copy; the file itself is read


def build(house, config: dict) -> None:
    """Fill ``house`` with what ``config`` says."""
    kinds = _kinds(config)

    def type_of(name, is_sensor):
        return kinds.get((name, is_sensor))

    wrong = {}
    for path, sentence in instances.faults(config, type_of):
        house.faults.append((path + ": " if path else "") + sentence)
        wrong[path.split(".")[0]] = True
    words = config.get("schedule_keywords")
    if isinstance(words, dict):
        house.keywords = {key: words[key] for key in words if isinstance(words[key], str)}
    for name in instances.names(config):
        if name in wrong:
            continue
        try:
            given = config[name]
            house.all[name] = _instance(
                house, name, given, type_of(given["_type"], name[0] == "s")
            )
        except Exception as error:  # noqa: BLE001 - a driver is anybody's code, and its bus may be dead
            house.faults.append("%s: %s %s" % (name, type(error).__name__, error))
            house.node.pins.release(name)
    for name, it in house.all.items():
        if name[0] == "s":
            it.targets = [house.all[to] for to in config[name]["targets"] if to in house.all]
            for device in it.targets:
                device.sensors = list(device.sensors) + [it]
    rulebook.recall(house)


def _instance(house, name: str, given: dict, kind):
    node = house.node
    values = instances.parameters(given, kind)
    for key, param in kind["params"].items():
        if param["type"] in instances.PINS:
            values[key] = _hardware(node, name, param["type"], values[key])
    path = "devices." + kind["module"]
    __import__(path)
    it = getattr(sys.modules[path], kind["class_name"])(**values)
    for key, value in values.items():  # as the original has them in its attributes
        if key in ("min_rule", "max_rule"):
            setattr(it, key, value)
        elif isinstance(value, devices.Edge):
            value.it = it
    it.house, it.node, it.name = house, node, name
    it.nickname, it.type = given["nickname"].strip(), given["_type"]
    it.timers = {}
    if kind["rule_prompt"] != "standard":
        it.rule_prompt = kind["rule_prompt"]
        it.rule_limits = instances.limits(kind, given)
    it.default_rule = ordering.checked(it, given["default_rule"])
    it.schedule = {}
    for key, rule in given.get("schedule", {}).items():
        it.schedule[key] = ordering.checked(it, rule)
    if it.poll_ms:
        it.timers["poll"] = 0
    return it


def _hardware(node, name: str, kind: str, pin):
    """Return what a parameter that is a pin stands for."""
    number = node.pins.take(pin, name) if isinstance(pin, str) else node.pins.take(name, name, pin)
    if kind == "output_pin":
        return node.io.output(number)
    if kind == "pwm_pin":
        return node.io.pwm(number)
    if kind == "input_pin":
        return node.io.input(number)
    if kind == "edge_pin":
        return devices.Edge(node, number, "down")
    return number


def _kinds(config: dict) -> dict:
    """Return the types that ``config`` wants: {(config name, is sensor): type}."""
    wanted = []
    for name in instances.names(config):
        given = config[name]
        if isinstance(given, dict):
            wanted.append((given.get("_type"), name[0] == "s"))
    found = {}
    for kind in _types():
        key = (kind["config_name"], bool(kind.get("sensor")))
        if key in wanted:
            found[key] = kind
    return found


def _types():
    """Yield all types: the table of the release, or where there is none the metadata itself."""
    base = __file__.rsplit("/", 3)[0]
    if storage.exists(base + _TABLE):
        for line in storage.lines(base + _TABLE):
            yield json.loads(line)
        return
    for name in os.listdir(base + _FOLDER):
        if name.endswith(".json"):
            with open(base + _FOLDER + "/" + name) as file:
                kind = json.load(file)
            kind["sensor"] = "triggerable" in kind
            kind.setdefault("module", name[:-5])
            kind.setdefault("params", {})
            yield kind
