"""Clients for the doors of a node on an emulated board: as little as each door needs."""

from __future__ import annotations

import base64
import hmac
import json
from types import TracebackType
from typing import Any, Self

from flash import KEY, PASSWORD
from harness import Board

SHELL_PORT = 9008
_PROMPT = "$ "


class _Client:
    """A connection to the shell; ends with its block."""

    def __init__(self, board: Board):
        self.socket = board.connect(SHELL_PORT)

    def __enter__(self) -> Self:
        try:
            self.log_in()
        except BaseException:
            self.socket.close()
            raise
        return self

    def log_in(self) -> None:
        """Say who asks."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        exc: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.socket.close()

    def send(self, text: str) -> None:
        self.socket.sendall(text.encode())

    def read_until(self, end: str) -> str:
        """What comes until the last of it is ``end``; all of it when the node hangs up before."""
        data = b""
        while not data.endswith(end.encode()):
            more = self.socket.recv(4096)
            if not more:
                break
            data += more
        return data.decode()


class Shell(_Client):
    """The shell as people use it; logs in unless ``password`` is None."""

    def __init__(self, board: Board, password: str | None = PASSWORD):
        super().__init__(board)
        self._password = password

    def log_in(self) -> None:
        self.prompt = self.read_until(_PROMPT)
        if self._password is not None:
            answer = self.ask(self._password)
            assert answer == "AuthOk", answer

    def ask(self, line: str, end: str = "\n") -> str:
        """What the node answers to a line, without the prompt behind it."""
        self.send(line + end)
        return self.read_until(_PROMPT).rpartition("\n")[0]

    def figures(self, line: str) -> dict[str, str]:
        """An answer that is one ``key: value`` a line."""
        answer = self.ask(line)
        return dict(part.strip().split(": ", 1) for part in answer.splitlines())


class Framed(_Client):
    """The shell as programs use it; logs in with the node's key."""

    def __init__(self, board: Board, key: bytes = KEY):
        super().__init__(board)
        self._key = key
        self._number = 0

    def log_in(self) -> None:
        nonce = self.ask(nonce=True)["ok"]
        signed = f"shell\n{nonce}\n1".encode()
        answer = self.ask(sign=[nonce, 1, hmac.digest(self._key, signed, "sha256").hex()])
        assert answer["ok"] == "admin", answer

    def ask(self, **request: object) -> dict[str, Any]:
        """What the node answers to a request."""
        self._number += 1
        self.send(json.dumps({"id": self._number, **request}) + "\n")
        line = self.read_until("}\n").splitlines()[-1]  # the first comes behind a prompt
        answer = json.loads(line)
        assert answer.pop("id") == self._number
        return answer


def basic(password: str = PASSWORD) -> dict[str, str]:
    """The header that logs in to HTTP."""
    return {"Authorization": "Basic " + base64.b64encode(f"admin:{password}".encode()).decode()}
