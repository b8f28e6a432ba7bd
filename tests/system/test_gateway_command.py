"""``umbel gateway`` as a user runs it, beside a simulation."""

from __future__ import annotations

import re
import select
import signal
import subprocess
from collections.abc import Callable, Generator
from contextlib import ExitStack
from typing import IO

import httpx
import pytest
from patience import PATIENCE, wait_until

from .conftest import UMBEL, Simulate, Simulation

Start = Callable[..., tuple[subprocess.Popen[str], httpx.Client]]


@pytest.fixture
def start() -> Generator[Start]:
    """``start(simulation, "--open")``: a gateway, and a client that has followed its link."""
    with ExitStack() as stack:

        def start(
            simulation: Simulation, *arguments: str
        ) -> tuple[subprocess.Popen[str], httpx.Client]:
            process = stack.enter_context(
                subprocess.Popen(
                    [*UMBEL, "gateway", "--port", "0", *arguments],
                    env=dict(simulation.env),
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
            stack.callback(process.kill)
            assert process.stdout is not None
            url = re.sub(r"^the fleet is at ", "", _line(process.stdout)).strip()
            client = stack.enter_context(
                httpx.Client(base_url=url.partition("?")[0], trust_env=False, timeout=PATIENCE)
            )
            client.get(url)
            return process, client

        yield start


def _line(stream: IO[str]) -> str:
    ready, _, _ = select.select([stream], [], [], PATIENCE)
    assert ready, "the gateway printed nothing"
    return stream.readline()


def conditions(client: httpx.Client) -> dict[str, str]:
    return {node["name"]: node["condition"] for node in client.get("/api/nodes").json()}


def test_it_serves_the_nodes_of_a_simulation(house: Simulation, start: Start):
    _, client = start(house)

    assert wait_until(lambda: list(conditions(client).values()) == ["up"] * 3)

    answers = client.post("/api/commands", json={"cmd": "system heartbeat"}).json()
    assert {name: told["answer"]["text"] for name, told in answers.items()} == dict.fromkeys(
        ("node01", "node02", "node03"), "<3 heartbeat"
    )
    assert client.get("/metrics").text.count("umbel_node_up{") == 3
    assert "<title>Umbel</title>" in client.get("/").text


def test_nobody_gets_in_without_the_token(house: Simulation, start: Start):
    _, client = start(house)
    client.cookies.clear()

    assert client.get("/api/nodes").status_code == 401
    assert client.post("/api/commands", json={"cmd": "reboot"}).status_code == 401


def test_an_open_gateway_lets_programs_in(house: Simulation, start: Start):
    _, client = start(house, "--open")

    assert "cookie" not in client.get("/api/nodes").headers
    assert client.get("/api/nodes").status_code == 200


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_ends_at_once_though_somebody_listens(
    house: Simulation, start: Start, number: signal.Signals
):
    process, client = start(house)

    with client.stream("GET", "/api/events") as stream:
        lines = stream.iter_lines()
        next(lines)
        process.send_signal(number)
        assert process.wait(PATIENCE) == 0
        assert list(lines)[-1] == ""  # the stream was ended, not broken


def test_it_takes_in_who_comes_later_and_drops_who_goes(simulate: Simulate, start: Start):
    first = simulate("--nodes", "1")
    _, client = start(first, "--node", "far=127.0.0.1:1")
    assert wait_until(lambda: conditions(client) == {"far": "offline", "node01": "up"})

    first.end()

    assert wait_until(lambda: conditions(client) == {"far": "offline"})
