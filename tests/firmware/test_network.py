"""An emulated board on its Wi-Fi: both links, both versions of the firmware."""

from __future__ import annotations

import json
import socket
import time
from contextlib import ExitStack

import pytest
from flash import program
from harness import PATIENCE, Board, Network

REQUESTS = 300  # more frames than the 256 after which rp2040py's own credit count fails
STALL = 0.5  # seconds; the failure is a second, at each request from then on
STALLS = 3  # that a busy machine is allowed
CONNECTIONS = 5  # all that the firmware has memory for


def test_a_board_with_a_static_address_answers_on_one_connection(services: Board):
    client = services.http()
    sockets = set()
    for _ in range(3):
        client.request("GET", "/rest/system/heartbeat")
        answer = client.getresponse()

        assert answer.status == 200
        assert json.loads(answer.read()) == {"result": "<3 heartbeat", "state": True}
        sockets.add(client.sock)
    client.close()

    assert len(sockets) == 1
    assert "address 10.55.0.2\n" in services.console.text


def test_no_request_stalls(services: Board):
    client = services.http()
    took = []
    for _ in range(REQUESTS):
        start = time.monotonic()
        client.request("GET", "/")
        client.getresponse().read()
        took.append(time.monotonic() - start)
    client.close()

    assert sum(one > STALL for one in took[1:]) < STALLS


def test_many_bytes_arrive_in_order_both_ways(services: Board):
    lines = b"".join(b"%015d\n" % number for number in range(600))
    with services.connect(9008) as connection:
        received = exchange(connection, lines)

    assert received == lines


def test_a_board_sees_that_a_caller_has_gone(services: Board):
    for _ in range(2 * CONNECTIONS):  # a place that were not given back would be missed soon
        with services.connect(9008) as connection:
            assert exchange(connection, b"hello\n") == b"hello\n"


def test_the_firmware_has_room_for_five_connections(services: Board):
    """A fact to design for: the sixth caller is not refused, he waits."""
    with ExitStack() as callers:
        for _ in range(CONNECTIONS):
            caller = callers.enter_context(services.connect(9008))
            assert exchange(caller, b"hello\n") == b"hello\n"

        with pytest.raises(TimeoutError):
            sixth = callers.enter_context(services.connect(9008, timeout=1))
            exchange(sixth, b"hello\n")


def test_a_board_calls_the_host(network: Network, version: str):
    with network.listen() as server:
        port = server.getsockname()[1]
        with Board(program("report", port=str(port)), firmware=version, network=network) as board:
            server.settimeout(PATIENCE)
            caller, _ = server.accept()
            with caller, caller.makefile("rb") as request:
                head = [request.readline() for _ in range(4)]
                length = int(head[2].split()[1])
                report = json.loads(request.read(length))
                caller.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")
            answer = board.console.wait_for("answer ")

    assert head[0] == b"POST /report HTTP/1.1\r\n"
    assert report == {
        "address": "10.55.0.2",
        "mac": "025049434f02",
        "version": [int(part) for part in version.split(".")],
    }
    assert answer == "HTTP/1.1 204 No Content"


def exchange(connection: socket.socket, sent: bytes) -> bytes:
    """What comes back for ``sent``, as long as that."""
    received = bytearray()
    pieces = [sent[start : start + 1024] for start in range(0, len(sent), 1024)]
    for piece in pieces:
        connection.sendall(piece)
        expected = len(received) + len(piece)
        while len(received) < expected:
            data = connection.recv(4096)
            assert data, "the board has closed the connection"
            received += data
    return bytes(received)
