"""The apps of a node over HTTP: what is on its flash, and a node that was built without apps."""

from __future__ import annotations

import json
import re
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import ExitStack, closing
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from patience import PATIENCE, wait_until

from umbel.apps import Source, pack, template
from umbel.build import sources, stage
from umbel.build.compile import write_if_changed
from umbel.release import slot

from . import small_node
from .test_boot import Kept

APPS = Path(__file__).parents[2] / "apps"


class Shelf(Kept):
    """A simulated node with our apps on its flash."""

    def lay(self, *uids: str) -> None:
        for uid in uids:
            for name, content in slot.laid_out(pack(Source.at(APPS / uid))).items():
                write_if_changed(self.flash / "apps" / uid / name, content)

    def get(self, path: str) -> tuple[int, dict[str, str], bytes]:
        """The status, head and body of what the node answers."""
        url = self.simulation.node("node01").url
        try:
            with urllib.request.urlopen(f"{url}{path}", timeout=PATIENCE) as answer:
                return answer.status, dict(answer.headers), answer.read()
        except urllib.error.HTTPError as error:
            return error.code, dict(error.headers), error.read()

    def put(self, path: str, content: bytes) -> tuple[int, str]:
        """The status and code of a problem."""
        url = self.simulation.node("node01").url
        request = urllib.request.Request(f"{url}{path}", content, method="PUT")
        with pytest.raises(urllib.error.HTTPError) as caught:
            urllib.request.urlopen(request, timeout=PATIENCE)
        return caught.value.code, json.loads(caught.value.read())["code"]

    def json(self, path: str) -> tuple[int, Any]:
        status, _, body = self.get(path)
        return status, json.loads(body)


@pytest.fixture
def node(simulate, tmp_path: Path) -> Shelf:
    return Shelf(simulate, tmp_path / "kept", "--open")


def test_the_apps_on_flash_are_listed_with_icons_in_the_language_of_the_node(node: Shelf):
    assert node.json("/api/v1/apps") == (200, {"language": "en_US", "apps": []})

    node.lay("plants", "sunrise", "thermo")
    node.set("language", "de")

    status, answer = node.json("/api/v1/apps")
    assert status == 200
    assert answer["language"] == "de"
    assert [app["uid"] for app in answer["apps"]] == ["plants", "sunrise", "thermo"]
    for app in answer["apps"]:
        said = json.loads((APPS / app["uid"] / "translate" / "de.json").read_text())
        assert (app["title"], app["description"]) == (said["title"], said["description"])
        assert app["state"] == "stopped"
        assert app["launchable"]
        status, head, icon = node.get(app["icon"])
        media = APPS / app["uid"] / "media"
        assert (status, head["content-type"]) == (200, "image/png")
        assert icon == (media / "iconlauncher-64px.png").read_bytes()
        assert (
            node.get(f"{app['icon']}?bw=1")[2] == (media / "iconlauncher-64px_bw.png").read_bytes()
        )


def test_a_pack_that_is_cut_off_anywhere_makes_neither_the_list_nor_the_node_fail(node: Shelf):
    node.lay("plants", "thermo")
    pack_file = node.flash / "apps" / "thermo" / "pack"
    whole = pack_file.read_bytes()

    for size in range(0, len(whole), len(whole) // 15):
        pack_file.write_bytes(whole[:size] + whole[-200:] * (size % 2))
        status, answer = node.json("/api/v1/apps")
        assert status == 200
        plants, thermo = answer["apps"]
        assert "fault" not in plants
        assert thermo["uid"] == "thermo"
        status, _, body = node.get("/api/v1/apps/thermo/icon/64")
        assert status in (404, 500) or body.startswith(b"\x89PNG")
    pack_file.write_bytes(bytes(byte ^ 0x55 for byte in whole[:-3000]) + whole[-3000:])
    assert node.json("/api/v1/apps")[0] == 200
    assert "heartbeat" in node.run("system", "heartbeat")
    assert "Traceback" not in node.console.read_text()


def test_a_node_without_the_part_says_so_and_does_all_else(node: Shelf):
    node.off()
    less = stage.Selection(without=frozenset({"apps"}))
    stage.stage(node.flash, selection=less, web=sources.web_dir())
    node.on()
    node.wait_until_up()

    status, problem = node.json("/api/v1/apps")

    assert (status, problem["code"]) == (404, "not_included")
    assert node.put("/api/v1/apps/plants-1.0.0.zip", bytes(3000)) == (404, "not_included")
    assert node.get("/apps.js")[0] == 404
    assert node.json("/api/v1/devices")[0] == 200
    done = node.simulation.umbel("config", "node01", "set", "language", "de")
    assert re.search("not.included", done.stderr)


def test_a_list_of_twenty_apps_succeeds_the_first_time_after_other_work(
    micropython: Path, needs: Callable[[str], Path], tmp_path: Path, stack: ExitStack
):
    home = tmp_path / "node"
    small_node.start(needs("micropython-32"), home, 1, stack, heap=128, mqtt="n/a")
    uids = [f"app{number:02}" for number in range(20)]
    for uid in uids:
        template.write(tmp_path / uid, uid, "MIT")
        for name, content in slot.laid_out(pack(Source.at(tmp_path / uid))).items():
            write_if_changed(home / "apps" / uid / name, content)
    config = json.loads((home / "config" / "node_config.json").read_text())

    def ask(path: str) -> Any:
        with closing(HTTPConnection("127.0.0.1", config["webport"], timeout=30)) as web:
            web.request("GET", path)
            return json.loads(web.getresponse().read())

    wait_until(lambda: "Wi-Fi" in (home / "console").read_text())
    time.sleep(3)  # the boot leaves memory
    for path in ("api/v1/node", "api/v1/modules", "api/v1/log", "rest/system/heartbeat", "rest"):
        ask(f"/{path}")
    with socket.create_connection(("127.0.0.1", config["socport"]), timeout=30) as shell:
        said = told(shell, "help", "version", "task list", "app list")
    listed = ask("/rest/app/list")

    assert [one["uid"] for one in listed["result"]] == uids
    assert [line.split()[0] for line in said.splitlines() if "stopped" in line] == uids
    assert "out of memory" not in (home / "console").read_text()


def told(shell: socket.socket, *lines: str) -> str:
    """What the shell of node01 answers to the last of some lines; it begins with a prompt."""
    said = ""
    for line in ("", *lines):
        if line:
            shell.sendall(f"{line}\n".encode())
        said = ""
        while not said.endswith("node01 $ "):
            block = shell.recv(4096)
            assert block, f"the node has hung up after {said!r}"
            said += block.decode()
    return said


def test_a_plain_esp32_has_the_memory_for_a_whole_page_with_apps(
    micropython: Path, needs: Callable[[str], Path], tmp_path: Path, stack: ExitStack
):
    home = tmp_path / "node"
    small_node.start(needs("micropython-32"), home, 1, stack, mqtt="n/a")
    for uid in ("plants", "sunrise", "thermo"):
        for name, content in slot.laid_out(pack(Source.at(APPS / uid))).items():
            write_if_changed(home / "apps" / uid / name, content)
    port = json.loads((home / "config" / "node_config.json").read_text())["webport"]
    what = ["login", "node", "modules", "devices", "apps", "log", "tasks", "apps/thermo/icon/64"]

    def answer(path: str) -> int:
        with closing(HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as web:
            web.request("GET", f"/api/v1/{path}")
            found = web.getresponse()
            found.read()
            return found.status

    wait_until(lambda: "Wi-Fi" in (home / "console").read_text())
    time.sleep(3)  # the boot leaves memory
    for _ in range(5):
        assert [answer(path) for path in what] == [200] * len(what)
    assert "out of memory" not in (home / "console").read_text()
