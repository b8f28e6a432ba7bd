"""An update of a Pico W over its Wi-Fi, and the power that fails at a hundred moments of it."""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import flash
import pytest
import starting
from clients import basic
from harness import PATIENCE, Board, eventually

from umbel import runtimes
from umbel.build import image, stage
from umbel.errors import UmbelError
from umbel.release import Release, Wishes, build, signing, slot
from umbel.runtimes import firmware

CUTS = 100
RESUMED = 1  # of them is switched on again, and updated to the end
PAUSE = 0.15  # seconds between two cuts, at most
CONFIRMED = "is confirmed"
SELECTION = stage.Selection(
    modules=frozenset({"system", "switch"}), pin_maps=frozenset({"rp2"}), devices=frozenset()
)

Needs = Callable[[str], Path]


def release(version: str, more: bytes) -> Release:
    """Tepal with a file more, which differs from release to release."""
    files = {**stage.release_files(selection=SELECTION), "web/more.gz": more}
    return build(files, Wishes(name="tepal", version=version))


@contextmanager
def booted(content: bytes) -> Generator[Board]:
    link = "tap" if runtimes.named("tap").find() else "loop"
    with Board(content, link=link) as board:
        board.console.wait_for("http on port", PATIENCE)
        eventually(lambda: about(board))
        yield board


def about(board: Board) -> dict:
    with closing(board.http()) as web:
        return ask(web, "GET", "node")


def ask(web: http.client.HTTPConnection, method: str, path: str, body: bytes = b"") -> dict:
    """What the node answers, which must be content with us."""
    web.request(method, f"/api/v1/{path}", body, basic())
    answer = web.getresponse()
    told = json.loads(answer.read())
    assert answer.status == 200, told
    return told


def push(board: Board, wanted: Release) -> None:
    """Bring a release to a node, as ``umbel update`` does it."""
    proof = signing.for_node(wanted.manifest, about(board)["id"], flash.KEY)
    contents = {hashlib.sha256(one).hexdigest(): one for one in wanted.files.values()}
    with closing(board.http(timeout=PATIENCE)) as web:
        told = ask(web, "PUT", "update/manifest", wanted.manifest.with_signature(proof))
        while following := told["next"]:
            content = contents[following["sha256"]][following["offset"] :]
            path = f"update/files/{following['sha256']}?offset={following['offset']}"
            told = ask(web, "PUT", path, content)
        ask(web, "POST", "update/finish")


def push_until(is_over: threading.Event, board: Board, wanted: Release) -> list[str]:
    """Bring it again whenever the connection breaks, as ``umbel update`` does; what went wrong."""
    faults: list[str] = []
    while not is_over.is_set():
        try:
            push(board, wanted)
            is_over.wait(PATIENCE)
        except (OSError, http.client.HTTPException, AssertionError) as error:
            faults.append(repr(error))
            is_over.wait(1)
    return faults


def starts(content: bytes, releases: dict[str, Release]) -> str:
    """Which release a flash would start."""
    try:
        files = image.unpack(content)
    except UmbelError as error:
        return f"dead: {error}"
    return starting.starts(files, releases)


@pytest.mark.slow
def test_power_may_fail_at_any_moment_of_an_update(needs: Needs):
    needs(f"firmware-{firmware.VERSIONS[0]}")
    old, new = release("1.0.0", b"old"), release("1.1.0", os.urandom(9000))
    node = flash.node(update_trial=5, files=in_slot(old))

    taken = flashes_during_an_update(node, new)

    found = [starts(content, {"old": old, "new": new}) for content in taken]
    assert len(taken) >= CUTS, Counter(found)
    assert set(found) == {"old", "new"}, Counter(found)
    for content in sample([one for one, what in zip(taken, found, strict=True) if what == "old"]):
        assert starts(flashes_during_an_update(content, new)[-1], {"new": new}) == "new"


def flashes_during_an_update(content: bytes, wanted: Release) -> list[bytes]:
    """Switch a board on, update it, and tell what is on its flash again and again until the end."""
    moments = random.Random(0)
    taken: list[bytes] = []
    is_over = threading.Event()
    with booted(content) as board, ThreadPoolExecutor(1) as aside:
        pushing = aside.submit(push_until, is_over, board, wanted)
        deadline = time.monotonic() + 6 * PATIENCE  # a whole update and its trial
        while CONFIRMED not in board.console.text and time.monotonic() < deadline:
            taken.append(board.flash())
            time.sleep(moments.uniform(0, PAUSE))
        is_over.set()
        tries = pushing.result()
        assert CONFIRMED in board.console.text, f"{board.console.text}\n{tries}"
        return [*taken, board.flash()]


def sample(contents: list[bytes]) -> list[bytes]:
    """Some of them, from the beginning to the end."""
    return contents[:: max(1, len(contents) // RESUMED)][1 : RESUMED + 1]


def in_slot(one: Release) -> dict[str, bytes]:
    return {f"sys/a/{name}": content for name, content in slot.laid_out(one).items()}
