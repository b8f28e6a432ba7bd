"""Which Python simulated nodes run on, and how one is started."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from umbel import runtimes
from umbel.errors import SimulationError
from umbel.sim.folder import BoardFolder, Folder

CHOICES = ("auto", "micropython", "cpython")

# Objects of 64 bit take twice the room, so this is a board with 384 KB. Memory that a node never
# touches costs nothing.
_HEAP_SIZE = "768k"
_START_TIMEOUT = 20.0  # seconds; it takes milliseconds
_ASK_VERSION = "import sys; print('.'.join(str(part) for part in sys.implementation.version[:3]))"


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    """A Python that runs nodes."""

    name: str  # as people call it
    micropython: Path | None  # None: CPython
    remark: str = ""  # why it is not the one that a board has

    def command(self, folder: Folder, board: BoardFolder, code: Path | None) -> list[str]:
        """What starts a node; ``code`` has its sources, where it runs none of its own."""
        arguments = [str(path.absolute()) for path in (board.flash, code) if path]
        if self.micropython is None:
            return [*_dies_with_us(), sys.executable, "-m", "umbel.sim.cpython", *arguments]
        launcher = str(folder.fakes / "launch.py")
        start = [str(self.micropython), "-X", f"heapsize={_HEAP_SIZE}", launcher]
        return [*_dies_with_us(), *start, *arguments]

    def environment(self, folder: Folder) -> dict[str, str]:
        """What a node sees of our environment: nothing that is secret."""
        passed = {name: os.environ[name] for name in ("PATH",) if name in os.environ}
        if self.micropython is not None:
            return {**passed, "MICROPYPATH": f"{folder.fakes}:.frozen"}
        return {**passed, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}


def choose(wanted: str) -> Runtime:
    """The runtime that ``wanted`` means: ``auto`` is MicroPython, or CPython where there is none.

    Raises:
        SimulationError: it is not there.
    """
    if wanted not in CHOICES:
        raise SimulationError(
            f"no runtime is called {wanted!r}", remedy=f"one of {', '.join(CHOICES)}"
        )
    runtime = runtimes.named("micropython-64")
    path = runtime.find() if wanted != "cpython" else None
    if path is not None:
        return Runtime(name=f"MicroPython {_version(path)}", micropython=path)
    if wanted == "micropython":
        raise SimulationError("MicroPython is not on this machine", remedy=runtime.remedy)
    version = ".".join(map(str, sys.version_info[:3]))
    remark = f"MicroPython is not on this machine, get it: {runtime.remedy}"
    return Runtime(
        name=f"CPython {version}",
        micropython=None,
        remark=remark if wanted == "auto" else "",
    )


def _version(micropython: Path) -> str:
    try:
        done = subprocess.run(
            [micropython, "-c", _ASK_VERSION],
            capture_output=True,
            text=True,
            timeout=_START_TIMEOUT,
            check=True,
        )
    except (OSError, subprocess.SubprocessError) as exc:
        raise SimulationError(
            f"{micropython} does not start", remedy=f"rm -r {micropython.parents[1]}; make setup"
        ) from exc
    return done.stdout.strip()


@cache
def _dies_with_us() -> tuple[str, ...]:
    """A prefix that lets the system kill a node when we are killed; empty where there is none.

    The end of its input tells a node so too, but only while its program still listens.
    """
    prefix = ("setpriv", "--pdeathsig", "KILL", "--")
    if shutil.which(prefix[0]) is None:
        return ()
    works = subprocess.run([*prefix, "true"], capture_output=True, check=False).returncode == 0
    return prefix if works else ()
