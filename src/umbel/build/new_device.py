"""A new type of device or sensor: class, metadata and test, which pass as they are."""

from __future__ import annotations

import json
from pathlib import Path
from string import Template

from umbel.errors import UmbelError

_DEVICE = Template('''"""$title: what it is, in one sentence."""

from tepal.core.devices import Device


class $class_name(Device):
    """Rules: enabled and disabled. Other kinds: ``rule_prompt`` in $name.json."""

    def __init__(self, pin):
        self._pin = pin

    def send(self, state: bool) -> bool:
        """Switch on, following ``self.current_rule``, or off; False where that fails."""
        self._pin.value(int(state))
        return True
''')
_SENSOR = Template('''"""$title: what it is, in one sentence."""

from tepal.core.devices import Sensor


class $class_name(Sensor):
    """On while its pin is high."""

    def __init__(self, pin):
        self._pin = pin

    def condition_met(self) -> bool:
        """Return True for on, False for off, None for no opinion."""
        return bool(self._pin.value())

    def look(self, now_ms: int) -> bool:
        """Look after an edge of the pin; return whether that was news."""
        return True
''')
_DEVICE_TEST = Template('''"""$title."""

import machine
from device_house import start, stop
from house import run

IT = {"_type": "$config_name", "nickname": "It", "pin": 18, "default_rule": "enabled", "schedule": {}}


async def test_it_switches_its_pin():
    node = await start({"device1": IT})

    await run(node, "it turn_on")
    assert machine.Pin(18).value() == 1
    await run(node, "it turn_off")

    assert machine.Pin(18).value() == 0
    await stop(node)
''')
_SENSOR_TEST = Template('''"""$title."""

import machine
from device_house import start, stop
from house import run, until

LAMP = {"_type": "relay", "nickname": "Lamp", "pin": 18, "default_rule": "enabled", "schedule": {}}
IT = {"_type": "$config_name", "nickname": "It", "pin": 16, "default_rule": "enabled", "schedule": {},
      "targets": ["device1"]}  # fmt: skip


async def test_it_switches_its_target():
    node = await start({"device1": LAMP, "sensor1": IT})

    machine.Pin(16).value(1)
    await until(lambda: machine.Pin(18).value() == 1)
    machine.Pin(16).value(0)
    await until(lambda: machine.Pin(18).value() == 0)

    assert await run(node, "it condition_met") is False
    await stop(node)
''')


def create(root: Path, config_name: str, *, is_sensor: bool = False) -> tuple[Path, ...]:
    """Write the files of a new type into a checkout; returns where they are.

    Raises:
        UmbelError: a file is there already, or the name is none.
    """
    words = config_name.split("-")
    if not all(word.isascii() and word.isalnum() and word.islower() for word in words) or not (
        config_name[0].isalpha()
    ):
        raise UmbelError(f"{config_name!r} is no name: lower case, words joined by -")
    name = "_".join(words)
    texts = {
        "name": name,
        "config_name": config_name,
        "class_name": "".join(word.capitalize() for word in words),
        "title": " ".join(words).capitalize(),
    }
    code = (_SENSOR if is_sensor else _DEVICE).substitute(texts)
    test = (_SENSOR_TEST if is_sensor else _DEVICE_TEST).substitute(texts)
    contents = {
        root / "device" / "devices" / f"{name}.py": code,
        root / "device" / "devices" / f"{name}.json": _metadata(texts, is_sensor=is_sensor),
        root / "tests" / "device" / f"test_{name}.py": test,
    }
    if there := [path for path in contents if path.exists()]:
        raise UmbelError(f"{there[0].relative_to(root)} is there already")
    for path, text in contents.items():
        path.write_text(text)
    return tuple(contents)


def _metadata(texts: dict[str, str], *, is_sensor: bool) -> str:
    pin = {"type": "edge_pin" if is_sensor else "output_pin", "label": "Pin"}
    metadata: dict[str, object] = {
        "config_name": texts["config_name"],
        "class_name": texts["class_name"],
        "display_name": texts["title"],
        "description": f"{texts['title']}: what it is, in one sentence",
        "config_template": {
            "_type": texts["config_name"],
            "nickname": "placeholder",
            "default_rule": "placeholder",
            "schedule": {},
            **({"targets": []} if is_sensor else {}),
            "pin": "placeholder",
        },
        "params": {"pin": pin},
        "rule_prompt": "standard",
        **({"triggerable": False} if is_sensor else {}),
    }
    return json.dumps(metadata, indent=2) + "\n"
