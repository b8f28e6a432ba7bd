"""Programs that live as long as a block, and die with us whatever happens."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from umbel import runtimes
from umbel.errors import FetchError, UmbelError

LOOPBACK = "127.0.0.1"
_PATIENCE = 20.0  # seconds for anything that a busy machine may delay
_GRACE = 3.0  # seconds for a program to end by itself
_RETRY = 0.002  # seconds


def needed(key: str) -> Path:
    """The path of a runtime.

    Raises:
        FetchError: it is not here.
    """
    runtime = runtimes.named(key)
    path = runtime.find()
    if path is None:
        reason = runtime.obstacle() or "missing"
        raise FetchError(f"{runtime.name}: {reason}", remedy=runtime.remedy)
    return path


@contextmanager
def running(
    command: Sequence[str | Path],
    *,
    environment: Mapping[str, str] | None = None,
    folder: Path | None = None,
    log: Path | None = None,
) -> Generator[subprocess.Popen[bytes]]:
    """Start a program; end it with the block. Its input stays open as long."""
    guard = ["setpriv", "--pdeathsig", "KILL", "--"] if shutil.which("setpriv") else []
    with (log or Path("/dev/null")).open("wb") as output:
        process = subprocess.Popen(
            [*guard, *command],
            env=environment,
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(_GRACE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdin:
            process.stdin.close()


def free_port() -> int:
    """A TCP port of this machine's loopback that nobody has now."""
    with socket.create_server((LOOPBACK, 0)) as server:
        return server.getsockname()[1]


def connect(port: int, process: subprocess.Popen[bytes] | None = None) -> socket.socket:
    """A connection to a program that may still be starting.

    Raises:
        UmbelError: it has ended, or does not listen.
    """
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            connection = socket.create_connection((LOOPBACK, port), timeout=_PATIENCE)
        except ConnectionRefusedError:
            if (process and process.poll() is not None) or time.monotonic() > deadline:
                raise UmbelError(f"nobody listens on port {port}") from None
            time.sleep(_RETRY)
        else:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return connection
