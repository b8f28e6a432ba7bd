"""The lines that the shell for programs speaks. Pure: bytes in, a value out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, cast

from umbel.errors import LinkError

# The node bounds what it reads by the size of its buffer, see BUFFER in tepal/services/shell.py.
LONGEST_REQUEST = 1200  # bytes, without the newline
LONGEST_ANSWER = 1 << 20  # bytes; more than the memory of a node


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a node says to one request."""

    id: int | None  # None: to something in which it found no request
    ok: object = None
    code: str | None = None  # None: it worked
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What a node tells unasked, once it was asked to."""

    topic: str
    data: object
    lost: int = 0  # events dropped so far, because we were too slow


def encode(number: int, request: dict[str, object]) -> bytes:
    """The line that carries ``request``.

    Raises:
        LinkError: it is longer than a node reads.
    """
    line = json.dumps({"id": number, **request}, ensure_ascii=False, separators=(",", ":"))
    data = line.encode()
    if len(data) > LONGEST_REQUEST:
        raise LinkError(
            f"the request has {len(data)} bytes, a node takes {LONGEST_REQUEST}",
            remedy="send less at once",
        )
    return data + b"\n"


def decode(line: bytes) -> Answer | Event | None:
    """What a node's line says; None for a prompt or an empty line.

    Raises:
        ValueError: it is nothing that a node says.
    """
    if not line.startswith(b"{"):
        return None
    try:
        told: dict[str, Any] = json.loads(line)
    except (ValueError, RecursionError):
        raise ValueError(f"no JSON: {_shown(line)}") from None
    if "event" in told:
        lost = told.get("lost", 0)
        return Event(
            topic=str(told["event"]),
            data=told.get("data"),
            lost=lost if isinstance(lost, int) else 0,
        )
    number = told.get("id")
    if number is not None and not isinstance(number, int):
        raise ValueError(f"an answer to what nobody asked: {_shown(line)}")
    if "error" not in told:
        return Answer(id=number, ok=told.get("ok"))
    return _refusal(number, told["error"])


def _refusal(number: int | None, fault: object) -> Answer:
    if not isinstance(fault, dict):
        return Answer(id=number, code="failed", message=str(fault))
    told = cast("dict[str, object]", fault)
    code = str(told.get("code") or "failed")
    return Answer(id=number, code=code, message=str(told.get("message") or code))


def _shown(line: bytes) -> str:
    return repr(line[:60].decode(errors="replace"))
