"""What a node does by itself: on a clock, after a button, over a cut of its power."""

from __future__ import annotations

from patience import wait_until

TRIES = 10
ONE_TRY = 5.0  # seconds; a click is a command at once


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

    assert any(clicks(simulation) for _ in range(TRIES))
    assert wait_until(lambda: "33" in simulation.json("board", "node01", "read")["pwm"])
    assert simulation.umbel("board", "node01", "power", "cycle").returncode == 0
    simulation.read_until("shell 9008", times=3)
    assert wait_until(lambda: "33" in simulation.json("board", "node01", "read")["pwm"])
    simulation.umbel("board", "node01", "clock", "+1d")
    tasks = simulation.json("shell", "node01", "task", "list", "--json")
    assert {"cron", "triggers"} <= set(tasks["active"])


def clicks(simulation) -> bool:
    """Whether a press switched the lamp on; one that this machine drew out is no click."""
    for level in ("1", "0"):
        simulation.umbel("board", "node01", "pin", "4", level)
    return wait_until(
        lambda: simulation.json("board", "node01", "read")["pins"].get("26") == 1, ONE_TRY
    )


def test_an_unknown_zone_is_refused_before_anything_is_sent(house):
    done = house.umbel("config", "node01", "set", "tz", "Europe/Wien")

    assert done.returncode == 1
    assert "no time zone is called Europe/Wien" in done.stderr
    assert "Europe/Vienna" in done.stderr
    assert house.umbel("config", "node01", "get", "tz").stdout == "n/a\n"
