"""What a node does by itself: on a clock, after a button, over a cut of its power."""

from __future__ import annotations

import time
from collections.abc import Callable


def wait_until(is_true: Callable[[], bool], seconds: float = 20.0) -> bool:
    deadline = time.monotonic() + seconds
    while not (reached := is_true()) and time.monotonic() < deadline:
        time.sleep(0.1)
    return reached


def configure(simulation, **config: str) -> None:
    for key, value in config.items():
        done = simulation.umbel("config", "node01", "set", key, value)
        assert done.returncode == 0, done.stderr
    simulation.umbel("shell", "node01", "reboot")
    simulation.read_until("shell 9008", times=2)


def test_a_button_and_the_clock_start_commands_also_after_a_power_cut(simulate):
    simulation = simulate("--nodes", "1")
    configure(
        simulation,
        irq1="true",
        irq1_cbf="click: switch toggle; long: switch toggle2",
        cron="true",
        crontasks="*:*:*:*/2!dimmer set_value 100 smooth=False",
        tz="Asia/Tokyo",
    )

    for level in ("1", "0"):
        simulation.umbel("board", "node01", "pin", "4", level)

    def pins() -> dict[str, int]:
        return simulation.json("board", "node01", "read")["pins"]

    assert wait_until(lambda: pins().get("26") == 1)
    assert wait_until(lambda: "33" in simulation.json("board", "node01", "read")["pwm"])
    assert simulation.umbel("board", "node01", "power", "cycle").returncode == 0
    simulation.read_until("shell 9008", times=3)
    assert wait_until(lambda: "33" in simulation.json("board", "node01", "read")["pwm"])
    simulation.umbel("board", "node01", "clock", "+1d")
    tasks = simulation.json("shell", "node01", "task", "list", "--json")
    assert {"cron", "triggers"} <= set(tasks["active"])


def test_an_unknown_zone_is_refused_before_anything_is_sent(house):
    done = house.umbel("config", "node01", "set", "tz", "Europe/Wien")

    assert done.returncode == 1
    assert "no time zone is called Europe/Wien" in done.stderr
    assert "Europe/Vienna" in done.stderr
    assert house.umbel("config", "node01", "get", "tz").stdout == "n/a\n"
