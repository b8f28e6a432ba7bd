"""The folder of a simulation.

DIR/<board>/flash/        the node's file system
DIR/<board>/console.log   what it printed
DIR/<board>/chip          the number of its chip
DIR/<board>/clock         what its clock remembers over a reset
DIR/password              of every node that was provisioned here
DIR/code/ DIR/fakes/      what all nodes run
DIR/control.sock          takes orders for the boards
"""

from __future__ import annotations

import fcntl
import secrets
import shutil
import tempfile
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from umbel.errors import SimulationError
from umbel.registry.simulations import TEMPORARY_PREFIX
from umbel.sim import flash

_LONGEST_SOCKET_PATH = 100  # bytes; the system's limit is 107


@dataclass(frozen=True, slots=True)
class BoardFolder:
    """What belongs to one board."""

    root: Path

    @property
    def flash(self) -> Path:
        """Its file system."""
        return self.root / "flash"

    @property
    def console(self) -> Path:
        """What it printed."""
        return self.root / "console.log"

    def clock_memory(self) -> Path:
        """What the clock of the chip keeps over a reset; a file that is there."""
        path = self.root / "clock"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        return path.absolute()

    def chip(self) -> str:
        """The number of its chip, twelve hex digits; a new board gets one."""
        path = self.root / "chip"
        if not path.is_file():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"02{secrets.token_hex(5)}\n")  # 02: given by us, not by a vendor
        return path.read_text().strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """A folder in which one simulation runs."""

    root: Path
    socket: Path

    @property
    def code(self) -> Path:
        """What the nodes run."""
        return self.root / "code"

    @property
    def fakes(self) -> Path:
        """Their hardware."""
        return self.root / "fakes"

    def board(self, name: str) -> BoardFolder:
        """What belongs to one board."""
        return BoardFolder(self.root / name)

    def password(self, wanted: str | None) -> str:
        """The password of every node here: that of earlier runs, else ``wanted``, else a new one."""
        path = self.root / "password"
        if not path.is_file():
            path.touch(mode=0o600)
            path.write_text(f"{wanted or flash.new_password()}\n")
        return path.read_text().strip()


@contextmanager
def opened(wanted: Path | None) -> Generator[Folder]:
    """The folder ``wanted``, for us alone; or a temporary one, which goes when the block ends.

    Raises:
        SimulationError: another simulation runs there, or it cannot be written.
    """
    with ExitStack() as stack:
        root = stack.enter_context(_temporary() if wanted is None else _kept(wanted.absolute()))
        socket = root / "control.sock"
        if len(str(socket).encode()) > _LONGEST_SOCKET_PATH:
            socket = stack.enter_context(_temporary()) / socket.name
        yield Folder(root=root, socket=socket)


@contextmanager
def _temporary() -> Generator[Path]:
    path = Path(tempfile.mkdtemp(prefix=TEMPORARY_PREFIX))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


@contextmanager
def _kept(path: Path) -> Generator[Path]:
    try:
        path.mkdir(parents=True, exist_ok=True)
        lock = (path / ".lock").open("w")
    except OSError as exc:
        raise SimulationError(f"{path}: {exc.strerror}", remedy="choose another --dir") from exc
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SimulationError(
                f"another simulation runs in {path}", remedy="end it, or choose another --dir"
            ) from None
        yield path
