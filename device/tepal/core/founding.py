"""From ``config/devices.json`` to devices and sensors that live. What is broken is left out."""

# Of the part devices, which a release can leave out.

import asyncio
import gc
import json
import sys

from micropython import const

from tepal.core import devices, storage

RARE = True
PATH = const("config/devices.json")
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
    data, places, name = _open(house)
    try:
        kinds = _kinds(data, places)
        wrong = _check(house, data, places, kinds)
        if name == PATH and not wrong:
            _keep_copy()
        node.sweep()  # what has checked takes as much memory as a door
        await _build(house, data, places, kinds, wrong)
    finally:
        if data:
            data.file.close()
    data = places = kinds = None
    node.sweep()
    _join(house)
    for fault in house.faults:
        node.log.err("devices: " + fault)
    node.devices = house
    node.commands.providers.insert(0, house)
    node.clock.listeners += (house.plan_anew,)
    node.tasks.start("devices", house.run(), "system")


def _open(house) -> tuple:
    """Return the text of the best file, {key: (begin, end) of its value}, and the file's name.

    It stays text: of all there is, one instance at a time is read.
    """
    for name in (PATH, PATH + ".new", PATH + ".1"):
        if not storage.exists(name):
            continue
        data = _Text(name)
        try:
            storage.verify(data.block, data.file)
            places = dict(_members(data))
            for key in places:
                _value(data, places, key)
        except (ValueError, IndexError) as error:
            data.file.close()
            house.faults.append(name + ": " + (str(error) or "JSON"))
            continue
        if name != PATH:
            house.faults.append(name + " is used instead")
        return data, places, name
    house.faults.append(PATH + ": cannot be read")
    return None, {}, ""


class _Text:
    """The bytes of a file, of which a block is in memory."""

    def __init__(self, path: str):
        """Raises: OSError."""
        self.file = open(path, "rb")  # noqa: SIM115 - as long as somebody reads
        self.begin, self.block = 0, self.file.read(_BLOCK)

    def __getitem__(self, at: int) -> int:
        if not self.begin <= at < self.begin + len(self.block):
            self.begin = at - at % _BLOCK
            self.block = self.part(self.begin, self.begin + _BLOCK)
        return self.block[at - self.begin]  # IndexError behind the end

    def part(self, begin: int, end: int) -> bytes:
        """Return the bytes of a part."""
        self.file.seek(begin)
        return self.file.read(end - begin)


def _value(data, places: dict, key: str):
    return json.loads(data.part(*places[key]))


def _members(data):
    """Yield (key, (begin, end) of the value) of an object as JSON. Raises: ValueError, IndexError."""
    at = _after_space(data, 0)
    if data[at] != ord("{"):
        raise ValueError("an object expected")
    at = _after_space(data, at + 1)
    while data[at] != ord("}"):
        end = _after_value(data, at)
        key = json.loads(data.part(at, end))
        at = _after_space(data, end)
        if data[at] != ord(":") or not isinstance(key, str):
            raise ValueError("JSON")
        at = _after_space(data, at + 1)
        end = _after_value(data, at)
        if key != "_crc":
            yield key, (at, end)
        at = _after_space(data, end)
        if data[at] == ord(","):
            at = _after_space(data, at + 1)
        elif data[at] != ord("}"):
            raise ValueError("JSON")


def _after_space(data, at: int) -> int:
    while data[at] in b" \t\r\n":
        at += 1
    return at


def _after_value(data, at: int) -> int:
    """Return where the value that begins here ends."""
    depth = 0
    while True:
        byte = data[at]
        if byte == ord('"'):
            at += 1
            while data[at] != ord('"'):
                at += 2 if data[at] == ord("\\") else 1
        elif byte in b"[{":
            depth += 1
        elif byte in b"]}":
            if not depth:
                return at
            depth -= 1
        elif byte in b",:" and not depth:
            return at
        at += 1
        if not depth and byte in b'"]}':
            return at


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


def _check(house, data, places: dict, kinds: dict) -> list:
    """Note all faults; return the ids that have one, and what else has."""
    from tepal.formats import instances

    def type_of(name, is_sensor):
        return kinds.get((name, is_sensor))

    slim = {}  # all, without what is long
    for key in places:
        slim[key] = None if instances.is_id(key) else _value(data, places, key)
    found = []
    for name in instances.names(slim):
        slim[name] = _value(data, places, name)
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


async def _build(house, data, places: dict, kinds: dict, wrong: list) -> None:
    """Fill ``house`` with what is not wrong."""
    from tepal.formats import instances

    for name in instances.names(places):
        if name in wrong:
            continue
        await asyncio.sleep_ms(0)  # a door may want to answer meanwhile
        try:
            given = _value(data, places, name)
            kind = kinds[(given["_type"], name[0] == "s")]
            house.all[name] = _instance(house, instances, name, given, kind)
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


def _instance(house, instances, name: str, given: dict, kind):
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
    it.default_rule = it.rule_validator(given["default_rule"])
    it.schedule = {}
    for key, rule in given.get("schedule", {}).items():
        it.schedule[key] = it.rule_validator(rule)
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


def _kinds(data, places: dict) -> dict:
    """Return the types that are wanted: {(config name, is sensor): type}."""
    from tepal.core import kinds

    wanted = []
    for name in places:
        given = _value(data, places, name)
        if isinstance(given, dict) and "_type" in given:
            wanted.append((given["_type"], name[0] == "s"))
    found = {}
    for kind in kinds.all():
        key = (kind["config_name"], bool(kind.get("sensor")))
        if key in wanted:
            found[key] = kind
    return found
