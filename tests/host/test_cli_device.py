"""``umbel device``: types, and files of what hangs on a node."""

from __future__ import annotations

import builtins
import io
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from patience import PATIENCE

from umbel import cli
from umbel.build import new_device, sources
from umbel.errors import UmbelError
from umbel.model import smarthome

Umbel = Callable[..., tuple[int, str]]
# What a node of micropython-smarthome may have, with the values as text that its tools write.
THEIRS: dict[str, Any] = {
    "metadata": {
        "id": "Bedroom",
        "location": "house",
        "floor": 2,
        "gps": {"lat": "48.2", "lon": "16.4"},
    },
    "schedule_keywords": {"sunrise": "06:00", "sunset": "18:00", "relax": "21:00"},
    "device1": {
        "_type": "dimmer",
        "nickname": "Hall",
        "ip": "192.0.2.10",
        "min_rule": 1,
        "max_rule": 100,
        "default_rule": 60,
        "schedule": {"22:00": "fade/20/600", "sunrise": 80, "relax": 30},
    },
    "device2": {
        "_type": "relay",
        "nickname": "Fan",
        "pin": "18",
        "default_rule": "Enabled",
        "schedule": {"23:00": "Disabled"},
    },
    "device3": {
        "_type": "api-target",
        "nickname": "Other",
        "ip": "192.0.2.15",
        "default_rule": {"on": ["trigger_sensor", "sensor1"], "off": ["ignore"]},
        "schedule": {},
    },
    "sensor1": {
        "_type": "pir",
        "nickname": "Motion",
        "pin": "16",
        "default_rule": 5,
        "schedule": {"22:00": 1},
        "targets": ["device1", "device3"],
    },
    "sensor2": {
        "_type": "dht22",
        "nickname": "Climate",
        "pin": 5,
        "units": "celsius",
        "mode": "heat",
        "tolerance": 0.5,
        "default_rule": 21,
        "schedule": {},
        "targets": ["device2"],
    },
    "ir_blaster": {"pin": "23", "target": ["samsung_tv"]},
}


@pytest.fixture
def umbel(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Umbel:
    """``umbel("device", "list")``: exit code and all that was printed."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> tuple[int, str]:
        printed = io.StringIO()
        with monkeypatch.context() as patch, pytest.raises(SystemExit) as end:
            patch.setattr("sys.argv", ["umbel", "device", *arguments])
            patch.setattr("sys.stdout", printed)
            patch.setattr("sys.stderr", printed)
            cli.main()
        return int(end.value.code or 0), printed.getvalue()

    return run


def test_all_types_are_listed(umbel: Umbel):
    code, printed = umbel("list", "--json")

    assert code == 0
    assert {"relay", "pir", "dummy"} <= {one["config_name"] for one in json.loads(printed)}
    assert "PIR Sensor" in umbel("list")[1]


def test_our_own_types_are_without_fault(umbel: Umbel):
    assert umbel("check") == (0, "")


def test_every_fault_of_a_file_is_told_with_its_place(umbel: Umbel, tmp_path: Path):
    config = json.loads(json.dumps(THEIRS))
    config["device1"]["schedule"]["25:99"] = 5
    config["device2"]["colour"] = "red"
    config["sensor1"]["targets"] = ["device9"]
    (tmp_path / "devices.json").write_text(json.dumps(config))
    (tmp_path / "fan.json").write_text(json.dumps({"config_name": "Fan"}))

    code, printed = umbel("check", "devices.json", "fan.json")

    assert code == 1
    lines = printed.splitlines()
    assert [line.split(": ")[1] for line in lines if line.startswith("devices.json")] == [
        "ir_blaster",
        "device1.schedule.25:99",
        "device2.colour",
        "sensor1.targets",
    ]
    assert "fan.json: class_name: Field required" in lines
    assert lines[-1] == f"error: {len(lines) - 1} faults"


def test_a_file_that_cannot_be_read_is_named(umbel: Umbel, tmp_path: Path):
    (tmp_path / "x.json").write_text("{")

    assert umbel("check", "x.json")[1].startswith("x.json: ")
    assert umbel("check", "gone.json")[0] == 1
    (tmp_path / "deep.json").write_text('{"device1":' * 3000)
    said = umbel("check", "x.json", "deep.json")[1]
    assert said.endswith(
        "deep.json: brackets within brackets, too many of them\nerror: 2 faults\n"
    )


def test_a_configuration_of_the_original_is_taken_over(umbel: Umbel, tmp_path: Path):
    (tmp_path / "config.json").write_text(json.dumps(THEIRS))

    code, printed = umbel("configure", "--from", "config.json")

    assert code == 0, printed
    assert "umbel config NODE set place 48.2,16.4" in printed
    assert "ir_blaster: is device4 now" in printed
    ours = json.loads((tmp_path / "devices.json").read_text())
    assert ours["device2"]["pin"] == 18
    assert ours["device1"] == THEIRS["device1"]
    assert (ours["device4"]["_type"], ours["device4"]["pin"]) == ("ir-blaster", 23)
    assert ours["schedule_keywords"] == {"relax": "21:00"}
    assert smarthome.taken_over(ours) == (ours, [])
    assert umbel("check", "devices.json") == (0, "")


def test_a_configuration_of_an_earlier_version_is_taken_over_too(umbel: Umbel, tmp_path: Path):
    """Numbers were texts, keywords metadata, and some types had other names and fewer choices."""
    lamp = {"schedule": {"08:00": "100", "relax": "35"}, "min_rule": "1", "max_rule": "100"}
    climate: dict[str, Any] = {
        "mode": "cool",
        "tolerance": "3",
        "schedule": {"22:00": "69"},
        "targets": [],
    }
    relay: dict[str, Any] = {"schedule": {}, "default_rule": "disabled"}
    away = {"ip": "192.0.2.1", "default_rule": "enabled", "schedule": {"08:00": "enabled"}}
    theirs: dict[str, Any] = {
        "metadata": {
            "id": "Old",
            "location": "attic",
            "floor": "-1",
            "schedule_keywords": {"sunrise": "06:00", "relax": "21:00"},
        },
        "device1": {
            "_type": "bulb", "nickname": "Lamp", "ip": "192.0.2.9", "default_rule": "75", **lamp,
        },
        "device2": {"_type": "dumb-relay", "nickname": "Fan", "pin": "18", **relay},
        "device3": {"_type": "mosfet", "nickname": "Mist", "pin": "19", **relay},
        "device4": {"_type": "relay", "nickname": "Porch", "ip": "192.0.2.7", **relay},
        "sensor1": {"_type": "desktop", "nickname": "Busy", "targets": ["device1"], **away},
        "sensor2": {"_type": "si7021", "nickname": "Warm", "default_rule": "71", **climate},
    }  # fmt: skip
    (tmp_path / "config.json").write_text(json.dumps(theirs))

    code, printed = umbel("configure", "--from", "config.json")

    assert code == 0, printed
    assert "sensor2.units: is fahrenheit, as it was before there was a choice" in printed
    ours = json.loads((tmp_path / "devices.json").read_text())
    assert ours["schedule_keywords"] == {"relax": "21:00"}
    assert ours["metadata"]["floor"] == -1
    types = [ours[f"device{number}"]["_type"] for number in (1, 2, 3, 4)]
    assert types == ["bulb", "relay", "relay", "tasmota-relay"]
    assert ours["sensor1"]["mode"] == "activity"
    assert smarthome.taken_over(ours) == (ours, [])


def test_what_is_wrong_is_not_written(umbel: Umbel, tmp_path: Path):
    config = {**THEIRS, "device1": {"_type": "relay", "nickname": "X"}}
    (tmp_path / "config.json").write_text(json.dumps(config))

    code, printed = umbel("configure", "--from", "config.json")

    assert code == 1
    assert "device1.pin" in printed
    assert "device1.default_rule" in printed
    assert not (tmp_path / "devices.json").exists()


def test_questions_come_from_metadata_and_wrong_answers_are_asked_again(
    umbel: Umbel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    answers = iter(
        [
            *("toaster", "pwm", "", "Hall", "what?", "4", "", "800", "900", "600"),
            *("25:00", "mon-fri 22:00", "5000", "22:00", "fade/100/60", ""),
            *("desktop", "sensor", "Desk", "192.0.2.300", "192.0.2.4", "all", "screen", ""),
            *("enabled", "", "device1 device9", ""),
        ]
    )

    def answer(question: str) -> str:
        return next(answers)

    monkeypatch.setattr(builtins, "input", answer)

    code, printed = umbel("configure", "mine.json")

    assert code == 0, printed
    assert next(answers, None) is None
    assert json.loads((tmp_path / "mine.json").read_text()) == {
        "device1": {
            "_type": "pwm",
            "nickname": "Hall",
            "pin": 4,
            "min_rule": 0,
            "max_rule": 800,
            "default_rule": 600,
            "schedule": {"22:00": "fade/100/60"},
        },
        "sensor1": {
            "_type": "desktop",
            "nickname": "Desk",
            "ip": "192.0.2.4",
            "mode": "screen",
            "port": 5000,
            "default_rule": "enabled",
            "schedule": {},
            "targets": ["device1"],
        },
    }


@pytest.fixture
def checkout(tmp_path: Path) -> Iterator[Path]:
    """What a new type needs of the repository."""
    root = sources.device_dir().parent
    (tmp_path / "src").symlink_to(root / "src")
    for name in ("device", "tests/device"):
        (tmp_path / name).mkdir(parents=True)
        for path in (root / name).iterdir():
            if path.name != "devices":
                (tmp_path / name / path.name).symlink_to(path)
    (tmp_path / "device" / "devices").mkdir()
    for path in (root / "device" / "devices").iterdir():
        (tmp_path / "device" / "devices" / path.name).symlink_to(path)
    yield tmp_path


@pytest.mark.parametrize("is_sensor", [False, True])
def test_a_new_type_passes_as_it_is(
    checkout: Path, is_sensor: bool, umbel: Umbel, needs: Callable[[str], Path]
):
    micropython = needs("micropython-64")

    files = new_device.create(checkout, "tea-pot", is_sensor=is_sensor)

    assert [path.name for path in files] == ["tea_pot.py", "tea_pot.json", "test_tea_pot.py"]
    assert umbel("check", str(files[1])) == (0, "")
    board = sources.device_dir().parent / "src" / "umbel" / "sim" / "board"
    path = [checkout / "device", board, checkout / "tests" / "device", ".frozen"]
    (checkout / "flash").mkdir()
    done = subprocess.run(
        [
            micropython,
            "-X",
            "heapsize=500k",
            sources.device_dir().parent / "tests" / "run_micropython.py",
            files[2],
        ],
        env={"MICROPYPATH": ":".join(map(str, path))},
        cwd=checkout / "flash",
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert "1 passed" in done.stdout, done.stdout + done.stderr
    ruff = Path(sys.executable).with_name("ruff")
    config = sources.device_dir().parent / "pyproject.toml"
    subprocess.run([ruff, "check", "--config", config, *files[:1]], check=True)


def test_a_new_type_needs_a_name_of_its_own(checkout: Path, umbel: Umbel):
    for name in ("Tea", "tea_pot", "9-tea", "tea--pot", "tä"):
        with pytest.raises(UmbelError, match="is no name"):
            new_device.create(checkout, name)
    new_device.create(checkout, "tea-pot")
    with pytest.raises(UmbelError, match="is there already"):
        new_device.create(checkout, "tea-pot")
    assert umbel("new", "relay")[0] == 1
