"""Clients as those of micropython-smarthome are, one for each wire; our own code.

A connection carries one request. The name of a function on the host differs from that of an
endpoint in three cases; what goes wrong on the way comes back as a text that begins with Error.
"""

from __future__ import annotations

import json
import socket
from typing import Any
from urllib.parse import quote

from patience import PATIENCE

PORT = 8123
RENAMED = {"add_rule": "add_schedule_rule", "ir": "ir_key", "get_climate": "get_climate_data"}


class JsonClient:
    """One JSON list a line; the answer ends where the connection ends."""

    def __init__(self, host: str):
        self._host = host

    def ask(self, function: str, *arguments: Any) -> Any:
        words = [RENAMED.get(function, function), *arguments]
        return _decoded(self._received(json.dumps(words).encode() + b"\n"))

    def _received(self, request: bytes) -> bytes | str:
        try:
            with socket.create_connection((self._host, PORT), timeout=PATIENCE) as connection:
                connection.sendall(request)
                received = b""
                while part := connection.recv(4096):
                    received += part
        except TimeoutError:
            return "Error: Request timed out"
        except OSError:
            return "Error: Failed to connect"
        return received


class HttpClient(JsonClient):
    """GET /endpoint?argument/argument; a slash within a rule is sent as %2F."""

    def ask(self, function: str, *arguments: Any) -> Any:
        return self.answer(function, *arguments)[1]

    def answer(self, function: str, *arguments: Any) -> tuple[int, Any]:
        """Status and what was said."""
        words = "/".join(quote(str(argument), safe=":") for argument in arguments)
        target = f"/{RENAMED.get(function, function)}" + (f"?{words}" if words else "")
        received = self._received(f"GET {target} HTTP/1.1\r\nHost: {self._host}\r\n\r\n".encode())
        if isinstance(received, str):
            return 0, received
        head, _, body = received.partition(b"\r\n\r\n")
        first, *headers = head.decode().split("\r\n")
        version, status, reason = first.split(" ")
        assert (version, reason) == ("HTTP/1.0", "NA")
        assert headers[0] == "Content-Type: application/json"
        assert len(headers) == 1 or status == "401"
        return int(status), _decoded(body)


def _decoded(received: bytes | str) -> Any:
    if isinstance(received, str):
        return received
    try:
        return json.loads(received)
    except ValueError:
        return "Error: Unable to decode response"
