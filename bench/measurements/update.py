"""What a node of 32 bit needs, beside all that it holds, to take a release of Tepal itself.

A quarter of the files has changed; a publisher has signed. The engine and all that it loads are in
it, the door that brings the release is not. Then the least heap is looked for in which a node comes
up and takes one. Last a release is pushed over HTTP, the door included.
"""

from __future__ import annotations

import base64
import hashlib
import json
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from bench import clients, node
from bench.figure import Figure
from bench.node import Node
from bench.processes import connect
from umbel.build import compile as compiler
from umbel.build import sources, stage
from umbel.errors import UmbelError
from umbel.release import KeyRing, Release, Wishes, build, private_keys, sign, signing

_MODULE = node.BARE / "LM_take.py"
_METER = node.BARE / "LM_meter.py"
_NODE_ID = "micr025049000001OS"  # of bare/bare.py
_SETTLED = 2.0  # seconds
_USUAL, _LEAST, _MOST = 128, 80, 128  # KB of heap
_STEP = 4  # KB
_CHANGED = 4  # of so many files one is new
_PATIENCE = 30.0  # seconds


def measure() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        release, modulus = _release(folder)
        release.save(folder / "new")
        (folder / "publisher").write_text(base64.b64encode(modulus).decode())
        code = compiler.compile_files({_MODULE.name: _MODULE})
        for file, content in code.items():
            (folder / file).write_bytes(content)
        before, most, sent, took = _take(folder, _USUAL)
        least, enough = _LEAST, _MOST
        while enough - least > _STEP:
            heap = (least + enough) // 2
            try:
                _take(folder, heap)
                enough = heap
            except UmbelError:
                least = heap
        pushed = _push(folder, release)
    yield Figure(key="update", what="heap that an update needs", value=most - before, unit="B")
    yield Figure(
        key="update_heap", what="heap with which a node updates", value=enough * 1024, unit="B"
    )
    yield Figure(
        key="update_http",
        what="heap that an update needs which is pushed over HTTP, with the door",
        value=pushed,
        unit="B",
    )
    yield Figure(what="an update of a quarter of the files: what comes", value=sent, unit="B")
    yield Figure(what="an update of a quarter of the files: time", value=took, unit="ms")


def _release(folder: Path) -> tuple[Release, bytes]:
    """What comes, and the key by which it is believed."""
    files = {
        path: content + b"#" if number % _CHANGED == 0 else content
        for number, (path, content) in enumerate(
            stage.release_files(cache=sources.cache_dir()).items()
        )
    }
    ring = KeyRing(folder / "keys")
    key = private_keys.new(ring, "bench")
    unsigned = build(files, Wishes(name="tepal", version="9.0.0"))
    return sign(unsigned, key, private_keys.signer(ring, "bench")), key.modulus


def _take(folder: Path, heap: int) -> tuple[int, ...]:
    """What bare/LM_take.py says of an update in so many KB. Raises: UmbelError, it was too little."""
    with node.running_node(
        bits=32, hardware=node.BARE, heap=f"{heap}k", module=folder / "LM_take.mpy"
    ) as one:
        node.wait_until_up(one)
        _make_own(one.flash / "sys")
        shutil.copytree(folder / "new", one.flash / "new")
        shutil.copy(folder / "publisher", one.flash)
        with connect(one.web_port) as web:
            answer = clients.exchange(web, clients.get("/rest/take/begin"), b"}")()
        if b"begun" not in answer:
            raise UmbelError(f"the update does not begin: {answer!r}")
        taken = one.flash / "taken"
        deadline = time.monotonic() + _PATIENCE
        while not taken.is_file():
            is_over = one.process.poll() is not None or "MemoryError" in one.console()
            if is_over or time.monotonic() > deadline:
                raise UmbelError("the update does not end")
            time.sleep(0.05)
        return tuple(map(int, taken.read_text().split()))


def _push(folder: Path, release: Release) -> int:
    """The most bytes that a node held while it was pushed to, above what it had held before."""
    contents = {hashlib.sha256(content).hexdigest(): content for content in release.files.values()}
    code = compiler.compile_files({_METER.name: _METER})
    (folder / "LM_meter.mpy").write_bytes(code["LM_meter.mpy"])
    with node.running_node(
        bits=32, hardware=node.BARE, heap=f"{_USUAL}k", module=folder / "LM_meter.mpy"
    ) as one:
        node.wait_until_up(one)
        _make_own(one.flash / "sys")
        with _connected(one) as web:
            _ask(web, "GET", "/rest/meter/begin")
        while not (seen := _seen(one)):
            time.sleep(_SETTLED)
        proof = signing.for_node(release.manifest, _NODE_ID, bytes(32))
        with _connected(one) as web:
            told = _told(web, "manifest", release.manifest.with_signature(proof))
            while wanted := told["next"]:
                content = contents[wanted["sha256"]][wanted["offset"] :]
                path = f"files/{wanted['sha256']}?offset={wanted['offset']}"
                told = _told(web, path, content)
        return _seen(one)[1] - seen[0]


def _connected(one: Node) -> closing[HTTPConnection]:
    return closing(HTTPConnection("127.0.0.1", one.web_port, timeout=_PATIENCE))


def _seen(one: Node) -> list[int]:
    with _connected(one) as web:
        return _ask(web, "GET", "/rest/meter/seen")["result"]


def _told(web: HTTPConnection, path: str, body: bytes) -> dict[str, Any]:
    answer = _ask(web, "PUT", f"/api/v1/update/{path}", body)
    if "next" not in answer:
        raise UmbelError(f"the node refuses the update: {answer}")
    return answer


def _ask(web: HTTPConnection, method: str, path: str, body: bytes = b"") -> dict[str, Any]:
    web.request(method, path, body)
    return json.loads(web.getresponse().read())


def _make_own(link: Path) -> None:
    """Let a node that runs have slots of its own: what it runs belongs to all measurements."""
    copy = link.with_name("sys.copy")
    shutil.copytree(link, copy)
    link.unlink()
    copy.rename(link)
