"""The simulations that run now: each has a file here, which it holds locked as long as it lives.

A lock ends with its process, however that ends; so a file that nobody holds is what a killed
simulation left behind, and whoever looks next clears it away.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import tempfile
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from umbel.model import Node
from umbel.registry import place, record

TEMPORARY_PREFIX = "umbel-sim-"
_FOLDER = "simulations"


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulation:
    """One running simulation."""

    pid: int
    folder: Path
    socket: Path  # where it takes orders for its boards
    nodes: tuple[Node, ...]
    boards: tuple[str, ...]  # what the simulation calls them, in the order of the nodes

    def board_of(self, node: Node) -> str | None:
        """What this simulation calls ``node``; None if it is none of its nodes."""
        for board, own in zip(self.boards, self.nodes, strict=True):
            if own.address == node.address:
                return board
        return None


class Registration:
    """Keeps a simulation known; ``update`` it when a node has another name or another port."""

    def __init__(self, simulation: Simulation) -> None:
        self._path = place.state_dir() / _FOLDER / f"{simulation.pid}.json"
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._held = _write_locked(self._path, simulation)

    def update(self, simulation: Simulation) -> None:
        """Tell what is true now."""
        before, self._held = self._held, _write_locked(self._path, simulation)
        before.close()

    def end(self) -> None:
        """Be unknown again."""
        self._path.unlink(missing_ok=True)
        self._held.close()


@contextmanager
def registered(simulation: Simulation) -> Generator[Registration]:
    """Let every command of this user find the simulation while the block runs."""
    registration = Registration(simulation)
    try:
        yield registration
    finally:
        registration.end()


def running() -> tuple[Simulation, ...]:
    """Every simulation that runs; clears away what those left that were killed."""
    paths = sorted((place.state_dir() / _FOLDER).glob("[0-9]*.json"))
    return tuple(found for path in paths if (found := _look(path)) is not None)


def read(path: Path) -> Simulation:
    """The simulation that a file describes.

    Raises:
        ValueError: it describes none.
    """
    try:
        return _from_json(json.loads(path.read_text()))
    except (KeyError, TypeError) as exc:
        raise ValueError(f"{path}: {exc!r}") from exc


def _look(path: Path) -> Simulation | None:
    """The simulation behind a file; None if it has ended, and then what it left is gone too."""
    try:
        with path.open() as file:
            simulation = read(path)
            # A file that was replaced is held by nobody, but its successor is.
            if _is_held(file) or path.stat().st_ino != os.fstat(file.fileno()).st_ino:
                return simulation
    except FileNotFoundError:  # it ended just now
        return None
    except ValueError:
        path.unlink(missing_ok=True)
        return None
    _clear(path, simulation)
    return None


def _write_locked(path: Path, simulation: Simulation) -> IO[str]:
    """Replace ``path`` by a file that this process holds from the first moment."""
    fresh = path.with_suffix(".new")
    descriptor = os.open(fresh, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
    file = os.fdopen(descriptor, "w")
    fcntl.flock(file, fcntl.LOCK_EX)
    json.dump(_to_json(simulation), file)
    file.flush()
    fresh.replace(path)
    return file


def _is_held(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    return False


def _clear(path: Path, simulation: Simulation) -> None:
    path.unlink(missing_ok=True)
    folder = simulation.folder
    if folder.parent == Path(tempfile.gettempdir()) and folder.name.startswith(TEMPORARY_PREFIX):
        shutil.rmtree(folder, ignore_errors=True)


def _to_json(simulation: Simulation) -> dict[str, object]:
    nodes = zip(simulation.boards, simulation.nodes, strict=True)
    return {
        "pid": simulation.pid,
        "folder": str(simulation.folder),
        "socket": str(simulation.socket),
        "nodes": [{"board": board, **record.to_json(node)} for board, node in nodes],
    }


def _from_json(told: dict[str, Any]) -> Simulation:
    entries: Sequence[dict[str, Any]] = told["nodes"]
    return Simulation(
        pid=int(told["pid"]),
        folder=Path(told["folder"]),
        socket=Path(told["socket"]),
        nodes=tuple(record.from_json(entry) for entry in entries),
        boards=tuple(str(entry["board"]) for entry in entries),
    )
