"""Bad days of a node: what it survives, and what it says of them afterwards."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import signal
import zlib
from pathlib import Path
from typing import Any

import pytest
from patience import PATIENCE, wait_until

from umbel.errors import LinkError
from umbel.link import shell

BOOTS = 5  # in a row that were not good, before a node is careful
HANG = "def forever():\n    while True:\n        pass\n"
WAIT = "import asyncio\n\nasync def forever():\n    await asyncio.Event().wait()\n"
EAT = "kept = []\n\ndef all():\n    while True:\n        kept.append(bytes(500))\n"


class Kept:
    """One simulated node whose flash we can reach."""

    def __init__(self, simulate, folder: Path, *arguments: str) -> None:
        self.simulation = simulate("--dir", str(folder), *arguments)
        self.flash = folder / "node01" / "flash"
        self.console = folder / "node01" / "console.log"

    @property
    def pid(self) -> int | None:
        return self.simulation.boards()["node01"]["pid"]

    def printed(self, text: str, times: int = 1) -> str:
        """What is on the console, as soon as it contains ``text`` so many times."""
        assert wait_until(lambda: self.console.read_text().count(text) >= times), (
            text + " was not printed, but:\n" + self.console.read_text()
        )
        return self.console.read_text()

    def write(self, name: str, content: str | bytes) -> None:
        path = self.flash / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)

    def read(self, name: str) -> dict[str, Any]:
        return json.loads((self.flash / name).read_text())

    def off(self) -> None:
        self.simulation.umbel("board", "node01", "power", "off")
        assert wait_until(lambda: self.pid is None)

    def on(self) -> None:
        self.simulation.umbel("board", "node01", "power", "on")

    def restart(self) -> None:
        """Switch off and on, and wait until it is up."""
        self.off()
        self.on()
        self.wait_until_up()

    def wait_until_up(self) -> None:
        assert wait_until(lambda: self.simulation.boards()["node01"]["up"])

    def reboot(self, *words: str) -> None:
        """Ask for a restart, and wait for its end."""
        before = self.pid
        self.run("reboot", *words)
        assert wait_until(lambda: self.pid not in (before, None))
        self.wait_until_up()

    def set(self, key: str, value: str) -> None:
        done = self.simulation.umbel("config", "node01", "set", key, value)
        assert done.returncode == 0, done.stderr

    def run(self, *words: str, **env: str) -> str:
        done = self.simulation.umbel("shell", "node01", *words, **env)
        return done.stdout or done.stderr

    def request(self, within: float = PATIENCE, **request: object) -> Any:
        """What the node answers to a program."""

        async def asked() -> object:
            async with shell.connect(self.simulation.node("node01")) as session:
                return await session.request(request, within=within)

        return asyncio.run(asked())

    def about(self) -> dict[str, Any]:
        return self.request(about=True)


@pytest.fixture
def kept(simulate, tmp_path: Path) -> Kept:
    return Kept(simulate, tmp_path / "kept")


# --- crashes


def test_a_node_that_was_killed_says_what_it_did_last(kept):
    kept.run("system", "heartbeat")
    before = kept.pid
    os.kill(before, signal.SIGKILL)
    assert wait_until(lambda: kept.pid not in (before, None))
    kept.wait_until_up()

    crash = {"reason": "reset", "detail": "the last command was system heartbeat"}
    assert kept.about()["crash"] == crash
    assert "the last command was system heartbeat" in kept.run("system", "alarms")
    assert "reset: the last command was system heartbeat" in kept.run("system", "info")
    kept.run("system", "crash", "clear=True")
    assert kept.about()["crash"] is None


def test_a_dead_loop_ends_by_the_watchdog_which_says_where(kept):
    kept.write("modules/LM_hang.py", HANG)
    with pytest.raises(LinkError):
        kept.request(cmd="hang forever", within=0.3)

    kept.printed("run before ended by watchdog: the last command was hang forever")
    kept.wait_until_up()

    about = kept.about()
    assert about["reset_cause"] == "WDT"
    assert about["crash"]["reason"] == "watchdog"
    assert about["safe_mode"] is False


def test_a_loss_of_power_and_a_reboot_are_no_crash(kept):
    kept.run("system", "heartbeat")
    kept.restart()
    kept.reboot()

    assert kept.about()["crash"] is None


def test_a_boot_that_fails_is_tried_again_and_tells_why(kept):
    pack = kept.flash / "sys" / "a" / "pack"
    whole = pack.read_bytes()
    known_as = zlib.crc32(b"tepal/services/http.mpy").to_bytes(4, "little")
    kept.off()
    pack.write_bytes(whole.replace(known_as, bytes(4)))
    kept.on()
    kept.printed("ImportError")
    pack.write_bytes(whole)
    kept.wait_until_up()

    crash = kept.about()["crash"]
    assert crash["reason"] == "exception"
    assert crash["detail"].startswith("ImportError:")
    assert " at boot (File" in crash["detail"]


# --- boot hooks


def test_a_hook_that_never_ends_holds_up_nobody(kept):
    kept.write("modules/LM_wait.py", WAIT)
    kept.set("boothook", "#rgb color 1 2 3; wait forever; system heartbeat")

    kept.restart()

    assert re.search("active:.*boothook", kept.run("task", "list"))
    assert kept.about()["safe_mode"] is False


def test_a_hook_that_raises_is_told_and_the_others_run(kept):
    kept.set("boothook", "nothing here; system notify ready")

    kept.restart()

    kept.printed("boothook: nothing here: unknown module: nothing")
    kept.printed("notify: ready")
    assert kept.about()["crash"] is None


def test_a_hook_that_eats_all_memory_leaves_the_node_within_reach(kept):
    kept.write("modules/LM_eat.py", EAT)
    kept.set("boothook", "eat all")
    kept.off()
    kept.on()

    kept.printed("MemoryError")

    assert wait_until(lambda: "mode" in kept.run("system", "info"))


def test_a_hook_that_blocks_for_ever_ends_in_safe_mode_without_it(kept):
    kept.write("modules/LM_hang.py", HANG)
    shutil.copy(
        kept.flash / "config/node_config.json", kept.flash / "config/node_config.json.good"
    )
    kept.set("boothook", "hang forever")
    for number in range(2, BOOTS + 1):  # the one in which the hook was set was the first
        kept.off()
        kept.on()
        assert wait_until(lambda: kept.read("data/.boot").get("boots") == number)  # noqa: B023
    kept.off()
    kept.on()
    kept.wait_until_up()

    assert kept.about()["safe_mode"] is True
    console = kept.printed("safe mode, as 5 boots in a row were not good")
    assert "configuration of the last good boot is back; set aside: boothook" in console
    assert kept.read("config/node_config.json.tried")["boothook"] == "hang forever"
    assert kept.run("hang", "forever").startswith("error: node01: unknown module")
    assert "safe" in kept.run("system", "info")

    kept.reboot()
    assert kept.about()["safe_mode"] is False


def test_safe_mode_can_be_asked_for(kept):
    kept.write("user_main.py", "def user_main():\n    print('MINE RUNS')\n")
    kept.set("boothook", "system notify hooked")

    kept.reboot("safe")

    assert kept.about()["safe_mode"] is True
    for text in ("MINE RUNS", "hooked"):
        assert text not in kept.console.read_text()
    kept.reboot()
    kept.printed("MINE RUNS")
    kept.printed("notify: hooked")


# --- damage


def test_a_node_whose_files_are_all_damaged_comes_up_and_says_so(kept):
    kept.run("system", "heartbeat")
    kept.off()
    for path in [*kept.flash.glob("config/*"), *kept.flash.glob("secrets*")]:
        path.write_bytes(b"\xff\x00 damaged {")
    for name in ("data/.boot", "logs/err.sys.log", "logs/warn.sys.log", "settings.json"):
        kept.write(name, b"\xff\xfe damaged {")
    kept.write("provision.json", '{"devfid": ')
    kept.on()
    kept.wait_until_up()

    console = kept.printed("The admin password of node01 is")
    password = re.findall(r"The admin password of node01 is (\w+)", console)[-1]
    about = kept.simulation.umbel(
        "shell", "--json", "node01", "system", "info", UMBEL_PASSWORD=password
    )
    assert about.returncode == 0, about.stderr
    told = kept.run("system", "alarms", UMBEL_PASSWORD=password)
    kept.printed("data/.boot: JSON")
    for expected in (
        "config: config/node_config.json: JSON",
        "secrets: not sealed by this board, or damaged",
        "provision.json: one JSON object",
        "settings.json: JSON",
    ):
        assert expected in told
    assert (kept.flash / "config/node_config.json.bad").exists()
    assert (kept.flash / "provision.json").exists()


def test_a_new_identity_is_taken_in_once(kept):
    kept.off()
    wanted = {"devfid": "loft", "wlan.ssid": "umbel-sim", "appwd": "seven-dry-leaves"}
    kept.write("provision.json", json.dumps(wanted))
    kept.on()
    kept.printed("loft 0.1.0, reset cause")
    kept.wait_until_up()

    assert not (kept.flash / "provision.json").exists()
    done = kept.simulation.umbel("shell", "loft", "hello", UMBEL_PASSWORD="seven-dry-leaves")
    assert done.stdout.startswith("hello:loft:")


# --- programs and consoles


def test_a_program_of_the_user_starts_again_when_it_fails(kept):
    kept.write(
        "user_main.py",
        "import asyncio\n\nasync def user_main():\n"
        "    await asyncio.sleep_ms(10)\n    print(node.name, 'RUNS')\n    raise ValueError('odd')\n",
    )

    kept.restart()

    console = kept.printed("node01 RUNS", times=2)
    assert "[ERR] user_main.py: ValueError: odd (File" in console
    assert "user_main starts again in 1 s" in console


def test_a_program_that_misses_something_is_told_plainly(kept):
    kept.write("user_main.py", "import nowhere\n")
    kept.restart()
    kept.printed("[ERR] user_main.py: ImportError: no module named 'nowhere'")

    kept.write("user_main.py", "def main():\n    pass\n")
    kept.printed("user_main.py has no function user_main()")


def test_the_serial_console_is_a_shell_where_that_is_wanted(kept):
    kept.simulation.umbel("board", "node01", "type", "system heartbeat")
    kept.set("console", "True")

    kept.restart()
    kept.simulation.umbel("board", "node01", "type", "system heartbeat")
    kept.printed("system heartbeat\n<3 heartbeat\n")
    kept.simulation.umbel("board", "node01", "type", "conf")
    kept.simulation.umbel("board", "node01", "type", "devfid")
    kept.printed("devfid\nnode01\n")


def test_webrepl_is_refused_without_a_password_and_where_there_is_none(kept):
    assert "replpwd: 4 to 9 characters expected; set it first" in kept.run("webrepl")
    kept.simulation.umbel("config", "node01", "set", "replpwd", typed="hunter2\n")

    for words in (("webrepl",), ("webrepl", "update")):
        assert "this firmware has no WebREPL" in kept.run(*words)
    assert kept.about()["safe_mode"] is False
