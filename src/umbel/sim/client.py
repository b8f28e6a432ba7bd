"""Giving orders to a simulation from another process."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any

from umbel.errors import SimulationError

_TIMEOUT = 10.0  # seconds


def order(path: Path, do: str, **more: object) -> object:
    """What the simulation that listens at ``path`` answers to an order, see orders.py.

    Raises:
        SimulationError: it refuses, or is gone.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
        sock.settimeout(_TIMEOUT)
        try:
            sock.connect(str(path))
            sock.sendall(json.dumps({"do": do, **more}).encode() + b"\n")
            answer = sock.makefile("rb").readline()
        except OSError as exc:
            raise SimulationError(
                f"the simulation does not answer: {exc}", remedy="umbel sim"
            ) from exc
    if not answer:
        raise SimulationError("the simulation has ended", remedy="umbel sim")
    told: dict[str, Any] = json.loads(answer)
    if "error" in told:
        raise SimulationError(told["error"], remedy=told.get("remedy"))
    return told.get("ok")
