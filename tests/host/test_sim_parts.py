"""Parts of a simulation that need no process."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from umbel import runtimes
from umbel.errors import SimulationError
from umbel.runtimes import Runtime
from umbel.sim import lifecycle, runtime, weather
from umbel.sim.console import Console
from umbel.sim.lifecycle import Cause, GiveUp, Start


def test_a_reset_is_followed_by_a_start_at_once():
    assert lifecycle.after(41, ran=1, crashes=3) == Start(cause=Cause.HARD)
    assert lifecycle.after(42, ran=1, crashes=3) == Start(cause=Cause.SOFT)


def test_a_crash_is_followed_by_a_start_after_a_growing_pause():
    pauses: list[float] = []
    crashes = 0
    while isinstance(following := lifecycle.after(1, ran=1, crashes=crashes), Start):
        crashes = following.crashes
        pauses.append(following.pause)

    assert following == GiveUp()
    assert pauses == sorted(pauses)
    assert 2 <= len(pauses) <= 10


def test_who_ran_for_long_is_forgiven():
    assert lifecycle.after(1, ran=3600, crashes=5) == Start(cause=Cause.HARD, pause=0.5, crashes=1)


@given(st.integers(), st.floats(min_value=0), st.integers(min_value=0))
def test_whatever_happens_the_pause_is_bounded(code: int, ran: float, crashes: int):
    following = lifecycle.after(code, ran=ran, crashes=crashes)

    assert following == GiveUp() or (isinstance(following, Start) and following.pause <= 8)


def test_the_console_keeps_the_newest(tmp_path: Path):
    console = Console(tmp_path / "console.log")
    for number in range(30_000):
        console.write(b"line %d, and some more words\n" % number)

    files = sorted(tmp_path.iterdir())
    assert [file.name for file in files] == ["console.log", "console.log.1"]
    assert all(file.stat().st_size < 300_000 for file in files)
    assert files[0].read_text().endswith("line 29999, and some more words\n")
    assert console.newest().splitlines()[-1] == "line 29999, and some more words"


@given(st.integers(0, 100), st.floats(0, 4e9))
def test_the_weather_is_bearable_and_measurable(place: int, moment: float):
    celsius, humidity = weather.at(place, moment)

    assert -10 < celsius < 40
    assert 20 < humidity < 90


def test_the_weather_drifts():
    readings = {weather.at(0, moment) for moment in range(0, 200, 2)}

    assert len(readings) > 50


def test_a_runtime_that_is_not_there_is_refused_with_the_way_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("UMBEL_RUNTIMES", str(tmp_path))

    with pytest.raises(SimulationError) as refusal:
        runtime.choose("micropython")
    assert "umbel.runtimes micropython-64" in (refusal.value.remedy or "")
    assert "umbel.runtimes micropython-64" in runtime.choose("auto").remark
    assert runtime.choose("cpython").remark == ""


def test_an_unknown_runtime_is_refused_with_those_that_are_known():
    with pytest.raises(SimulationError) as refusal:
        runtime.choose("jython")

    assert refusal.value.remedy == "one of auto, micropython, cpython"


def test_a_runtime_that_does_not_start_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    broken = tmp_path / "bin" / "micropython"
    broken.parent.mkdir()
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    known = replace(runtimes.named("micropython-64"), find=lambda: broken)

    def named(key: str) -> Runtime:
        return known

    monkeypatch.setattr("umbel.runtimes.named", named)

    with pytest.raises(SimulationError, match="does not start"):
        runtime.choose("auto")
