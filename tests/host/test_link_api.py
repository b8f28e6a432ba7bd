"""The web door of a node: what we send, and what becomes of each kind of answer."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Callable

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from umbel.errors import LinkError, LinkTimeout, NodeError
from umbel.link.api import LONGEST_ANSWER, Api
from umbel.link.frames import Event
from umbel.link.server_sent import parsed
from umbel.model import Access, Address, Node

KEY = bytes(range(32))
ABOUT = {"name": "attic", "uptime_ms": 1}
Handler = Callable[[httpx.Request], httpx.Response]


def attic(access: Access | None = None) -> Node:
    return Node(
        name="attic",
        address=Address("127.0.1.1", 9008),
        web_port=8080,
        access=access or Access(),
    )


def api(handler: Handler, access: Access | None = None) -> Api:
    return Api(attic(access), transport=httpx.MockTransport(handler))


def problem(status: int, code: str, detail: str = "") -> httpx.Response:
    told = {"code": code, "detail": f"{code.replace('_', ' ')}{detail}"}
    return httpx.Response(status, json=told)


class SigningNode:
    """Checks signatures as tepal/core/login.py says, with a nonce that can grow old."""

    def __init__(self) -> None:
        self.nonces = 0
        self.highest = 0
        self.asked: list[str] = []

    def restart(self) -> None:
        self.nonces += 100
        self.highest = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.raw_path.decode()
        self.asked.append(path)
        if path == "/api/v1/nonce":
            self.nonces += 1
            self.highest = 0
            return httpx.Response(200, json={"nonce": f"n{self.nonces}"})
        return self._checked(request, path)

    def _checked(self, request: httpx.Request, path: str) -> httpx.Response:
        kind, _, proof = request.headers["authorization"].partition(" ")
        nonce, count, mac = proof.split(":")
        if nonce != f"n{self.nonces}":
            return problem(401, "stale")
        body = hashlib.sha256(request.content).hexdigest()
        message = f"{request.method}\n{path}\n{body}\n{nonce}\n{count}"
        wanted = hmac.new(KEY, message.encode(), hashlib.sha256).hexdigest()
        if kind != "Tepal" or mac != wanted or int(count) <= self.highest:
            return problem(401, "signature")
        self.highest = int(count)
        return httpx.Response(200, json={"result": [path, request.content.decode()], "text": "t"})


async def test_a_command_travels_as_json_and_its_answer_has_two_faces():
    seen: list[httpx.Request] = []

    def node(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"result": {"S": 1}, "text": " S: 1"})

    async with api(node) as attic_api:
        result = await attic_api.run("lamp toggle")

    assert (result.value, result.text) == ({"S": 1}, " S: 1")
    assert str(seen[0].url) == "http://127.0.1.1:8080/api/v1/commands"
    assert json.loads(seen[0].content) == {"cmd": "lamp toggle"}
    assert "authorization" not in seen[0].headers
    assert "Mozilla" not in seen[0].headers["user-agent"]  # the node would take us for a browser


async def test_a_name_from_outside_stays_one_part_of_the_path():
    seen: list[bytes] = []

    def node(request: httpx.Request) -> httpx.Response:
        seen.append(request.url.raw_path)
        return httpx.Response(200, json={"result": None, "text": ""})

    async with api(node) as attic_api:
        await attic_api.call("../config", "a b?c")

    assert seen == [b"/api/v1/modules/..%2Fconfig/a%20b%3Fc"]


async def test_requests_are_signed_with_the_key_and_the_nonce_is_kept():
    node = SigningNode()

    async with api(node, Access(key=KEY)) as attic_api:
        answers = [(await attic_api.run(f"c {number}")).value for number in range(3)]
        await attic_api.request("GET", "log?x=ü")

    assert answers == [["/api/v1/commands", f'{{"cmd":"c {number}"}}'] for number in range(3)]
    assert node.asked.count("/api/v1/nonce") == 1


async def test_signed_requests_keep_their_order():
    node = SigningNode()

    async with api(node, Access(key=KEY)) as attic_api:
        await asyncio.gather(*(attic_api.run(f"c {number}") for number in range(20)))

    assert node.highest == 20


async def test_a_nonce_that_a_restart_made_stale_is_renewed():
    node = SigningNode()

    async with api(node, Access(key=KEY)) as attic_api:
        await attic_api.run("first")
        node.restart()
        result = await attic_api.run("second")

    assert result.text == "t"
    assert node.asked.count("/api/v1/nonce") == 2


async def test_a_wrong_key_is_told_once():
    node = SigningNode()

    async with api(node, Access(key=bytes(32))) as attic_api:
        with pytest.raises(NodeError) as refused:
            await attic_api.run("first")

    assert refused.value.code == "signature"
    assert node.asked.count("/api/v1/commands") == 1


async def test_something_that_has_no_nonce_is_no_node():
    async with api(lambda _: httpx.Response(200, text="hi"), Access(key=KEY)) as other:
        with pytest.raises(LinkError, match="no node"):
            await other.about()


async def test_a_password_travels_as_basic():
    seen: list[str] = []

    def node(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers["authorization"])
        return httpx.Response(200, json=ABOUT)

    async with api(node, Access(password="rosehip")) as attic_api:
        assert await attic_api.about() == ABOUT

    assert seen[0].startswith("Basic ")


async def test_what_a_node_refuses_is_its_code_and_a_remedy():
    async with api(lambda _: problem(404, "unknown_module", ": rgbb")) as attic_api:
        with pytest.raises(NodeError) as refused:
            await attic_api.run("rgbb color")

    assert refused.value.code == "unknown_module"
    assert str(refused.value) == "attic: unknown module: rgbb"
    assert refused.value.remedy == "umbel shell attic help lm"


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, text="<html>"),
        httpx.Response(200, json=[1]),
        httpx.Response(500, text="oops"),
        httpx.Response(400, json={"code": "x"}),
        httpx.Response(400, json=[]),
        httpx.Response(503),
        httpx.Response(200, content=b"[" * (LONGEST_ANSWER + 1)),
        httpx.Response(302, headers={"location": "http://192.0.2.1/"}),
    ],
)
async def test_nonsense_is_a_link_error(answer: httpx.Response):
    async with api(lambda _: answer) as attic_api:
        with pytest.raises(LinkError):
            await attic_api.about()


async def test_silence_is_a_timeout():
    async def silent(_: httpx.Request) -> httpx.Response:
        await asyncio.sleep(30)
        raise AssertionError

    node = Api(attic(), transport=httpx.MockTransport(silent))
    async with node:
        with pytest.raises(LinkTimeout, match=r"0\.02 s"):
            await node.about(within=0.02)
        assert not node.is_busy


async def test_a_node_that_is_not_there_is_a_sentence():
    def nobody(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("All connection attempts failed")

    async with api(nobody) as attic_api:
        with pytest.raises(LinkError, match="nobody listens at http://127"):
            await attic_api.about()


async def test_who_waits_while_we_let_go_of_a_node_is_told():
    one = api(lambda _: httpx.Response(200, json=ABOUT))
    await one.aclose()

    with pytest.raises(LinkError, match="attic is looked after no more"):
        await one.apps()


async def test_an_icon_is_bytes():
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.raw_path.decode())
        return httpx.Response(200, content=b"\x89PNG")

    async with api(answer) as attic:
        assert await attic.icon("a/b", 64, is_bw=True) == b"\x89PNG"
    assert asked == ["/api/v1/apps/a%2Fb/icon/64?bw=1"]


async def test_a_connection_that_the_node_has_closed_is_tried_again_for_what_changes_nothing():
    asked: list[str] = []

    def closing(request: httpx.Request) -> httpx.Response:
        asked.append(request.method)
        if len(asked) % 2:
            raise httpx.RemoteProtocolError("closed")
        return httpx.Response(200, json=ABOUT)

    async with api(closing) as attic_api:
        assert await attic_api.about() == ABOUT
        with pytest.raises(LinkError):
            await attic_api.run("lamp toggle")

    assert asked == ["GET", "GET", "POST"]


def test_a_node_without_a_web_door_is_told_how_to_get_one():
    with pytest.raises(LinkError) as missing:
        Api(Node(name="attic", address=Address("127.0.1.1", 9008)))

    assert missing.value.remedy == "umbel config attic set webui True"


async def test_events_arrive_one_by_one():
    stream = b'event: log\ndata: "a"\n\n: alive\n\nevent: state\ndata: {"S": 1}\n\n'

    async with (
        api(lambda _: httpx.Response(200, content=stream)) as attic_api,
        attic_api.events() as events,
    ):
        heard = [event async for event in events]

    assert heard == [Event(topic="log", data="a"), Event(topic="state", data={"S": 1})]


async def test_a_stream_that_is_refused_says_why():
    async with api(lambda _: problem(429, "queue_full", ": 1")) as attic_api:
        with pytest.raises(NodeError) as refused:
            async with attic_api.events():
                pass

    assert refused.value.code == "queue_full"


@given(st.lists(st.text(), max_size=5), st.lists(st.integers(1, 40), max_size=60))
async def test_events_do_not_depend_on_how_they_are_cut(texts: list[str], cuts: list[int]):
    stream = b"".join(f"event: log\ndata: {json.dumps(text)}\n\n".encode() for text in texts)

    heard = [event.data async for event in parsed(_cut(stream, cuts))]

    assert heard == texts


@pytest.mark.parametrize("stream", [b"data: {\n\n", b"x" * 70_000])
async def test_a_stream_of_nonsense_is_a_link_error(stream: bytes):
    with pytest.raises(LinkError):
        [event async for event in parsed(_cut(stream, [1000] * 80))]


async def _cut(stream: bytes, cuts: list[int]) -> AsyncIterator[bytes]:
    for size in cuts:
        yield stream[:size]
        stream = stream[size:]
    yield stream


async def test_a_node_without_a_place_for_us_says_so_even_if_we_only_want_to_prove_who_we_are():
    async with api(lambda _: httpx.Response(503), Access(key=bytes(32))) as node:
        with pytest.raises(LinkError, match="attic has no place for us just now"):
            await node.about()
