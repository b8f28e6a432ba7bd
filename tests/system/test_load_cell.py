"""A load cell on a simulated node: what lies on it is the host's to say."""

from __future__ import annotations

import json
from pathlib import Path

from patience import wait_until

BED = {
    "device1": {
        "_type": "relay", "nickname": "Fan", "pin": 18, "default_rule": "enabled", "schedule": {},
    },
    "sensor1": {
        "_type": "load-cell", "nickname": "Bed", "pin_data": 19, "pin_clock": 21,
        "default_rule": 1000, "schedule": {}, "targets": ["device1"],
    },
}  # fmt: skip


def test_somebody_lies_down_and_gets_up(simulate, tmp_path: Path):
    house = simulate()
    (tmp_path / "bed.json").write_text(json.dumps(BED))

    def umbel(*words: str) -> str:
        done = house.umbel(*words)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def bed() -> dict:
        done = house.umbel("shell", "--json", "node01", "bed", "status")
        return json.loads(done.stdout) if done.returncode == 0 else {}

    def fan_is(level: int) -> bool:
        return umbel("board", "node01", "pin", "18") == f"{level}\n"

    umbel("board", "node01", "weight", "19", "21", "-50000")
    source = str(tmp_path / "bed.json")
    umbel(
        "device", "configure", str(tmp_path / "devices.json"), "--from", source, "--to", "node01"
    )
    assert wait_until(lambda: bed().get("load") == 0)  # what lies there at first counts as nothing
    assert fan_is(0)

    umbel("board", "node01", "weight", "19", "21", "-42000")
    assert wait_until(lambda: fan_is(1))
    assert bed()["load"] > 1000
    umbel("shell", "node01", "bed", "tare")
    assert wait_until(lambda: fan_is(0))
    assert wait_until(lambda: bed()["load"] == 0)
    umbel("board", "node01", "weight", "19", "21", str(2**23 - 1))
    assert wait_until(lambda: "beyond its range" in bed()["fault"])
    assert "8388607" in umbel("board", "node01")
