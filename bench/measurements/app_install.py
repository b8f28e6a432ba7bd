"""What an app of 30 KB costs that is installed over HTTP: time, and heap of a node of 32 bit.

The heap is that above idle, with the door, its connection and the request; a setup script is run.
"""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
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
_FILES, _SIZE = 10, 2800  # what is in them is compressed already, as pictures are
_SETTLED = 2.0  # seconds
_PATIENCE = 30.0  # seconds


def measure() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        release = _release(folder / "garden")
        code = compiler.compile_files({_METER.name: _METER})
        (folder / "LM_peak.mpy").write_bytes(code["LM_peak.mpy"])
        with node.running_node(
            bits=32, hardware=node.BARE, heap=_HEAP, module=folder / "LM_peak.mpy"
        ) as one:
            node.wait_until_up(one)
            _ask(one, "GET", "/rest/peak/begin")
            while not (before := _ask(one, "GET", "/rest/peak/seen")["result"]):
                time.sleep(_SETTLED)
            _install(one, release, _NODE_ID)
            most = _ask(one, "GET", "/rest/peak/seen")["result"][1]
        with node.running_node() as one:
            node.wait_until_up(one)
            own = _ask(one, "GET", "/api/v1/node")["id"]
            took, size = _install(one, release, own)
    yield Figure(
        key="app_install_heap",
        what="heap that an app needs which comes over HTTP, with the door",
        value=most - before[0],
        unit="B",
    )
    yield Figure(
        key="app_install", what=f"an app of {size:,} bytes comes", value=took, unit="s"
    )


def _release(source: Path) -> Release:
    template.write(source, "Garden", "MIT")
    for number in range(_FILES):
        (source / "media" / f"{number}.bin").write_bytes(os.urandom(_SIZE))
    return pack(Source.at(source))


def _install(one: Node, release: Release, own: str) -> tuple[float, int]:
    """How many seconds it takes, and how many bytes come."""
    archive = one.flash / "garden.zip"
    release.with_signature(signing.for_node(release.manifest, own, bytes(32))).save(archive)
    content = archive.read_bytes()
    began = time.perf_counter()
    done = _ask(one, "PUT", "/api/v1/apps/garden.zip", content)
    if done.get("uid") != "garden":
        raise UmbelError(f"the node refuses the app: {done}")
    return time.perf_counter() - began, len(content)


def _ask(one: Node, method: str, path: str, body: bytes = b"") -> dict[str, Any]:
    with closing(HTTPConnection("127.0.0.1", one.web_port, timeout=_PATIENCE)) as web:
        web.request(method, path, body)
        return json.loads(web.getresponse().read())
