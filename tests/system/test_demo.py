"""``umbel demo``: what a stranger sees in the first minute."""

from __future__ import annotations

import json
import re
import signal
import socket
import urllib.error
import urllib.request
from base64 import b64encode

import pytest
from patience import PATIENCE, wait_until


@pytest.fixture
def demo(simulate):
    """The demo, with a gateway at any free port."""
    return simulate("--port", "0", command="demo")


def invited(text: str, what: str) -> str:
    return re.findall(rf"^{what} +(.*)$", text, re.MULTILINE)[0]


def fetch(url: str, password: str | None = None) -> str:
    request = urllib.request.Request(url)
    if password is not None:
        credentials = b64encode(f"umbel:{password}".encode()).decode()
        request.add_header("Authorization", f"Basic {credentials}")
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        return answer.read().decode()


def test_three_nodes_a_page_and_commands_that_work(demo):
    page = invited(demo.printed, "page")
    password = invited(demo.printed, "password")
    curl = re.findall(r"curl -u umbel:(\S+) (\S+)", demo.printed)[0]

    assert re.findall(r"^(\w+) +127", demo.printed, re.MULTILINE).__len__() == 3
    assert "<html" in fetch(page).lower()
    assert curl[0] == password
    before = json.loads(fetch(curl[1], password))["result"]["temp[C]"]
    assert demo.umbel("shell", "garden", "neopixel", "color", "60", "0", "40").returncode == 0
    assert "12 of 12 lit" in demo.umbel("board", "garden").stdout
    assert "rgb" in demo.umbel("shell", "kitchen", "modules").stdout
    assert wait_until(
        lambda: demo.json("shell", "kitchen", "dht22", "measure")["temp[C]"] != before
    )


def test_nobody_gets_in_without_the_password(demo):
    node = demo.node("attic")

    with pytest.raises(urllib.error.HTTPError, match="401"):
        fetch(f"{node.url}/rest/system/heartbeat")


def test_an_open_demo_lets_everybody_in(simulate):
    demo = simulate("--port", "0", "--open", command="demo")

    assert "password" not in demo.printed
    assert "token" not in demo.printed
    assert "<3" in fetch(f"{demo.node('attic').url}/rest/system/heartbeat")


def test_ctrl_c_ends_it_all(demo):
    page = invited(demo.printed, "page")

    assert demo.end(signal.SIGINT) == 0

    with pytest.raises(urllib.error.URLError):
        fetch(page)


def test_a_gateway_that_cannot_listen_ends_the_nodes_too(house):
    elsewhere = house.first.removesuffix(".1") + ".101"
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = house.process("demo", "--first", elsewhere, "--port", port)

    assert done.returncode == 1
    assert done.stderr.startswith(f"error: cannot listen at 127.0.0.1:{port}: ")
    assert "try: " in done.stderr
    with pytest.raises(ConnectionRefusedError), socket.create_connection((elsewhere, 9008)):
        pass
