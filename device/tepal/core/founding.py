"""From ``config/devices.json`` to devices and sensors that live. What is broken is left out."""

# Of the part devices, which a release can leave out.

import asyncio
import gc
import json
import sys

from micropython import const

from tepal.core import devices, pieces, storage
from tepal.core.pieces import PATH

RARE = True
_TIDY = const(4096)  # bytes between two collections
_BLOCK = const(256)  # bytes
_PAUSE_MS = const(1500)
_TRIES = const(5)


async def start(node) -> None:
    """Make everything and let it live, as soon as the boot has left memory."""
    tries = _TRIES
    while tries:
        await asyncio.sleep_ms(_PAUSE_MS)
        tries = await _try(node, tries - 1)


async def _try(node, left: int) -> int:
    """Try it; return how often it may be tried again."""
    node.sweep()
    gc.threshold(_TIDY)  # what is collected late leaves the heap in pieces
    try:
        await found(node)
        node.devices.step()  # what this needs is forgotten now, not in a while
        left = 0
    except MemoryError:
        if not left:
            node.log.err("devices: out of memory, there are none")
    gc.threshold(-1)
    node.sweep()
    return left


async def found(node) -> None:
    """Make everything and let it live. What is wrong is logged, and the others work."""
    house = devices.Devices(node, node.board().edges().flag())
    text, name = pieces.open_best(house.faults)
    if text:
        try:
            kinds = _kinds(text)
            wrong = _check(house, text, kinds)
            if name == PATH and not wrong:
                _keep_copy()
            node.sweep()  # what has checked takes as much memory as a door
            await _build(house, text, kinds, wrong)
        finally:
            text.file.close()
    text = kinds = None
    node.sweep()
    _join(house)
    for fault in house.faults:
        node.log.err("devices: " + fault)
    node.devices = house
    node.commands.providers.insert(0, house)
    node.clock.listeners += (house.plan_anew,)
    node.tasks.start("devices", house.run(), "system")


def _keep_copy() -> None:
    """Keep a file without fault for the day when a later one cannot be read."""
    try:
        if not _is_same(PATH, PATH + ".1"):
            with open(PATH, "rb") as file, open(PATH + ".1.new", "wb") as copy:
                block = file.read(_BLOCK)
                while block:
                    copy.write(block)
                    block = file.read(_BLOCK)
            storage.replace(PATH + ".1.new", PATH + ".1")
    except OSError:
        storage.remove(PATH + ".1.new")  # there is no room for a copy


def _is_same(first: str, second: str) -> bool:
    if not storage.exists(second):
        return False
    with open(first, "rb") as one, open(second, "rb") as other:
        block = b"?"
        while block:
            block = one.read(_BLOCK)
            if other.read(_BLOCK) != block:
                return False
    return True


def _check(house, text, kinds: dict) -> list:
    """Note all faults; return the ids that have one, and what else has."""
    from tepal.formats import instances, params

    def type_of(name, is_sensor):
        return kinds.get((name, is_sensor))

    slim = {}  # all, without what is long
    for key in text.places:
        slim[key] = None if params.is_id(key) else text.value(key)
    found = []
    for name in params.names(slim):
        slim[name] = text.value(name)
        found += instances.of_instance(slim, name, type_of)
        if isinstance(slim[name], dict):
            for key in ("schedule", "targets", "default_rule"):
                slim[name].pop(key, None)
    found = instances.of_all(slim, type_of) + found
    metadata = slim.get("metadata")
    if isinstance(metadata, dict):
        house.metadata = metadata
    words = slim.get("schedule_keywords")
    if isinstance(words, dict):
        house.keywords = {key: words[key] for key in words if isinstance(words[key], str)}
    for path, sentence in found:
        house.faults.append((path + ": " if path else "") + sentence)
    return [path.split(".")[0] for path, _ in found]


async def _build(house, text, kinds: dict, wrong: list) -> None:
    """Fill ``house`` with what is not wrong."""
    from tepal.formats import params

    for name in params.names(text.places):
        if name in wrong:
            continue
        await asyncio.sleep_ms(0)  # a door may want to answer meanwhile
        gc.collect()
        try:
            given = text.value(name)
            kind = kinds[(given["_type"], name[0] == "s")]
            house.all[name] = _instance(house, params, name, given, kind)
        except MemoryError:
            raise
        except Exception as error:  # noqa: BLE001 - a driver is anybody's code, and its bus may be dead
            house.faults.append("%s: %s %s" % (name, type(error).__name__, error))
            house.node.pins.release(name)


def _join(house) -> None:
    """Bring sensors and their targets together, and all to where it was before the reboot."""
    from tepal.core import rulebook

    for name, it in house.all.items():
        if name[0] == "s":
            it.targets = [house.all[to] for to in it.targets if to in house.all]
            for device in it.targets:
                device.sensors = list(device.sensors) + [it]
    rulebook.recall(house)


def _instance(house, params, name: str, given: dict, kind):
    node = house.node
    values = params.parameters(given, kind)
    for key, param in kind["params"].items():
        if param["type"] in params.PINS:
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
        it.rule_limits = params.limits(kind, given)
    it.default_rule = it.rule_validator(given["default_rule"])
    if given.get("schedule"):
        rules = given["schedule"]
        it.schedule = json.dumps({key: it.rule_validator(rules[key]) for key in rules})
    if name[0] == "s":
        it.targets = given["targets"]
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


def _kinds(text) -> dict:
    """Return the types that are wanted: {(config name, is sensor): type}."""
    from tepal.core import kinds

    wanted = []
    for name in text.places:
        given = text.value(name)
        if isinstance(given, dict) and "_type" in given:
            wanted.append((given["_type"], name[0] == "s"))
    found = {}
    for kind in kinds.all():
        key = (kind["config_name"], bool(kind.get("sensor")))
        if key in wanted:
            found[key] = kind
    return found
