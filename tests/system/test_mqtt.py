"""Nodes at a real broker: commands and states, and what happens when one of them goes away."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest
from patience import PATIENCE, wait_until

from . import small_node
from .mosquitto import Mosquitto, Wire, attach

ONLINE = '{"status": "online"}'
OFFLINE = '{"status": "offline"}'
UPDATE = os.urandom(1000) * 300
KEEPER = """
node = None


async def start(topic, path):
    async def keep(message):
        with open(path, "wb") as file:
            async for block in message:
                file.write(block)

    await node.mqtt.subscribe(topic, keep, 1)
    return "listening"
"""


def test_nodes_are_driven_and_watched_through_a_broker(simulate, broker, watch):
    simulation = simulate("--nodes", "2")
    watcher = watch(broker)
    for node in ("node01", "node02"):
        attach(simulation, node, broker.port)
    for node in ("node01", "node02"):
        watcher.wait_for(f"{node}/status", ONLINE)

        broker.publish(
            f"{node}/rgb/color", '{"r": 10, "g": 20, "b": 30, "smooth": false}', "-q", "1"
        )
        answer = watcher.wait_for(f"{node}/rgb/color/response")
        assert json.loads(answer)["result"]["R"] == 10
        assert json.loads(watcher.wait_for(f"{node}/rgb/state"))["G"] == 20
    broker.publish("node01/cmd", "system notify 'smoke in the attic'", "-V", "5")
    assert watcher.wait_for("node01/notify") == "smoke in the attic"

    late = watch(broker)
    assert json.loads(late.wait_for("node02/rgb/state"))["B"] == 30
    assert "10" in simulation.umbel("shell", "node01", "rgb status").stdout


def test_a_node_comes_back_to_a_broker_that_was_killed(simulate, broker, watch):
    simulation = simulate()
    watcher = watch(broker)
    attach(simulation, "node01", broker.port)
    watcher.wait_for("node01/status", ONLINE)
    simulation.umbel("shell", "node01", "rgb color 1 2 3 smooth=False")
    watcher.wait_for("node01/rgb/state")

    broker.end(signal.SIGKILL)
    simulation.umbel("shell", "node01", "rgb color 4 5 6 smooth=False")
    broker.start()

    watcher = watch(broker)
    watcher.wait_for("node01/status", ONLINE)
    assert json.loads(watcher.wait_for("node01/rgb/state"))["R"] == 4
    broker.publish("node01/system/heartbeat", "")
    watcher.wait_for("node01/system/heartbeat/response", "<3 heartbeat")
    log = simulation.umbel("shell", "node01", "system alarms").stdout
    assert "mqtt: " in log
    refused = simulation.umbel("config", "node01", "set", "mqtt", "127.0.0.1:70000")
    assert "mqtt: a host name or an address, perhaps with :port, expected" in refused.stderr


def test_everybody_hears_when_a_node_dies_or_restarts(simulate, broker, watch):
    simulation = simulate()
    watcher = watch(broker)
    attach(simulation, "node01", broker.port)
    watcher.wait_for("node01/status", ONLINE)

    simulation.umbel("shell", "node01", "reboot")
    watcher.wait_for("node01/status", OFFLINE)
    watcher.wait_for("node01/status", ONLINE)
    os.kill(simulation.boards()["node01"]["pid"], signal.SIGKILL)

    watcher.wait_for("node01/status", OFFLINE)


def test_what_is_sent_to_a_node_that_is_away_reaches_it_later(simulate, broker, watch, stack):
    wire = Wire(broker)
    stack.callback(wire.end)
    simulation = simulate()
    watcher = watch(broker)
    attach(simulation, "node01", wire.port)
    watcher.wait_for("node01/status", ONLINE)

    wire.cut()
    watcher.wait_for("node01/status", OFFLINE)
    broker.publish("node01/rgb/color", "7 8 9 smooth=False", "-q", "1")
    wire.mend()

    watcher.wait_for("node01/rgb/color/response", '"R": 7')
    assert wire.versions[-1] == 5


def test_a_broker_that_knows_3_1_1_only_will_do(simulate, broker, watch, stack):
    wire = Wire(broker, is_old=True)
    stack.callback(wire.end)
    simulation = simulate()
    watcher = watch(broker)
    attach(simulation, "node01", wire.port)
    watcher.wait_for("node01/status", ONLINE)

    broker.publish("node01/rgb/color", "7 8 9 smooth=False", "-q", "1")
    watcher.wait_for("node01/rgb/color/response", '"R": 7')
    watcher.wait_for("node01/rgb/state", '"R": 7')
    simulation.umbel("shell", "node01", "mqtt publish alarm smoke qos=1 retain=True")
    watcher.wait_for("alarm", "smoke")
    wire.cut()
    watcher.wait_for("node01/status", OFFLINE)
    wire.mend()
    watcher.wait_for("node01/status", ONLINE)

    assert set(wire.versions[1:]) == {4}
    status = simulation.umbel("shell", "node01", "mqtt status").stdout
    assert "version: 3.1.1" in status
    assert "waiting: 0" in status


def test_a_broker_that_wants_a_password_gets_it(simulate, needs, tmp_path, watch, stack):
    program = needs("mosquitto")
    passwords = tmp_path / "passwords"
    command = [shutil.which("mosquitto_passwd") or "mosquitto_passwd", "-c", "-b"]
    subprocess.run([*command, passwords, "attic", "seven leaves"], check=True)
    closed = Mosquitto(program, tmp_path, "allow_anonymous false", f"password_file {passwords}")
    stack.callback(closed.end)
    closed.start()
    simulation = simulate()
    attach(simulation, "node01", closed.port, mqtt_user="attic", mqtt_pwd="three leaves")

    refused = wait_for_status(simulation, "refused")
    simulation.umbel("config", "node01", "set", "mqtt_pwd", typed="seven leaves\n")

    assert "not authorized" in refused or "mqtt_pwd" in refused
    wait_for_status(simulation, "connected")


def test_over_tls_a_broker_must_prove_who_it_is(simulate, needs, tmp_path, stack):
    make_certificate(tmp_path)
    closed = Mosquitto(
        needs("mosquitto"),
        tmp_path,
        "allow_anonymous true",
        f"certfile {tmp_path}/broker.pem",
        f"keyfile {tmp_path}/broker.key",
    )
    stack.callback(closed.end)
    closed.start()
    simulation = simulate("--dir", str(tmp_path / "house"))
    (home,) = (tmp_path / "house").glob("**/config")
    attach(simulation, "node01", closed.port, mqtt=f"localhost:{closed.port}", mqtt_tls="true")
    wait_for_status(simulation, "connected")  # who names no authority believes everybody

    shutil.copy(tmp_path / "other.pem", home / "ca.pem")
    simulation.umbel("shell", "node01", "reboot")
    wait_for_status(simulation, "certificate is not correctly signed")
    shutil.copy(tmp_path / "broker.pem", home / "ca.pem")
    wait_for_status(simulation, "connected")


def make_certificate(folder: Path) -> None:
    """Write the certificate of a broker at localhost, and one that has nothing to do with it."""
    for name in ("broker", "other"):
        command = f"""
            openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost
            -addext subjectAltName=DNS:localhost -keyout {name}.key -out {name}.pem
        """
        subprocess.run(command.split(), cwd=folder, capture_output=True, check=True)


def wait_for_status(simulation, text: str) -> str:
    deadline = time.monotonic() + PATIENCE
    status = ""
    while time.monotonic() < deadline:
        status = simulation.umbel("shell", "node01", "mqtt status").stdout
        if text in status:
            return status
        time.sleep(0.3)
    pytest.fail(f"{text} was not seen, but {status}", pytrace=False)


def test_300_kb_go_to_flash_in_the_heap_of_a_plain_esp32(needs, broker, watch, tmp_path, stack):
    micropython = needs("micropython-32")
    watcher = watch(broker, "node01/#")
    home = tmp_path / "home"
    small_node.start(micropython, home, broker.port, stack, module=KEEPER)
    watcher.wait_for("node01/status", ONLINE)
    broker.publish("node01/keep/start", '["update", "data/update"]')
    watcher.wait_for("node01/keep/start/response", "listening")

    broker.publish("update", UPDATE, "-q", "1")

    kept = home / "data" / "update"
    is_there = wait_until(lambda: kept.is_file() and kept.stat().st_size == len(UPDATE))
    assert is_there, (home / "console").read_text()
    assert kept.read_bytes() == UPDATE
    broker.publish("node01/cmd", "system heartbeat")
    watcher.wait_for("node01/response", "heartbeat")
    assert "Traceback" not in (home / "console").read_text()
