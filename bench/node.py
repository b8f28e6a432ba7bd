"""Nodes on the MicroPython of this machine, compiled as a board gets them."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import tempfile
import time
from collections.abc import Generator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen

from bench.processes import connect, free_port, needed, running
from umbel.build import compile as compiler
from umbel.build import sources, stage
from umbel.errors import UmbelError

NAME = "attic"
PASSWORD = "seven-dry-leaves"  # noqa: S105 - of a node that lives for seconds
PROMPT = f"{NAME} $ ".encode()

BARE = Path(__file__).with_name("bare")  # the least hardware, and the gauge
BUTTON = BARE / "button"  # and a pin that nobody presses
HOUSE = BARE / "house"  # and pins that do nothing
SIMULATED = Path(__file__).parents[1] / "src" / "umbel" / "sim" / "board"

_START = {
    BARE: "import bare; bare.boot()",
    BUTTON: "import button; button.boot()",
    HOUSE: "import house; house.boot()",
    SIMULATED: "import launch",  # which starts the loader
}
_MOUNTED = "/os/"  # where a node finds the files of its release
_ROUNDS = 600  # of the hash, as a node makes it
_PATIENCE = 60.0  # seconds
_LOOKS = 4
_PAUSE = 0.5  # seconds
_NAMES = re.compile(r"n_qstr=(\d+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A node that runs."""

    process: Popen[bytes]
    flash: Path
    shell_port: int
    web_port: int

    def console(self) -> str:
        """What it has printed."""
        return (self.flash / "console.log").read_text(errors="replace")


@contextmanager
def running_node(  # noqa: PLR0913 - a test bench has many screws
    *,
    bits: int = 64,
    hardware: Path = SIMULATED,
    heap: str = "512k",
    auth: bool = False,
    config: Mapping[str, object] | None = None,
    devices: Mapping[str, object] | None = None,
    module: Path | None = None,
    files: Mapping[str, bytes] | None = None,
) -> Generator[Node]:
    """A node that is being started, perhaps with more on its flash; ends with the block.

    Raises:
        FetchError: there is no such MicroPython here.
    """
    micropython = needed(f"micropython-{bits}")
    with ExitStack() as stack:
        flash = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        fakes = _fakes(hardware)
        for name in ("sys", "main.py"):
            (flash / name).symlink_to(_release() / name)
        shell_port, web_port = free_port(), free_port()
        _provision(flash, shell_port, web_port, auth=auth, more=config or {})
        if devices is not None:
            (flash / "config" / "devices.json").write_text(json.dumps(devices))
        if module is not None:
            (flash / "modules").mkdir()
            shutil.copy(module, flash / "modules")
        for name, content in (files or {}).items():
            compiler.write_if_changed(flash / name, content)
        process = stack.enter_context(
            running(
                [
                    micropython,
                    "-X",
                    f"heapsize={heap}",
                    "-c",
                    _START[hardware],
                    ".",
                ],
                environment={
                    "PATH": os.environ["PATH"],
                    "MICROPYPATH": f"{fakes}:.frozen",
                    "UMBEL_SIM_ADDRESS": "127.0.0.1",
                },
                folder=flash,
                log=flash / "console.log",
            )
        )
        node = Node(process=process, flash=flash, shell_port=shell_port, web_port=web_port)
        try:
            yield node
        except (UmbelError, OSError) as exc:
            raise UmbelError(f"the node failed: {exc}\n{node.console()}") from exc


@dataclass(frozen=True, slots=True, kw_only=True)
class Gauged:
    """What a node on bare hardware holds, swept and collected."""

    heap: int  # bytes
    names: int  # that MicroPython has interned, and never forgets
    resident: tuple[str, ...]  # the files of its release that stay in memory


def gauge(node: Node) -> Gauged:
    """Ask the gauge in bare/bare.py."""
    answer = node.flash / "gauge-answer"
    answer.unlink(missing_ok=True)
    (node.flash / "gauge-asked").touch()
    deadline = time.monotonic() + _PATIENCE
    while not answer.is_file():
        if time.monotonic() > deadline or node.process.poll() is not None:
            raise UmbelError("the gauge does not answer")
        time.sleep(0.01)
    heap, *files = answer.read_text().splitlines()
    resident = (file.removeprefix(_MOUNTED) for file in files if file.startswith(_MOUNTED))
    names = _NAMES.findall(node.console())[-1]
    return Gauged(heap=int(heap), names=int(names), resident=tuple(sorted(resident)))


def settled(node: Node, pause: float = _PAUSE) -> Gauged:
    """The least of some looks: what is loaded for a moment only does not stay."""
    looks: list[Gauged] = []
    for _ in range(_LOOKS):
        time.sleep(pause)
        looks.append(gauge(node))
    return min(looks, key=lambda look: look.heap)


def wait_until_up(node: Node) -> None:
    """Return when all doors are open."""
    for port in (node.shell_port, node.web_port):
        connect(port, node.process).close()


def _release() -> Path:
    """A flash with everything that there is for a node, staged once."""
    folder = sources.cache_dir().parent / "bench" / "node"
    stage.stage(folder)
    return folder


def _fakes(hardware: Path) -> Path:
    """What the node takes for ``machine`` and ``network``, compiled."""
    folder = sources.cache_dir().parent / "bench" / f"{hardware.parent.name}-{hardware.name}"
    folders = (BARE, hardware) if hardware.parent == BARE else (hardware,)
    files = {path.name: path for one in folders for path in one.glob("*.py")}
    for name, content in compiler.compile_files(files).items():
        compiler.write_if_changed(folder / name, content)
    return folder


def _provision(
    flash: Path, shell_port: int, web_port: int, *, auth: bool, more: Mapping[str, object]
) -> None:
    salt = bytes(16)
    hashed = hashlib.pbkdf2_hmac("sha256", PASSWORD.encode(), salt, _ROUNDS)
    secrets = {
        "key": bytes(32).hex(),
        "passwords": {"salt": salt.hex(), "rounds": _ROUNDS, "admin": hashed.hex()},
    }
    config = {
        "devfid": NAME,
        "staessid": "bench",
        "ntp": "n/a",
        "webui": True,
        "socport": shell_port,
        "webport": web_port,
        "auth": auth,
        **more,
    }
    (flash / "config").mkdir()
    (flash / "config" / "node_config.json").write_text(json.dumps(config))
    (flash / "secrets").write_text(json.dumps(secrets))
