"""A node that knows no network, set up over its own: as a phone does it, with nothing but sockets."""

from __future__ import annotations

import json
import socket
import time
from http.client import HTTPConnection
from typing import Any

from patience import PATIENCE, wait_until

from umbel.sim import client

DNS_PORT = 1053  # see sim/board/network.py
QUESTION = b"\x12\x34\x01\0\0\x01\0\0\0\0\0\0\7captive\5apple\3com\0\0\1\0\1"


def ask(host: str, method: str, path: str, wanted: object = None) -> tuple[int, Any, str]:
    connection = HTTPConnection(host, 8080, timeout=PATIENCE)
    headers = {"content-type": "application/json"} if wanted else {}
    body = json.dumps(wanted) if wanted else None
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    told = answer.read()
    connection.close()
    return answer.status, told, answer.getheader("location", "")


def outcome(host: str) -> dict[str, str]:
    """What became of the try."""
    deadline = time.monotonic() + PATIENCE
    while True:
        status, told, _ = ask(host, "GET", "/setup/state")
        assert status == 200
        result = json.loads(told)["result"]
        if result["state"] != "trying":
            return result
        assert time.monotonic() < deadline, result
        time.sleep(0.1)


def test_a_new_node_is_set_up_and_comes_back_after_a_power_cut(simulate):
    house = simulate("--portal")
    host = house.node("node01").address.host
    networks = [{"ssid": "fig", "password": "ein Feigenblatt", "rssi": -50}]
    client.order(house.known().socket, "wifi", board="node01", networks=networks)

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as phone:
        phone.settimeout(PATIENCE)
        phone.sendto(b"no question", (host, DNS_PORT))
        phone.sendto(QUESTION, (host, DNS_PORT))
        assert phone.recv(512)[-4:] == socket.inet_aton(host)
    assert ask(host, "GET", "/generate_204")[::2] == (302, f"http://{host}:8080/setup")
    assert ask(host, "POST", "/setup/join", {"ssid": "fig", "password": "a wrong one"})[0] == 202
    assert outcome(host)["state"] == "wrong password"
    wanted = {"ssid": "fig", "password": "ein Feigenblatt"}
    assert wait_until(lambda: ask(host, "POST", "/setup/join", wanted)[0] == 202)
    assert outcome(host) == {"ssid": "fig", "state": "joined", "address": host}

    house.umbel("board", "node01", "power", "cycle")
    house.read_until("node01", times=2)
    assert wait_until(lambda: "joined" in house.umbel("shell", "node01", "network status").stdout)
    assert ask(host, "GET", "/setup/state")[0] == 404  # it knows a network now
    about = house.umbel(
        "shell",
        "node01",
        "network status",
    ).stdout
    assert "fig" in about


def test_networks_come_and_go_in_the_air_around_a_board(simulate):
    house = simulate()

    house.umbel("board", "node01", "network", "fig", "--password", "ein Feigenblatt")
    house.umbel("board", "node01", "network", "plum", "--rssi", "-80", "--trouble", "hidden")
    seen = house.umbel("shell", "node01", "network scan >json").stdout
    assert json.loads(seen) == {"ssid": "fig", "dBm": -50, "locked": True}

    house.umbel("board", "node01", "network", "fig", "--gone")
    assert "fig" not in house.umbel("shell", "node01", "network scan >json").stdout
    done = house.umbel("board", "node01", "network", "fig", "--trouble", "sleepy")
    assert done.returncode != 0
    assert "silent" in done.stderr
