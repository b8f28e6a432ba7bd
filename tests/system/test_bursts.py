"""Somebody uses every door and every feature of a small node in a row, without waiting in between."""

from __future__ import annotations

import http.client
import json
import socket
import time
from contextlib import ExitStack
from pathlib import Path

from patience import PATIENCE

from . import small_node
from .mosquitto import free_port

HEAP = 124  # KB; 200 if RARE code were forgotten late only
PROMPT = b"node01 $ "
SHELL = (
    "hello",
    "version",
    "help",
    "modules",
    "task list",
    "system info",
    "system top",
    "system memory_usage",
    "system disk_usage",
    "system clock",
    "system ifconfig",
    "system heartbeat &",
    "task show system.*",
    "nothing of_this",
    "files ls",
    "system heartbeat >json",
)
FRAMED: tuple[dict[str, object], ...] = (
    {"about": True},
    {"config": ["devfid"]},
    {"config": ["dbg", True]},
    {"config": ["devfid", "?", False]},
    {"cmd": "system heartbeat"},
    {"subscribe": ["log", "command"]},
    {"log": True},
)
WEB = (
    ("GET", "/", ""),
    ("GET", "/api/v1/node", ""),
    ("GET", "/api/v1/config", ""),
    ("GET", "/api/v1/modules", ""),
    ("GET", "/api/v1/modules/system", ""),
    ("PUT", "/api/v1/config/dbg", '{"value": true}'),
    ("PUT", "/api/v1/files/data/note.txt", "a note"),
    ("GET", "/api/v1/files/data/note.txt", ""),
    ("DELETE", "/api/v1/files/data/note.txt", ""),
    ("GET", "/api/v1/files/", ""),
    ("GET", "/api/v1/log", ""),
    ("GET", "/api/v1/login", ""),
    ("GET", "/api/v1/nonce", ""),
    ("GET", "/api/v1/tasks", ""),
    ("GET", "/api/v1/update", ""),
    ("GET", "/api/v1/devices", ""),
    ("POST", "/api/v1/commands", '{"cmd": "system clock"}'),
    ("GET", "/api/v1/nowhere", ""),
    ("GET", "/metrics", ""),
    ("GET", "/rest", ""),
    ("GET", "/rest/system/clock", ""),
)


def test_a_burst_over_all_that_there_is_fits_a_small_heap(needs, tmp_path: Path, stack: ExitStack):
    failed = burst(needs("micropython-32"), tmp_path / "home", stack, HEAP)

    assert failed == []


def burst(micropython: Path, home: Path, stack: ExitStack, heap: int) -> list[str]:
    """What was not answered as it should be, and what the node has said of memory."""
    shell, web = free_port(), free_port()
    ports = {"mqtt": "n/a", "socport": shell, "webport": web, "webui": True}
    process = small_node.start(micropython, home, 0, stack, heap=heap, **ports)
    connect(web).close()
    failed: list[str] = []
    for _ in range(2):
        failed += over_shell(shell) + over_web(web) + over_frames(shell)
    if process.poll() is not None:
        failed.append("it has ended")
    said = (home / "console").read_text().splitlines()
    return failed + [line for line in said if "memory" in line.lower()]


def connect(port: int) -> socket.socket:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)


def until(connection: socket.socket, end: bytes) -> bytes:
    answer = b""
    while not answer.endswith(end):
        block = connection.recv(4096)
        if not block:
            raise ConnectionError
        answer += block
    return answer


def over_shell(port: int) -> list[str]:
    failed: list[str] = []
    for line in SHELL:
        try:
            with connect(port) as connection:
                until(connection, PROMPT)
                connection.sendall(line.encode() + b"\n")
                if b"MemoryError" in until(connection, PROMPT):
                    failed.append(line)
        except OSError:
            failed.append(line)
    return failed


def over_web(port: int) -> list[str]:
    failed: list[str] = []
    for method, path, body in WEB:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
        try:
            connection.request(method, path, body or None)
            answer = connection.getresponse()
            answer.read()
            if answer.status >= 500:
                failed.append(f"{method} {path} {answer.status}")
        except (OSError, http.client.HTTPException):
            failed.append(f"{method} {path}")
        finally:
            connection.close()
    return failed


def over_frames(port: int) -> list[str]:
    failed: list[str] = []
    try:
        with connect(port) as connection:
            until(connection, PROMPT)
            for request in FRAMED:
                connection.sendall(json.dumps({"id": 1, **request}).encode() + b"\n")
                answer = until(connection, b"\n")
                while b'"id"' not in answer:
                    answer = until(connection, b"\n")
                if b"MemoryError" in answer:
                    failed.append(str(request))
    except OSError:
        failed.append("the framed shell")
    return failed
