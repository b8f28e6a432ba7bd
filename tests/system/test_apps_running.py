"""Apps at work on a node: started, stopped, looked after when they fail; nothing of them takes it down."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from umbel.apps import Source, pack, template
from umbel.build.compile import write_if_changed
from umbel.release import slot

from .conftest import wait_until
from .test_boot import Kept

APPS = Path(__file__).parents[2] / "apps"
WAIT = """
import asyncio


async def main(app):
    app.info("here, %s" % app.settings["seconds"])
    print("printed", 1)
    try:
        await asyncio.Event().wait()
    finally:
        app.info("bye")
"""


class Shelf(Kept):
    """A simulated node with apps on its flash."""

    def lay(self, source: Source, uid: str, folder: str = "") -> None:
        """Lay an app out as a node does that has installed it."""
        target = self.flash / "apps" / uid / folder
        for name, content in slot.laid_out(pack(source)).items():
            write_if_changed(target / name, content)

    def app(self, *words: str) -> Any:
        """What a command ``app`` answers to a program."""
        answer = self.request(cmd=" ".join(["app", *words]))
        return answer

    def status(self, uid: str) -> dict[str, Any]:
        return self.app("info", uid)["status"]

    def becomes(self, uid: str, state: str) -> dict[str, Any]:
        """How an app is, as soon as it is so."""
        assert wait_until(lambda: self.status(uid)["state"] == state), self.status(uid)
        return self.status(uid)

    def log(self, uid: str) -> str:
        return "\n".join(self.app("log", uid))


@pytest.fixture
def node(simulate, tmp_path: Path) -> Shelf:
    return Shelf(simulate, tmp_path / "kept")


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Source]:
    """Write the source of an app: ``write("garden", "1.0.0", {"main.py": …}, dependencies=[…])``."""

    def written(
        uid: str, version: str, files: Mapping[str, str], **fields: object
    ) -> Source:
        folder = tmp_path / "sources" / version / uid
        template.write(folder, "Title", "MIT")
        (folder / "setup" / "install.py").unlink()
        path = folder / "config.json"
        said = {**json.loads(path.read_text()), "version": version, **fields}
        for name, content in {**files, "config.json": json.dumps(said)}.items():
            write_if_changed(folder / name, content.encode())
        return Source.at(folder)

    return written


def test_an_app_is_started_looked_at_and_stopped_and_a_boot_starts_it_again(node, write):
    node.lay(write("garden", "1.0.0", {"main.py": WAIT}), "garden")

    assert node.app("list") == [
        {"uid": "garden", "version": "1.0.0", "title": "Title", "state": "stopped"}
    ]
    assert node.app("start", "garden") == "Started garden"
    running = node.becomes("garden", "running")
    assert running["heap"] > 0
    assert running["restarts"] == 0
    assert "here, 60" in node.log("garden")
    assert "printed 1" in node.log("garden")
    assert "app.garden" in node.run("task", "list")
    node.restart()
    node.becomes("garden", "running")
    assert node.app("stop", "garden") == "Stopped garden"
    assert node.status("garden")["state"] == "stopped"
    node.printed("garden: bye")
    node.restart()
    assert node.status("garden")["state"] == "stopped"
