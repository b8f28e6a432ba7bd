"""Nodes that let each other do something: real processes, each with an address of its own."""

from __future__ import annotations

import socket
import threading
from collections.abc import Generator
from contextlib import contextmanager

from patience import PATIENCE, wait_until

PROMPT = b"cellar $ "


def told(house, node: str, tag: str) -> str:
    """What a task has put out, when it has ended."""
    assert wait_until(lambda: tag not in house.json("shell", node, "task list")["active"])
    return house.json("shell", node, f"task show {tag}")[tag]


def test_a_node_lets_another_do_something(house):
    started = house.json("shell", "node01", "rgb color 1 2 3 >>node02")
    answer = told(house, "node01", "con.node02.rgb")
    status = house.json("shell", "node02", "rgb status")

    assert started == {"con.node02.rgb": "Starting"}
    assert "R: 1" in answer
    assert (status["R"], status["G"], status["B"]) == (1, 2, 3)


def test_what_a_neighbour_refuses_is_the_output_of_the_task(house):
    house.json("shell", "node01", "reboot >>node03")

    assert told(house, "node01", "con.node03.reboot").startswith("denied")


def test_a_node_finds_its_neighbours_and_not_itself(house):
    house.json("shell", "node01", "version >>node02")
    told(house, "node01", "con.node02.version")

    assert "node02" in house.json("shell", "node01", "system hosts")
    house.json("shell", "node01", "version >>node01")
    assert "is this node itself" in told(house, "node01", "con.node01.version")


@contextmanager
def original_node(host: str) -> Generator[list[bytes]]:
    """A micrOS node as the reference describes its shell; gives what it hears."""
    heard: list[bytes] = []
    with socket.create_server((host, 9008)) as server:

        def serve() -> None:
            while True:
                try:
                    client, _ = server.accept()
                except OSError:
                    return
                with client:
                    client.sendall(PROMPT)
                    while line := client.recv(2048):
                        heard.append(line)
                        client.sendall(b"on\n" + PROMPT)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield heard
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join(PATIENCE)


def test_an_original_node_understands_us(house):
    host = house.first.rpartition(".")[0] + ".99"

    with original_node(host) as heard:
        house.json("shell", "node01", f"switch toggle >>{host}")
        answer = told(house, "node01", f"con.{'.'.join(host.split('.')[2:])}.switch")

    assert answer == "on"
    assert heard == [b"switch toggle"]


def test_a_cluster_runs_a_command_everywhere_but_here(house):
    answers = house.json("shell", "node01", "cluster run version")

    assert set(answers) == {"node02", "node03"}
    assert {one["name"] for one in house.json("shell", "node02", "cluster members")} == {
        "node01",
        "node03",
    }


def test_nodes_hear_each_other_on_the_air(simulate):
    two = simulate("--nodes", "2")
    for name in ("node01", "node02"):
        assert two.umbel("config", name, "set", "espnow", "True").returncode == 0
        assert two.umbel("shell", name, "reboot").returncode == 0
    two.read_until("node02", times=3)  # up, starts again, up

    greeted = two.json("shell", "node01", "espnow handshake")
    two.json("shell", "node01", "espnow send node02 'rgb color 4 5 6'")
    answer = told(two, "node01", "con.node02.rgb")

    assert greeted == ["node02"]
    assert "R: 4" in answer
    assert two.json("shell", "node02", "espnow members") == ["node01"]
    assert two.json("shell", "node02", "espnow stats")["refused"] == 0
    assert two.json("shell", "node01", "system hosts") == {}
