"""Types of devices: each class and its metadata hold together, and a fault is named with its place."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any, get_args

import pytest

# A node's code carries no types where inference will do.
# pyright: reportUnknownMemberType=false
from tepal.formats import params, rules
from tepal.formats.errors import TepalError
from umbel.build import device_contract, device_types, sources, stage
from umbel.build.device_types import Found
from umbel.errors import UmbelError
from umbel.model import device_type, smarthome

ALL = device_types.find()
NAMES = [found.metadata.stem for found in ALL]
PARAMS = {"ip": {"type": "host"}, "min_rule": {"type": "int"}, "max_rule": {"type": "int"}}
LEGACY: dict[str, Any] = {
    "config_name": "wled",
    "class_name": "Wled",
    "display_name": "WLED",
    "dependencies": ["devices/Wled.py", "devices/Device.py", "core/Instance.py"],
    "config_template": {
        "_type": "wled",
        "nickname": "placeholder",
        "ip": "placeholder",
        "min_rule": "placeholder",
        "max_rule": "placeholder",
        "default_rule": "placeholder",
        "schedule": {},
    },
    "rule_prompt": "int_or_fade",
    "rule_limits": [1, 255],
}


@pytest.mark.parametrize("found", ALL, ids=NAMES)
def test_a_class_and_its_metadata_hold_together(found: Found):
    data = json.loads(found.metadata.read_text())

    assert device_contract.faults(found.metadata, data) == []
    assert found.type.description


CODE = """
from tepal.core.devices import Device

class Lamp(Device):
    commands = ("flash", "sing")
    def __init__(self, pin, level=5):
        pass
    def send(self, state):
        pass
    def flash(self):
        pass

class Wled(Lamp):
    pass
"""
PROMISED: dict[str, Any] = {
    "config_name": "wled",
    "class_name": "Wled",
    "display_name": "W",
    "config_template": {
        "_type": "wled",
        "nickname": "",
        "default_rule": "",
        "schedule": {},
        "ip": "",
    },
    "params": {"ip": {"type": "host"}, "level": {"type": "int", "default": 7}},
    "commands": {"flash": "Flash", "dance": "Dance"},
    "rule_prompt": "standard",
}


def test_each_promise_that_is_broken_is_named(tmp_path: Path):
    (tmp_path / "lamps.py").write_text(CODE)

    found = device_contract.faults(tmp_path / "wled.json", PROMISED)
    sensor = device_contract.faults(tmp_path / "wled.json", {**PROMISED, "triggerable": True})

    assert sorted(place for place, _ in found) == [
        "commands.dance",
        "commands.sing",
        "commands.sing",
        "params.ip",
        "params.level.default",
        "params.pin",
    ]
    assert [place for place, _ in sensor][:3] == ["class_name", "class_name", "triggerable"]


FAN = """
from tepal.core.devices import Device

class Fan(Device):
    commands = ("boost",)
    def __init__(self, pin, floor: int = 20):
        pass
    def send(self, state):
        return True
    def boost(self):
        pass
"""
OF_FAN: dict[str, Any] = {
    "config_name": "fan",
    "class_name": "Fan",
    "display_name": "Fan",
    "config_template": {
        "_type": "fan",
        "nickname": "",
        "default_rule": "",
        "schedule": {},
        "pin": "",
        "floor": "",
    },
    "params": {
        "pin": {"type": "pwm_pin"},
        "floor": {"type": "int", "min": 0, "max": 100, "default": 20},
    },
    "commands": {"boost": "Full speed"},
    "rule_prompt": "int_range",
    "rule_limits": [0, 100],
}


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("pin, floor", "pin, *, floor", ""),
        ("(Device)", "(devices.Device)", ""),
        ("(Device)", "(Fan)", "class_name: Fan in fan.py does not come from Device"),
        ("commands =", "commands: tuple =", ""),
        (", floor: int = 20", "", "params.floor: Fan in fan.py does not take it"),
        ("= 20", "= 20, top=5", "params.top: is missing; Fan in fan.py takes it"),
        ("= 20", "= 30", "params.floor.default: is 20, in Fan in fan.py 30"),
        ("= 20", "= _TOP", "params.floor.default: Fan in fan.py has _TOP: no plain value"),
        ("def __init__", "def begin", "params.pin: Fan in fan.py does not take it"),
        ('("boost",)', "()", "commands.boost: is not in Fan in fan.py"),
        ('("boost",)', '("boost", "rest")', "commands.rest: is only in Fan in fan.py"),
        ('("boost",)', "MORE + ()", "commands: Fan in fan.py has commands that are not a list of"),
        ("def boost", "def boast", "commands.boost: Fan in fan.py has no method of that name"),
        ("def send", "def sent", "class_name: Fan in fan.py has no method send"),
        ("def boost", "def trigger", "triggerable: Fan in fan.py has a method trigger"),
        ("(Device)", "(Sensor)", "class_name: Fan in fan.py does not come from Device"),
        ("class Fan", "class Van", "class_name: fan.json: no file beside it has a class Fan"),
        ("class Fan", "class Fan Fan", "class_name: "),
        ("\n\n", "\nfrom drivers import blower\n\n", "class_name: fan.py imports drivers.blower"),
        ("\n\n", "\nimport tepal.core.fans\n\n", "class_name: fan.py imports tepal.core.fans"),
        ("\n\n", "\nfrom drivers.fan import Fan\n\n", "class_name: fan.py imports drivers.fan,"),
        ("\n\n", "\nfrom drivers import pwm\nfrom tepal.core import storage\n\n", ""),
    ],
)
def test_a_class_that_drifts_from_its_metadata_is_caught(
    old: str, new: str, fault: str, tmp_path: Path
):
    (tmp_path / "fan.py").write_text(FAN.replace(old, new, 1))

    found = device_contract.faults(tmp_path / "fan.json", OF_FAN)

    said = [f"{place}: {what}" for place, what in found]
    assert any(one.startswith(fault) for one in said) if fault else said == [], said


@pytest.mark.parametrize(
    ("place", "value", "fault"),
    [
        ("params.floor", None, ": config_template.floor is no parameter"),
        ("params.tip", {"type": "bool", "default": True}, "params.tip: Fan in fan.py does not"),
        ("params.floor.default", None, "params.floor.default: is missing; in Fan in fan.py"),
        ("params.floor.default", 200, "params.floor: "),
        ("params.floor.max", 10, "params.floor: "),
        ("params.floor.type", "text", "params.floor: "),
        ("commands.boost", None, "commands.boost: is only in Fan in fan.py"),
        ("commands.rest", "Rest", "commands.rest: is not in Fan in fan.py"),
        ("class_name", "Van", "class_name: fan.json: no file beside it has a class Van"),
        ("triggerable", True, "class_name: Fan in fan.py does not come from Sensor"),
        ("rule_limits", [100, 0], ": "),
        ("rule_prompt", "slider", "rule_prompt: "),
        ("config_template.pin", None, ": params.pin has no default and is not in config_template"),
        ("config_template.tip", "", ": config_template.tip is no parameter"),
    ],
)
def test_metadata_that_drifts_from_its_class_is_caught(
    place: str, value: object, fault: str, tmp_path: Path
):
    (tmp_path / "fan.py").write_text(FAN)
    data = json.loads(json.dumps(OF_FAN))
    *way, last = place.split(".")
    inner = data
    for step in way:
        inner = inner[step]
    if value is None:
        del inner[last]
    else:
        inner[last] = value

    found = device_contract.faults(tmp_path / "fan.json", data)

    said = [f"{where}: {what.removeprefix('Value error, ')}" for where, what in found]
    assert any(one.startswith(fault) for one in said), said


@pytest.mark.parametrize("found", ALL, ids=NAMES)
def test_what_a_type_depends_on_is_read_from_its_imports(found: Found):
    assert "dependencies" not in json.loads(found.metadata.read_text())
    chosen = stage.plan(
        sources.device_dir(),
        stage.Selection(
            modules=frozenset(), pin_maps=frozenset(), devices=frozenset({found.module}),
            apps=frozenset(),
        ),
    )  # fmt: skip

    imported = {
        f"drivers/{alias.name}.py"
        for node in ast.walk(ast.parse(found.code.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module == "drivers"
        for alias in node.names
    }
    assert imported <= chosen.keys()
    assert f"devices/{found.module}.py" in chosen


def test_no_type_keeps_a_node_waiting_but_infrared():
    """A key is sent in one go, up to 0.3 s; everything else lets others have their turn."""
    waiting: set[str] = set()
    for folder in ("devices", "drivers"):
        for path in (sources.device_dir() / folder).glob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                name = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
                if name.rpartition(".")[2].startswith("sleep") and not name.startswith("asyncio."):
                    waiting.add(path.stem)

    assert waiting == {"infrared"}


HERE = ("device1", "sensor1")
REAL: dict[str, dict[str, Any]] = {
    "wled": {"ip": "192.0.2.1", "min_rule": 1, "max_rule": 255, "default_rule": 128},
    "http-get": {
        "uri": "http://192.0.2.1:80",
        "on_path": "/on",
        "off_path": "/off",
        "default_rule": "enabled",
    },
    "relay": {"pin": 18, "default_rule": "enabled"},
    "api-target": {"ip": "192.0.2.1", "default_rule": {"on": ["ignore"], "off": ["ignore"]}},
    "desktop": {"ip": "192.0.2.1", "mode": "activity", "default_rule": "enabled"},
    "si7021": {"mode": "heat", "units": "celsius", "tolerance": 1, "default_rule": 21},
    "load-cell": {"pin_data": 19, "pin_clock": 21, "default_rule": 5},
    "pir": {"pin": 16, "default_rule": 5},
}


def configured(kind: str, *, is_sensor: bool, **change: Any) -> dict[str, Any]:
    """A configuration with one instance; a parameter that is None is left out."""
    one: dict[str, Any] = {"_type": kind, "nickname": kind, "schedule": {}, **REAL[kind], **change}
    if is_sensor:
        one.setdefault("targets", [])
    return {HERE[is_sensor]: {key: value for key, value in one.items() if value is not None}}


@pytest.mark.parametrize(
    ("kind", "is_sensor", "change", "place"),
    [
        ("wled", False, {"ip": None}, "ip"),
        ("wled", False, {"ip": "192.0.2.01"}, "ip"),
        ("http-get", False, {"uri": None}, "uri"),
        ("http-get", False, {"uri": "ftp://x"}, "uri"),
        ("relay", False, {"pin": None}, "pin"),
        ("relay", False, {"default_rule": None}, "default_rule"),
        ("relay", False, {"colour": "red"}, "colour"),
        ("api-target", False, {"default_rule": {"on": [], "off": ["ignore"]}}, "default_rule"),
        ("api-target", False, {"default_rule": {"on": ["ignore"]}}, "default_rule"),
        ("api-target", False, {"schedule": {"10:00": {"on": []}}}, "schedule.10:00"),
        ("desktop", True, {"mode": None}, "mode"),
        ("desktop", True, {"mode": "junk"}, "mode"),
        ("si7021", True, {"tolerance": 11}, "tolerance"),
        ("si7021", True, {"default_rule": 90}, "default_rule"),
        ("load-cell", True, {"pin_data": 99, "pin_clock": 99}, "pin_clock"),
        ("load-cell", True, {"default_rule": -1}, "default_rule"),
        ("pir", True, {"default_rule": 9999}, "default_rule"),
        ("pir", True, {"schedule": {"10:00": -5}}, "schedule.10:00"),
        ("pir", True, {"schedule": {"25:99": 5}}, "schedule.25:99"),
        ("pir", True, {"schedule": {"noon": 5}}, "schedule.noon"),
        ("pir", True, {"targets": ["device7"]}, "targets"),
        ("pir", True, {"targets": ["sensor1"]}, "targets"),
        ("pir", True, {"targets": "device1"}, "targets"),
    ],
)
def test_what_the_original_took_although_it_was_wrong_is_named(
    kind: str, is_sensor: bool, change: dict[str, Any], place: str
):
    types = [found.type for found in ALL]
    assert device_type.faults_of_config(configured(kind, is_sensor=is_sensor), types) == []

    found = device_type.faults_of_config(configured(kind, is_sensor=is_sensor, **change), types)

    assert [where for where, _ in found] == [f"{HERE[is_sensor]}.{place}"]


def test_two_sensors_at_one_bus_are_named():
    types = [found.type for found in ALL]
    one = configured("si7021", is_sensor=True)["sensor1"]
    config = {"sensor1": one, "sensor2": {**one, "nickname": "other"}}

    found = device_type.faults_of_config(config, types)

    assert sorted(found) == [
        ("sensor2.pin_clock", "sensor1.pin_clock has pin 22 already"),
        ("sensor2.pin_data", "sensor1.pin_data has pin 21 already"),
    ]


@pytest.mark.parametrize("found", ALL, ids=NAMES)
def test_a_template_that_is_filled_in_is_a_good_instance(found: Found):
    samples = {"host": "192.0.2.1", "url": "http://192.0.2.1", "text": "x", "choice": None}
    given: dict[str, Any] = {"_type": found.type.config_name, "nickname": "X", "schedule": {}}
    for number, (name, param) in enumerate(found.type.params.items()):
        if param.type in params.PINS:
            given[name] = number
        elif param.type == "choice":
            given[name] = list(param.choices or ())[0]  # noqa: RUF015 - the first will do
        elif param.type in ("int", "float"):
            given[name] = param.max if name == "max_rule" else param.min
        elif param.type == "bool":
            given[name] = True
        else:
            given[name] = samples[param.type]
    limits = found.type.rule_limits
    given["default_rule"] = {
        "standard": "enabled",
        "on_off": "on",
        "string": "x",
        "api_target": {"on": ["ignore"], "off": ["ignore"]},
    }.get(found.type.rule_prompt, limits[0] if limits else None)
    config: dict[str, Any] = {"device1": given}
    if found.type.is_sensor:
        config = {"sensor1": {**given, "targets": []}}

    assert device_type.faults_of_config(config, [found.type]) == []


def test_every_type_of_rule_has_a_check():
    for kind in get_args(device_type.Prompt):
        assert rules.check(kind, "Enabled") == "enabled"
        with pytest.raises(TepalError, match="expected"):
            rules.check(kind, None)


def test_a_file_of_the_original_is_read_as_it_is():
    found = device_type.DeviceType.model_validate(LEGACY)

    assert {name: param.type for name, param in found.params.items()} == {
        "ip": "host",
        "min_rule": "int",
        "max_rule": "int",
    }
    assert found.params["max_rule"].max == 255
    assert not found.is_sensor


@pytest.mark.parametrize("prompt", ["int_range", "string"])
def test_prompts_that_the_original_only_promises_work(prompt: str):
    template: dict[str, Any] = {"_type": "fan", "nickname": "", "default_rule": "", "schedule": {}}
    metadata: dict[str, Any] = {
        **LEGACY,
        "config_name": "fan",
        "config_template": template,
        "rule_prompt": prompt,
    }
    found = device_type.DeviceType.model_validate(metadata)
    config: dict[str, Any] = {
        "device1": {"_type": "fan", "nickname": "F", "default_rule": 7, "schedule": {}}
    }

    wrong = device_type.faults_of_config(config, [found])

    assert bool(wrong) == (prompt == "string")


@pytest.mark.parametrize(
    ("change", "places"),
    [
        ({"config_name": "Wled"}, ["config_name"]),
        ({"class_name": "wled", "display_name": ""}, ["class_name", "display_name"]),
        ({"rule_prompt": "slider", "colour": 1}, ["colour", "rule_prompt"]),
        ({"rule_limits": [255, 1], "params": PARAMS}, [""]),
        ({"rule_limits": []}, [""]),
        ({"config_template": {"_type": "x"}}, [""]),
        ({"config_template": 5}, ["config_template"]),
        ({"params": {"ip": {"type": "car"}}}, ["params.ip.type"]),
        ({"params": {"ip": {"type": "int", "min": 5, "max": 1}}}, ["params.ip"]),
        ({"params": {"ip": {"type": "int", "max": 1, "default": 5}}}, ["params.ip"]),
        ({"params": {"ip": {"type": "choice"}}}, ["params.ip"]),
    ],
)
def test_every_fault_of_metadata_is_named(change: dict[str, Any], places: list[str]):
    wrong = device_type.faults({**LEGACY, **change})

    assert sorted(place for place, _ in wrong) == places


def test_a_file_that_is_wrong_is_refused_with_its_name(tmp_path: Path):
    path = tmp_path / "wled.json"
    path.write_text("{")
    with pytest.raises(UmbelError, match=r"wled\.json"):
        device_type.read(path)
    path.write_text(json.dumps({**LEGACY, "config_name": "W", "rule_prompt": "x"}))

    with pytest.raises(UmbelError) as caught:
        device_type.read(path)

    assert len(str(caught.value).splitlines()) == 2
    assert "wled.json: rule_prompt: " in str(caught.value)


def test_a_type_without_its_class_is_refused(tmp_path: Path):
    (tmp_path / "devices").mkdir()
    (tmp_path / "devices" / "wled.json").write_text(json.dumps(LEGACY))

    with pytest.raises(UmbelError, match="no file beside it has a class Wled"):
        device_types.find(tmp_path)

    (tmp_path / "devices" / "lamps.py").write_text("class Wled:\n    pass\n")
    assert device_types.find(tmp_path)[0].module == "lamps"


def test_two_types_of_one_name_are_refused(tmp_path: Path):
    (tmp_path / "devices").mkdir()
    (tmp_path / "devices" / "Wled.py").write_text("class Wled:\n    pass\n")
    for name in ("a.json", "b.json"):
        (tmp_path / "devices" / name).write_text(json.dumps(LEGACY))

    with pytest.raises(UmbelError, match="wled already"):
        device_types.find(tmp_path)


def test_the_table_of_a_node_has_its_types_and_no_others():
    lines = device_types.table(sources.device_dir(), frozenset({"motion"})).decode().splitlines()

    assert [json.loads(line)["config_name"] for line in lines] == ["ld2410", "pir"]
    assert {json.loads(line)["module"] for line in lines} == {"motion"}


def test_the_schema_is_one_and_takes_our_own_files():
    schema = device_type.schema()

    assert schema["$schema"].startswith("https://json-schema.org/")
    assert "params" not in schema["required"]
    for found in ALL:
        keys = json.loads(found.metadata.read_text()).keys()
        assert keys <= schema["properties"].keys()


def test_one_wrong_parameter_hides_no_wrong_rule():
    lamp = {
        "_type": "pwm", "nickname": "Hall", "pin": "4x", "default_rule": "NaN",
        "schedule": {"sunset-99:30": 700, "10:00": "fade/9999/5"},
    }  # fmt: skip
    wled = {"_type": "wled", "nickname": "TV", "ip": "a b", "default_rule": 5, "min_rule": 9,
            "max_rule": 8}  # fmt: skip

    told = device_type.faults_of_config(
        {"device1": lamp, "device2": wled}, [one.type for one in device_types.find()]
    )

    assert [place for place, _ in told] == [
        "device1.pin",
        "device1.default_rule",
        "device1.schedule.10:00",
        "device1.schedule.sunset-99:30",
        "device2.ip",
        "device2.min_rule",
    ]


@pytest.mark.parametrize("digits", ["²", "1²", "١٢"])
def test_signs_that_only_python_takes_for_digits_are_none(digits: str):
    relay = {"_type": "relay", "nickname": "Fan", "pin": digits, "default_rule": "enabled",
             "schedule": {f"10:{digits}": "enabled", f"sunset+{digits}": "enabled"}}  # fmt: skip
    config = {"device1": relay, f"device{digits}": relay}

    taken, _ = smarthome.taken_over(config)
    told = device_type.faults_of_config(taken, [one.type for one in device_types.find()])

    assert {place for place, _ in told} == {
        "device1.pin",
        f"device1.schedule.10:{digits}",
        f"device1.schedule.sunset+{digits}",
        f"device{digits}",
    }
