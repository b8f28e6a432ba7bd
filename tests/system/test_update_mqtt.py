"""Nodes update from a real broker: what mpy-blox publishes, and what we do."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest
from patience import PATIENCE, wait_until

from umbel.apps import template

from . import small_node, wheels
from .conftest import UMBEL
from .mosquitto import MARK, Mosquitto, Watcher, Wire

HEAP = 128  # KB; with 110 the largest piece that is free is too small to load code
FAN = {"fan_club/__init__.py": b"LEVEL = 1\n" * 300, "fan_club/blade.py": b"BLADES = 3\n"}
PROGRAM = b"import fan_club\n\nasync def user_main():\n    print('level', fan_club.LEVEL)\n"
BROKEN = b"import nothing_of_that_name\n"
WAIT = str(round(PATIENCE))


class Updated:
    """A simulated node that follows the channel ``beta`` of a broker."""

    def __init__(self, simulation, broker: Mosquitto, watch: Callable[..., Watcher], home: Path):
        self.simulation = simulation
        self.broker = broker
        self.watch = watch
        self.flash = next(home.glob("**/config")).parent

    def follow(self, port: int | None = None, **config: str) -> str:
        """Let it follow the channel; return its id."""
        wanted = {
            "mqtt": f"127.0.0.1:{port or self.broker.port}",
            "update_channel": "beta",
            "update_trial": "1",
            **config,
        }
        for key, value in wanted.items():
            done = self.simulation.umbel("config", "node01", "set", key, value)
            assert done.returncode == 0, done.stderr
        watcher = self.watch(self.broker, "mpypi/nodes/+/info")
        assert self.simulation.umbel("shell", "node01", "reboot").returncode == 0
        assert wait_until(lambda: any("mpypi" in line for line in watcher.peek()))
        return watcher.lines[0].split(" ")[2].split("/")[2]

    def publish(self, *arguments: str, code: int = 0) -> str:
        port = f"127.0.0.1:{self.broker.port}"
        done = self.simulation.umbel("publish", *arguments, "--broker", port)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout

    def read(self, path: str) -> bytes | None:
        file = self.flash / path
        return file.read_bytes() if file.is_file() else None


@pytest.fixture
def updated(simulate, broker: Mosquitto, watch, tmp_path: Path) -> Updated:
    home = tmp_path / "house"
    return Updated(simulate("--dir", str(home)), broker, watch, home)


def test_a_wheel_and_a_program_come_as_one_and_are_confirmed(updated: Updated, tmp_path: Path):
    node = updated.follow()
    wheel = wheels.make(tmp_path, FAN)
    (tmp_path / "main.py").write_bytes(PROGRAM)

    said = updated.publish(
        str(wheel), "--src", f"{tmp_path}/main.py=user_main.py", "--node", "node01", "--wait", WAIT
    )

    assert said.splitlines()[-1] == f"{node}: confirmed"
    assert updated.read("user_main.py") == PROGRAM
    assert updated.read("lib/fan_club/__init__.py") == FAN["fan_club/__init__.py"]
    info = updated.watch(updated.broker, f"mpypi/nodes/{node}/info").wait_for(
        f"mpypi/nodes/{node}/info"
    )
    assert json.loads(info)["versions"] == {"fan-club": "1.0"}
    again = updated.publish(str(wheel), "--node", node, "--wait", WAIT)
    assert again.splitlines()[-1] == f"{node}: current"


def test_apps_come_for_a_node_and_by_the_channel(updated: Updated, tmp_path: Path):
    node = updated.follow(update_auto="True")
    for uid in ("lamp", "garden"):
        template.write(tmp_path / uid, uid.capitalize(), "MIT")

    said = updated.publish("--app", str(tmp_path / "lamp"), "--node", "node01", "--wait", WAIT)

    assert said.splitlines()[-1] == f"{node}: confirmed"
    (app,) = updated.simulation.json("app", "list", "--node", "node01")
    assert (app["app"], app["version"], app["state"]) == ("lamp", "0.1.0", "stopped")
    again = updated.publish("--app", str(tmp_path / "lamp"), "--node", "node01", "--wait", WAIT)
    assert again.splitlines()[-1] == f"{node}: current"
    refused = updated.publish(
        "--app", str(tmp_path / "garden"), "--channel", "beta", "--wait", WAIT, code=1
    )
    assert f"{node}: failed: release unsigned" in refused


def test_an_upgrade_comes_by_the_channel_and_one_that_breaks_the_program_goes_back(
    updated: Updated, tmp_path: Path
):
    node = updated.follow(update_auto="true", update_trial="10")
    (tmp_path / "main.py").write_bytes(PROGRAM)
    (tmp_path / "broken.py").write_bytes(BROKEN)
    source = f"{tmp_path}/main.py=user_main.py"
    updated.publish(
        str(wheels.make(tmp_path, FAN)), "--src", source, "--channel", "beta", "--wait", WAIT
    )
    assert updated.read("user_main.py") == PROGRAM

    said = updated.publish(
        str(wheels.make(tmp_path, {"fan_club.py": b"LEVEL = 2\n"}, version="1.1")),
        "--src",
        f"{tmp_path}/broken.py=user_main.py",
        "--channel",
        "beta",
        "--wait",
        WAIT,
        code=1,
    )

    assert f"{node}: rolled back: user_main.py: ImportError" in said
    assert updated.read("user_main.py") == PROGRAM
    assert updated.read("lib/fan_club/blade.py") == FAN["fan_club/blade.py"]
    assert updated.read("lib/fan_club.py") is None
    # The list is still at the channel, and is not tried again by itself.
    updated.simulation.umbel("shell", "node01", "reboot")
    time.sleep(3)
    assert updated.read("lib/fan_club.py") is None


def test_what_the_publisher_of_mpy_blox_has_sent_is_understood(updated: Updated, tmp_path: Path):
    """Its messages as captured: retained packages, then a command that is not."""
    node = updated.follow(update_trust_topic="true")
    wheel = wheels.make(tmp_path, FAN, name="mpy_blox", version="0.6.0")
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    captured = (
        f'[{{"name": "mpy-blox", "version": "0.6.0dev", "type": "wheel", "pkg_sha256": "{digest}"}}, '
        f'{{"path": "user_main.py", "type": "src", "pkg_sha256": "{digest}"}}]'
    )
    five = ("-V", "5", "-D", "publish", "message-expiry-interval", "86400")

    updated.broker.publish(f"mpypi/packages/wheel/{digest}", wheel.read_bytes(), "-r", *five)
    updated.broker.publish(f"mpypi/packages/src/user_main.py/{digest}", PROGRAM, "-r", *five)
    updated.broker.publish(f"mpypi/nodes/{node}/cmd", captured, "-V", "5")

    watcher = updated.watch(updated.broker, f"mpypi/nodes/{node}/status")
    watcher.wait_for(f"mpypi/nodes/{node}/status", '"confirmed"')
    assert updated.read("user_main.py") == PROGRAM
    updated.broker.publish(f"mpypi/nodes/{node}/cmd", captured, "-V", "5")
    watcher.wait_for(f"mpypi/nodes/{node}/status", '"current"')  # and not for ever again


def test_a_node_of_mpy_blox_gets_what_it_expects(updated: Updated, tmp_path: Path):
    """It subscribes with QoS 0 to its command, then to each package that the list names."""
    wheel = wheels.make(tmp_path, FAN)
    (tmp_path / "main.py").write_bytes(PROGRAM)
    command = updated.watch(updated.broker, "mpypi/nodes/esp32-840d8ed29760/cmd", "-q", "0")

    source = f"{tmp_path}/main.py=user_main.py"
    options = ("--node", "esp32-840d8ed29760", "--seed-topics", "--as-is")
    updated.publish(str(wheel), "--src", source, *options)

    items = json.loads(command.wait_for("mpypi/nodes/esp32-840d8ed29760/cmd"))
    assert items == [
        {
            "name": "fan-club",
            "version": "1.0",
            "type": "wheel",
            "pkg_sha256": hashlib.sha256(wheel.read_bytes()).hexdigest(),
        },
        {
            "path": "user_main.py",
            "type": "src",
            "pkg_sha256": hashlib.sha256(PROGRAM).hexdigest(),
        },
    ]
    for topic in (
        f"mpypi/packages/src/user_main.py/{items[1]['pkg_sha256']}",
        "mypypi/packages/user_main.py",
    ):
        kept = updated.watch(updated.broker, topic, "-q", "0", "-F", f"{MARK}%r %q %t %x")
        assert bytes.fromhex(kept.wait_for(topic)) == PROGRAM


def test_a_damaged_wheel_changes_nothing(updated: Updated, tmp_path: Path):
    node = updated.follow()
    for number, (content, reason) in enumerate(
        (
            ({"../main.py": b"x"}, "update path"),
            ({"json.py": b"x"}, "update protected"),
        )
    ):
        folder = tmp_path / str(number)
        folder.mkdir()
        wheel = wheels.make(folder, content)
        said = updated.publish(str(wheel), "--node", node, "--wait", WAIT, code=1)
        assert reason in said
    wheel = wheels.make(tmp_path, FAN, tag="mpy6-bytecode-rp9")
    assert "not for this node" in updated.publish(
        str(wheel), "--node", node, "--wait", WAIT, code=1
    )
    assert updated.read("lib") is None
    assert not list((updated.flash / "update").glob("*.new"))


def test_a_broker_that_dies_in_the_middle_is_waited_for(
    updated: Updated, tmp_path: Path, stack: ExitStack
):
    wire = Wire(updated.broker)
    stack.callback(wire.end)
    node = updated.follow(wire.port)
    data = bytes(range(256)) * 1200
    (tmp_path / "data.bin").write_bytes(data)
    wire.slow = 0.1
    command = (f"{tmp_path}/data.bin=data.bin", "--node", node)
    updated.publish("--src", *command)
    time.sleep(0.5)
    updated.broker.end(signal.SIGKILL)
    wire.cut()
    wire.slow = 0.0
    time.sleep(0.5)

    updated.broker.start()
    wire.mend()

    # What it had kept is gone with it; the publisher comes once more.
    watcher = updated.watch(updated.broker, "mpypi/nodes/#")
    watcher.wait_for(f"mpypi/nodes/{node}/status")
    updated.publish("--src", *command)
    watcher.wait_for(f"mpypi/nodes/{node}/status", '"confirmed"')
    assert updated.read("data.bin") == data


def test_lists_must_be_signed_where_that_is_wanted(updated: Updated, tmp_path: Path):
    node = updated.follow(update_strict="all")
    (tmp_path / "main.py").write_bytes(PROGRAM.replace(b"import fan_club", b""))
    source = f"{tmp_path}/main.py=user_main.py"
    digest = hashlib.sha256((tmp_path / "main.py").read_bytes()).hexdigest()
    unsigned = [{"path": "user_main.py", "type": "src", "pkg_sha256": digest}]
    watcher = updated.watch(updated.broker, f"mpypi/nodes/{node}/status")

    updated.broker.publish(f"mpypi/nodes/{node}/cmd", json.dumps(unsigned))
    assert "release unsigned" in watcher.wait_for(f"mpypi/nodes/{node}/status", '"refused"')

    spy = updated.watch(updated.broker, f"mpypi/nodes/{node}/cmd")
    updated.publish("--src", source, "--node", "node01", "--wait", WAIT)
    captured = spy.wait_for(f"mpypi/nodes/{node}/cmd")
    forged = captured.replace("user_main.py", "other_main.py", 1)
    updated.broker.publish(f"mpypi/nodes/{node}/cmd", forged)
    assert "release signature" in watcher.wait_for(f"mpypi/nodes/{node}/status", '"refused"')
    updated.broker.publish("mpypi/channels/beta", captured)
    time.sleep(1)
    assert updated.read("other_main.py") is None


def test_a_release_comes_over_a_broker_too(updated: Updated, tmp_path: Path):
    node = updated.follow()
    release = tmp_path / "release.zip"
    built = updated.simulation.umbel(
        "release", "build", "--out", str(release), "--version", "9.9.9", "--module", "rgb"
    )
    assert built.returncode == 0, built.stderr

    said = updated.publish("--release", str(release), "--node", "node01", "--wait", WAIT)

    assert f"{node}: confirmed" in said
    again = updated.publish("--release", str(release), "--node", "node01", "--wait", WAIT)
    assert f"{node}: current" in again


def cli(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*UMBEL, *arguments], capture_output=True, text=True, timeout=PATIENCE, check=False
    )


def test_a_wheel_of_300_kb_is_installed_in_the_heap_of_a_plain_esp32(
    needs, broker: Mosquitto, watch, tmp_path: Path, stack: ExitStack
):
    micropython = needs("micropython-32")
    home = tmp_path / "home"
    watcher = watch(broker, "mpypi/nodes/#")
    config = {"update_channel": "beta", "update_auto": True, "update_trial": 1}
    process = small_node.start(micropython, home, broker.port, stack, heap=HEAP, **config)
    noise = os.urandom(4000)
    parts = [(noise[at:] + noise[:at]).hex().encode() for at in range(0, 4000, 100)]
    wheel = wheels.make(tmp_path, {f"fan_club/part{n}.py": part for n, part in enumerate(parts)})
    (tmp_path / "padded").mkdir()
    wheel = wheels.make(
        tmp_path / "padded",
        {f"fan_club/part{n}.py": part for n, part in enumerate(parts)},
        more={"padding": os.urandom(300_000 - wheel.stat().st_size)},
    )
    assert wheel.stat().st_size > 300_000
    watcher.wait_for("mpypi/nodes/linux-025049000001/status", '"idle"')
    done = cli("publish", str(wheel), "--channel", "beta", "--broker", f"127.0.0.1:{broker.port}")
    assert done.returncode == 0, done.stderr

    process.wait(PATIENCE)  # it restarts
    small_node.again(micropython, home, stack, heap=HEAP)

    watcher.wait_for("mpypi/nodes/linux-025049000001/status", '"confirmed"')
    for number, part in enumerate(parts):
        assert (home / "lib" / "fan_club" / f"part{number}.py").read_bytes() == part
    assert "MemoryError" not in (home / "console").read_text()
