"""``umbel update`` against a node that is played: every way in which an update can go."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import httpx
import pytest

from tepal.formats import hmac as node_hmac
from umbel.link.api import Api
from umbel.model import Access, Address, Node
from umbel.ota import push as pushing
from umbel.ota.push import Outcome, Patience, Seen
from umbel.release import Release, Wishes, manifest
from umbel.release import build as build_release

KEY = bytes(range(32))
LONG = Patience(shortest_pause=0.01, longest_pause=0.05)
SHORT = replace(LONG, reaching=0.3, busy=0.3, trial=0.5)  # where it comes to an end


def release(version: str = "1.2.3") -> Release:
    files = {"big": b"x" * 3000, "a": b"same", "b": b"same", "empty": b""}
    return build_release(files, Wishes(name="tepal", version=version))


def attic() -> Node:
    return Node(
        name="attic",
        id="micr00OS",
        address=Address("127.0.1.1", 9008),
        web_port=8080,
        access=Access(password="pw"),
    )


class Attic:
    """A node as ``/api/v1/update`` shows it. ``broken`` tells which requests lose the connection."""

    def __init__(self) -> None:
        self.release = "old"
        self.trial = ""
        self.reason = ""
        self.offered = ""
        self.wanted: list[manifest.File] = []
        self.here: dict[str, bytes] = {}
        self.asked: list[str] = []
        self.refusals: dict[str, list[str]] = {}
        self.broken: Callable[[str, int], bool] = lambda _what, _count: False
        self.most = 1 << 30  # bytes of a file that arrive before the connection breaks
        self.looks_of_trial = 2
        self.ends_well = True

    def connect(self, node: Node) -> Api:
        return Api(node, transport=httpx.MockTransport(self.answer))

    def answer(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/api/v1/update").strip("/")
        what = f"{request.method} {path.partition('/')[0]}".strip()
        self.asked.append(what)
        if self.broken(what, self.asked.count(what)):
            raise httpx.ReadError("gone", request=request)
        if codes := self.refusals.get(what):
            code = codes.pop(0)
            return httpx.Response(409, json={"code": code, "detail": f"{code}: no"})
        return httpx.Response(200, json=self.told(what, request))

    def told(self, what: str, request: httpx.Request) -> dict[str, object]:
        if what == "PUT manifest":
            described = manifest.read(request.content)
            self.offered = described.digest.hex()
            self.wanted = [file for file in described.files if file.path != "a"]
        elif what == "PUT files":
            file = self.wanted[0]
            assert request.url.path.endswith(file.sha256.hex())
            assert request.url.params["offset"] == str(len(self.here.get(file.path, b"")))
            block = request.content[: self.most]
            self.here[file.path] = self.here.get(file.path, b"") + block
            if len(block) < len(request.content):
                raise httpx.WriteError("gone", request=request)
        elif what == "POST finish":
            assert self.next() is None
            self.trial, self.offered = "b", ""
        elif what == "DELETE":
            self.offered = ""
        elif self.trial:
            self.follow()
        told: dict[str, object] = {
            "release": self.release,
            "version": "1.0.0",
            "sequence": 7,
            "trial": self.trial,
            "reason": self.reason,
            "offered": {"release": self.offered} if self.offered else None,
        }
        if self.offered:
            told["next"] = self.next()
        return told

    def follow(self) -> None:
        self.looks_of_trial -= 1
        if self.looks_of_trial < 0:
            self.trial = ""
            if self.ends_well:
                self.release = release().manifest.digest.hex()
            else:
                self.reason = "it did not come up"

    def next(self) -> dict[str, object] | None:
        while self.wanted:
            file = self.wanted[0]
            here = len(self.here.get(file.path, b""))
            if here < file.size:
                sha256 = file.sha256.hex()
                return {"path": file.path, "size": file.size, "sha256": sha256, "offset": here}
            self.wanted.pop(0)
        return None


async def pushed(
    node: Attic, said: list[tuple[str, float]] | None = None, *, patience: Patience = LONG
) -> Outcome:
    def say(what: str, done: float) -> None:
        if said is not None:
            said.append((what, done))

    return await pushing.push(attic(), release(), say=say, patience=patience, connect=node.connect)


async def test_a_node_gets_what_it_lacks_and_is_followed_to_the_end():
    node = Attic()
    said: list[tuple[str, float]] = []

    outcome = await pushed(node, said)

    assert str(outcome) == "confirmed"
    assert outcome.is_fine
    assert node.here == {"big": b"x" * 3000, "b": b"same"}
    assert node.asked.count("PUT files") == 2
    told = [what for what, _ in said]
    assert list(dict.fromkeys(told)) == [
        "asks",
        "takes files",
        "checks",
        "restarts",
        "is on trial",
    ]
    shares = [done for what, done in said if what == "takes files"]
    assert shares == sorted(shares)
    assert 0 <= shares[0] <= shares[-1] < 1


async def test_a_node_that_runs_it_already_is_left_alone():
    node = Attic()
    node.release = release().manifest.digest.hex()

    outcome = await pushed(node)

    assert (str(outcome), outcome.is_fine) == ("up to date", True)
    assert node.asked == ["GET"]


async def test_a_trial_that_fails_is_told_with_its_reason():
    node = Attic()
    node.ends_well = False

    outcome = await pushed(node)

    assert (str(outcome), outcome.is_fine) == ("rolled back: it did not come up", False)


async def test_a_cut_connection_is_taken_up_where_it_broke():
    node = Attic()
    node.most = 1000

    outcome = await pushed(node)

    assert str(outcome) == "confirmed"
    assert node.here["big"] == b"x" * 3000
    assert node.asked.count("PUT manifest") == 1


async def test_a_node_that_restarts_in_the_middle_gets_the_manifest_again():
    node = Attic()

    def break_once(what: str, count: int) -> bool:
        if (what, count) == ("PUT files", 2):
            node.offered = ""
            return True
        return False

    node.broken = break_once

    assert str(await pushed(node)) == "confirmed"
    assert node.asked.count("PUT manifest") == 2


async def test_a_lost_answer_to_the_last_word_is_no_failure():
    node = Attic()
    answer = node.told

    def told(what: str, request: httpx.Request) -> dict[str, object]:
        found = answer(what, request)
        if what == "POST finish":
            raise httpx.ReadError("gone", request=request)
        return found

    node.told = told  # type: ignore[method-assign]

    assert str(await pushed(node)) == "confirmed"
    assert node.asked.count("POST finish") == 1


@pytest.mark.parametrize("what", ["GET", "PUT manifest", "PUT files", "POST finish"])
async def test_a_node_that_is_gone_is_offline(what: str):
    node = Attic()
    node.broken = lambda asked, count: asked == what or "POST finish" in node.asked

    outcome = await pushed(node, patience=SHORT)

    assert outcome.result == "offline"
    assert "gone" in outcome.reason


async def test_a_node_that_does_not_come_back_from_its_restart_is_offline():
    node = Attic()
    node.broken = lambda what, _: what == "GET" and "POST finish" in node.asked

    assert (await pushed(node, patience=SHORT)).result == "offline"


async def test_a_refusal_is_told_in_the_words_of_the_node():
    node = Attic()
    node.refusals["PUT manifest"] = ["release_unsigned"]

    assert str(await pushed(node)) == "refused: release_unsigned: no"


async def test_another_update_is_waited_for_but_not_for_ever():
    node = Attic()
    node.refusals["PUT manifest"] = ["update_busy"] * 3

    assert str(await pushed(node)) == "confirmed"

    node = Attic()
    node.refusals["PUT manifest"] = ["update_busy"] * 500
    assert str(await pushed(node, patience=SHORT)) == "refused: update_busy: no"


async def test_a_file_that_arrives_damaged_again_and_again_ends_it():
    node = Attic()
    node.refusals["PUT files"] = ["release_file"] * 2
    assert str(await pushed(node)) == "confirmed"

    node = Attic()
    node.refusals["PUT files"] = ["release_file"] * 50
    assert (await pushed(node)).result == "refused"


async def test_what_a_node_runs_is_seen_without_changing_it():
    node = Attic()

    seen = await pushing.look(attic(), connect=node.connect)

    assert seen == Seen(version="1.0.0", sequence=7, release="old")
    assert node.asked == ["GET"]
    node.broken = lambda _what, _count: True
    lost = await pushing.look(attic(), connect=node.connect)
    assert isinstance(lost, Outcome)
    assert lost.result == "offline"


def test_a_manifest_carries_the_proof_of_the_node():
    node = Node(name="attic", id="micr00OS", address=Address("h", 1), access=Access(key=KEY))
    described = release().manifest

    made = manifest.read(pushing.manifest_for(node, described))

    (signature,) = made.signatures
    assert (signature.kind, signature.id) == ("hmac", "micr00OS")
    wanted = node_hmac.hmac_sha256(KEY, b"tepal-release 1\n" + described.digest)
    assert signature.content == wanted
    assert pushing.manifest_for(attic(), described) == described.content
