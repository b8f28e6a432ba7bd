"""The client of a node's shell, against nodes that behave and nodes that do not."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

import pytest

from umbel.errors import LinkError, LinkTimeout, NodeError
from umbel.link import shell
from umbel.model import Access, Address, Node

if TYPE_CHECKING:
    from conftest import Listen

KEY = bytes(range(32))
PROMPT = b"[password] attic $ "
Answer = Callable[[dict[str, Any]], Awaitable[list[object]]]


class NodeThat(Protocol):
    """``attic = await node_that(answers)``: for each request it says what ``answers`` gives."""

    async def __call__(self, answers: Answer, prompt: bytes = PROMPT) -> Node: ...


@pytest.fixture
def node_that(listen: Listen) -> NodeThat:
    async def start(answers: Answer, prompt: bytes = PROMPT) -> Node:
        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(prompt)
            begin = b"\n"  # makes the prompt a line to pass over
            while line := await reader.readline():
                writer.write(begin + b"".join(map(said, await answers(json.loads(line)))))
                begin = b""

        return Node(name="attic", address=await listen(talk))

    return start


def said(line: object) -> bytes:
    return line if isinstance(line, bytes) else json.dumps(line).encode() + b"\n"


async def echo(request: dict[str, Any]) -> list[object]:
    return [{"id": request["id"], "ok": request.get("cmd") or request.get("call")}]


async def test_a_command_is_answered_behind_the_prompt(node_that: NodeThat):
    async with shell.connect(await node_that(echo)) as session:
        assert await session.run("version") == "version"
        assert await session.call("rgb", "color", [1], g=2) == ["rgb", "color", [1], {"g": 2}]


async def test_requests_take_turns(node_that: NodeThat):
    async with shell.connect(await node_that(echo)) as session:
        answers = await asyncio.gather(*(session.run(str(number)) for number in range(20)))

    assert answers == [str(number) for number in range(20)]


async def test_a_refusal_has_a_code_a_sentence_and_a_remedy(node_that: NodeThat):
    async def refuse(request: dict[str, Any]) -> list[object]:
        fault = {"code": "unknown_module", "message": "unknown module: x"}
        return [{"id": request["id"], "error": fault}]

    async with shell.connect(await node_that(refuse)) as session:
        with pytest.raises(NodeError, match="attic: unknown module: x") as refusal:
            await session.run("x")

    assert refusal.value.code == "unknown_module"
    assert refusal.value.remedy == "umbel shell attic help lm"


async def test_the_key_proves_who_asks_and_does_not_travel(node_that: NodeThat):
    seen: list[dict[str, Any]] = []

    async def check(request: dict[str, Any]) -> list[object]:
        seen.append(request)
        return [{"id": request["id"], "ok": "abc" if "nonce" in request else "admin"}]

    locked = replace(await node_that(check), access=Access(key=KEY))
    async with shell.connect(locked) as session:
        assert session.role == "admin"

    mac = hmac.new(KEY, b"shell\nabc\n1", hashlib.sha256).hexdigest()
    assert seen[1]["sign"] == ["abc", 1, mac]
    assert KEY.hex() not in str(seen)


async def test_a_password_is_sent_where_there_is_no_key(node_that: NodeThat):
    seen: list[dict[str, Any]] = []

    async def check(request: dict[str, Any]) -> list[object]:
        seen.append(request)
        return [{"id": request["id"], "ok": "view"}]

    locked = replace(await node_that(check), access=Access(password="open sesame"))
    async with shell.connect(locked) as session:
        assert session.role == "view"

    assert seen[0]["login"] == "open sesame"


async def test_events_are_told_between_answers(node_that: NodeThat):
    async def talkative(request: dict[str, Any]) -> list[object]:
        event = {"event": "log", "data": request["id"], "lost": 0}
        return [event, {"id": request["id"], "ok": True}, event]

    async with shell.connect(await node_that(talkative)) as session:
        events = session.events("log")
        first, second = await anext(events), await anext(events)

    assert [(one.topic, one.data) for one in (first, second)] == [("log", 1), ("log", 1)]


async def test_an_answer_that_comes_too_late_is_not_taken_for_another(node_that: NodeThat):
    async def late(request: dict[str, Any]) -> list[object]:
        if request["cmd"] == "slow":
            await asyncio.sleep(0.1)
        return await echo(request)

    async with shell.connect(await node_that(late)) as session:
        with pytest.raises(LinkTimeout, match=r"attic did not answer within 0\.05 s"):
            await session.run("slow", within=0.05)
        assert await session.run("quick") == "quick"


async def test_a_node_that_has_no_place_says_so(node_that: NodeThat):
    attic = await node_that(echo, prompt=b"Connection is busy. Bye!\n")

    async with shell.connect(attic) as session:
        with pytest.raises(LinkError, match="no place for another caller"):
            await session.run("version")


async def test_a_connection_that_ends_is_noticed(node_that: NodeThat):
    async def leave(request: dict[str, Any]) -> list[object]:
        raise ConnectionError

    async with shell.connect(await node_that(leave)) as session:
        with pytest.raises(LinkError, match=r"closed the connection|broke"):
            await session.run("version")
        assert session.is_closed()


@pytest.mark.parametrize("nonsense", [b"{nonsense}\n", b"{" + b"x" * (1 << 20) + b"\n"])
async def test_nonsense_is_an_error_of_the_link(nonsense: bytes, node_that: NodeThat):
    async def rave(request: dict[str, Any]) -> list[object]:
        return [nonsense]

    async with shell.connect(await node_that(rave)) as session:
        with pytest.raises(LinkError):
            await session.run("version")


async def test_nobody_there_is_one_sentence():
    nobody = Node(name="attic", address=Address("127.3.2.1", 19010))

    with pytest.raises(LinkError) as error:
        async with shell.connect(nobody):
            pass

    assert str(error.value) == "attic cannot be reached at 127.3.2.1:19010: Connection refused"


@pytest.mark.parametrize(
    ("greeting", "is_open"),
    [("hello:attic:micr1OS:dev", False), ("hello:attic:micr1OS:dev:open", True)],
)
async def test_a_node_that_lets_everybody_in_says_so(
    greeting: str, is_open: bool, node_that: NodeThat
):
    async def greet(request: dict[str, Any]) -> list[object]:
        return [{"id": request["id"], "ok": greeting}]

    async with shell.connect(await node_that(greet)) as session:
        assert await session.is_open() is is_open
