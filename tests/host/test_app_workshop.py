"""What ``umbel app run`` is made of: news of a log, apps beside an app, a watch."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from umbel.apps import beside, template
from umbel.cli._app_workshop import news
from umbel.errors import SimulationError
from umbel.sim import addresses
from umbel.watching import Watch


@pytest.mark.parametrize(
    "before, now, expected",
    [
        ("", "", ""),
        ("", "ab", "ab"),
        ("ab", "ab", ""),
        ("ab", "abc", "c"),
        ("abc", "bcd", "d"),
        ("aa", "aaa", "a"),
        ("ab", "", ""),
        ("ab", "cd", "cd"),  # it was started anew, or has said very much
    ],
)
def test_only_what_is_new_in_a_log_is_shown(before: str, now: str, expected: str):
    assert list(news(list(before), list(now))) == list(expected)


def app(folder: Path, *needs: str) -> Path:
    template.write(folder, folder.name, "MIT")
    path = folder / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "dependencies": list(needs)}))
    return folder


def test_apps_beside_an_app_come_along_if_they_are_needed(tmp_path: Path):
    wall = app(tmp_path / "wall", "panel-0.x.x", "far-1.x.x")
    app(tmp_path / "panel", "lamp-0.x.x")
    app(tmp_path / "lamp")
    app(tmp_path / "other")

    assert [one.name for one in beside.folders(wall)] == ["wall", "panel", "lamp"]
    assert [one.uid for one in beside.packed(wall)] == ["wall", "panel", "lamp"]


def test_apps_that_need_each_other_are_found_once(tmp_path: Path):
    first = app(tmp_path / "first", "second-0.x.x")
    app(tmp_path / "second", "first-0.x.x")

    assert [one.name for one in beside.folders(first)] == ["first", "second"]


async def test_a_change_is_told_until_the_watch_ends(tmp_path: Path):
    watch = Watch()
    watch.follow([tmp_path])
    await asyncio.sleep(0.3)

    (tmp_path / "main.py").write_text("x")
    async with asyncio.timeout(5):
        await watch.changed.wait()

    watch.end()


def test_an_address_that_is_taken_is_passed_over():
    first = addresses.free("127.0.77.1", (0,))

    assert first == "127.0.77.1"
    assert addresses.free("127.0.77.1", (0,), {first}) == "127.0.77.2"
    with pytest.raises(SimulationError, match=r"no address near 127\.0\.77\.1 is free"):
        addresses.free("127.0.77.1", (0,), addresses.from_first("127.0.77.1", 64))
