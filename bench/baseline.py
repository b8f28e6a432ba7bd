"""The servers of ``baselines``, on the MicroPython of this machine."""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

from bench.processes import LOOPBACK, connect, free_port, needed, running
from umbel.build import compile as compiler
from umbel.build import sources
from umbel.errors import UmbelError

FOLDER = Path(__file__).with_name("baselines")
MICRODOT = "2.7.0"


@contextmanager
def running_baseline(name: str) -> Generator[int]:
    """A server of ``baselines``, compiled; gives its port."""
    port = free_port()
    folder = compiled()
    code = f"import asyncio, {name}; asyncio.run({name}.serve({port}, {LOOPBACK!r}))"
    command = [needed("micropython-64"), "-c", code]
    environment = {"PATH": os.environ["PATH"], "MICROPYPATH": f"{folder}:.frozen"}
    with running(command, environment=environment) as process:
        connect(port, process).close()
        yield port


def compiled() -> Path:
    """The folder with all of them, Microdot too."""
    folder = sources.cache_dir().parent / "bench" / "baselines"
    files = {path.name: path for path in FOLDER.glob("*.py")}
    microdot = _microdot()
    files |= {f"microdot/{name}.py": microdot / f"{name}.py" for name in ("__init__", "microdot")}
    for name, content in compiler.compile_files(files).items():
        compiler.write_if_changed(folder / name, content)
    return folder


def _microdot() -> Path:
    """Where pip has put Microdot, which only the bench needs."""
    spec = find_spec("microdot")
    if spec is None or spec.origin is None:
        raise UmbelError("Microdot is not installed", remedy="make setup")
    return Path(spec.origin).parent
