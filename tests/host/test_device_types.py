"""Types of devices: each class and its metadata hold together, and a fault is named with its place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, get_args

import pytest

# A node's code carries no types where inference will do.
# pyright: reportUnknownMemberType=false
from tepal.formats import params, rules
from tepal.formats.errors import TepalError
from umbel.build import device_contract, device_types, sources
from umbel.build.device_types import Found
from umbel.errors import UmbelError
from umbel.model import device_type

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
