"""What an app of 30 KB costs that is installed: time over HTTP, and heap of a node of 32 bit.

The heap is that above an idle node, and counts all that comes with it: the door over which the
archive is sent, its connection, the request. The names of code stay for ever, so the first time is
told apart. Of some times the middle one counts: MicroPython's collector takes whatever lies on the
stack for a pointer, and so, by chance, keeps the code of one step for another.
"""

from __future__ import annotations

import json
import os
import statistics
import tempfile
import time
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from bench import node
from bench.figure import Figure
from bench.node import Node
from umbel.apps import Source, pack, template
from umbel.build import compile as compiler
from umbel.errors import UmbelError
from umbel.release import Release, signing

_METER = node.BARE / "LM_peak.py"
_NODE_ID = "micr025049000001OS"  # of bare/bare.py
_HEAP = "128k"
_FILES, _SIZE = 8, 2800  # what is in them is compressed already, as pictures are
_ARCHIVE = "garden.zip"
_TIMES = 5
_DONE = 3  # numbers that the meter says in the end
_SETTLED = 2.5  # seconds
_PATIENCE = 30.0  # seconds


def measure() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        release = _release(folder / "garden")
        code = compiler.compile_files({_METER.name: _METER})
        (folder / "LM_peak.mpy").write_bytes(code["LM_peak.mpy"])
        with _small_node(folder) as one:
            size = len(_archive(one, release, _NODE_ID))
            first, *others = [_with_door(one) for _ in range(1 + _TIMES)]
        with _small_node(folder) as one:
            _archive(one, release, _NODE_ID)
            _, *alone = [_engine(one) for _ in range(1 + _TIMES)]
        with node.running_node() as one:
            node.wait_until_up(one)
            content = _archive(one, release, _ask(one, "GET", "/api/v1/node")["id"])
            began = time.perf_counter()
            _put(one, content)
            took = time.perf_counter() - began
    yield Figure(key="app_install", what=f"an app of {size:,} bytes comes", value=took, unit="s")
    yield Figure(
        key="app_install_http",
        what="heap that installing an app needs which comes over HTTP, with the door",
        value=statistics.median(others),
        unit="B",
    )
    yield Figure(what="the most of some times", value=max(others), unit="B")
    yield Figure(
        key="app_install_first",
        what="the first time, with names that stay",
        value=first,
        unit="B",
    )
    yield Figure(
        key="app_install_heap",
        what="without the door, from flash",
        value=statistics.median(alone),
        unit="B",
    )


@contextmanager
def _small_node(folder: Path) -> Generator[Node]:
    module = folder / "LM_peak.mpy"
    with node.running_node(bits=32, hardware=node.BARE, heap=_HEAP, module=module) as one:
        node.wait_until_up(one)
        yield one


def _release(source: Path) -> Release:
    template.write(source, "Garden", "MIT")
    for number in range(_FILES):
        (source / "media" / f"{number}.bin").write_bytes(os.urandom(_SIZE))
    return pack(Source.at(source))


def _archive(one: Node, release: Release, own: str) -> bytes:
    """The archive, vouched for with the key of a node; it lies on its flash, too."""
    path = one.flash / _ARCHIVE
    release.with_signature(signing.for_node(release.manifest, own, bytes(32))).save(path)
    return path.read_bytes()


def _engine(one: Node) -> int:
    """The most bytes above idle while the node installs what lies on its flash."""
    _ask(one, "GET", f"/rest/peak/begin/{_ARCHIVE}")
    deadline = time.monotonic() + _PATIENCE
    while len(seen := _seen(one)) < _DONE:
        if time.monotonic() > deadline:
            raise UmbelError("the installation does not end")
        time.sleep(_SETTLED)
    return seen[1] - seen[0]


def _with_door(one: Node) -> int:
    _ask(one, "GET", "/rest/peak/begin")
    while not (before := _seen(one)):
        time.sleep(_SETTLED)
    _put(one, (one.flash / _ARCHIVE).read_bytes())
    return _seen(one)[1] - before[0]


def _seen(one: Node) -> list[int]:
    return _ask(one, "GET", "/rest/peak/seen")["result"]


def _put(one: Node, content: bytes) -> None:
    done = _ask(one, "PUT", f"/api/v1/apps/{_ARCHIVE}", content)
    if done.get("uid") != "garden":
        raise UmbelError(f"the node refuses the app: {done}")


def _ask(one: Node, method: str, path: str, body: bytes = b"") -> dict[str, Any]:
    with closing(HTTPConnection("127.0.0.1", one.web_port, timeout=_PATIENCE)) as web:
        web.request(method, path, body)
        return json.loads(web.getresponse().read())
