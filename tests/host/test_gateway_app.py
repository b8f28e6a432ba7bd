"""The gateway as a program sees it: routes, errors, and who is let in."""

from __future__ import annotations

import gzip
import json
from collections.abc import AsyncGenerator, Callable, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from umbel.api import Guard, create_app, new_token, own_names
from umbel.api.guard import Asked
from umbel.errors import LinkError, LinkTimeout, NodeError
from umbel.fleet import Fleet
from umbel.link.api import Api, Result
from umbel.model import Address, Node

TOKEN = "tansy-and-yarrow"
PAGE = b"<!doctype html><title>fleet</title>"
GARDEN = {
    "uid": "garden",
    "title": "<script>Garten</script>",
    "icon": "/api/v1/apps/garden/icon/64",
    "state": "running",
    "since_ms": 5,
}
OURS = {"authorization": f"Bearer {TOKEN}"}


class FakeApi(Api):
    """A node that obeys, refuses, or is not there, as its name says."""

    async def about(self, *, within: float = 1.0) -> dict[str, Any]:
        raise LinkError("nobody asked for this")

    async def run(self, line: str, *, within: float = 1.0) -> Result:
        if self.node.name == "gone":
            raise LinkError("gone cannot be reached")
        if self.node.name == "slow":
            raise LinkTimeout("slow did not answer")
        if line.startswith("refuse "):
            raise NodeError(line.removeprefix("refuse "), f"{self.node.name}: no")
        return Result(value={"line": line}, text=f"line: {line}")

    async def apps(self) -> dict[str, Any]:
        if self.node.name == "gone":
            raise LinkError("gone cannot be reached")
        if self.node.name == "slow":
            return {"apps": [{"uid": "../etc", "title": 5}]}
        return {"language": "de", "apps": [GARDEN, {"uid": "lib", "title": "lib", "icon": ""}]}

    async def icon(self, uid: str, pixels: int, *, is_bw: bool = False) -> bytes:
        if uid == "lib":
            raise NodeError("not_found", f"{self.node.name}: an icon of lib")
        if self.node.name == "slow":
            return b"<script>"
        return b"\x89PNG\r\n\x1a\n" + f"{uid} {pixels} {is_bw}".encode()


@pytest.fixture
def fleet() -> Fleet:
    return Fleet(
        [
            Node(name=name, address=Address(f"127.0.1.{number}", 9008), web_port=8080)
            for number, name in enumerate(("attic", "gone", "slow"), start=1)
        ],
        connect=FakeApi,
    )


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "index.html.gz"
    path.write_bytes(gzip.compress(PAGE))
    return path


Client = Callable[..., httpx.AsyncClient]


@pytest.fixture
async def client(fleet: Fleet, page: Path) -> AsyncGenerator[Client]:
    """``client()``: a program without rights; ``client(headers=OURS)``; ``client(token=None)``."""
    clients: list[httpx.AsyncClient] = []

    def client(token: str | None = TOKEN, **options: Any) -> httpx.AsyncClient:
        app = create_app(fleet, Guard(token=token, hosts=own_names("127.0.0.1")), page)
        transport = httpx.ASGITransport(app)
        made = httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8090", **options)
        clients.append(made)
        return made

    yield client
    for one in clients:
        await one.aclose()


def problem(response: httpx.Response) -> tuple[int, str]:
    assert response.headers["content-type"] == "application/problem+json"
    told = response.json()
    assert told["status"] == response.status_code
    assert told["detail"]
    return response.status_code, told["code"]


# routes


async def test_every_node_is_listed(client: Client):
    nodes = (await client(headers=OURS).get("/api/nodes")).json()

    assert [node["name"] for node in nodes] == ["attic", "gone", "slow"]
    assert nodes[0]["condition"] == "unknown"
    assert nodes[0]["url"] == "http://127.0.1.1:8080"


async def test_one_node_is_told(client: Client):
    assert (await client(headers=OURS).get("/api/nodes/attic")).json()["name"] == "attic"


async def test_a_command_for_one_node(client: Client):
    answer = await client(headers=OURS).post("/api/nodes/attic/commands", json={"cmd": "lamp on"})

    assert answer.json() == {"result": {"line": "lamp on"}, "text": "line: lamp on"}


async def test_a_command_for_all_nodes(client: Client):
    answer = await client(headers=OURS).post("/api/commands", json={"cmd": "lamp on"})

    told = answer.json()
    assert told["attic"] == {
        "answer": {"result": {"line": "lamp on"}, "text": "line: lamp on"},
        "error": None,
    }
    assert told["gone"]["error"]["code"] == told["slow"]["error"]["code"] == "unreachable"


async def test_a_command_for_some_nodes(client: Client):
    wanted = {"cmd": "lamp on", "nodes": ["attic", "attic", "nobody"]}

    told = (await client(headers=OURS).post("/api/commands", json=wanted)).json()

    assert list(told) == ["attic", "nobody"]


@pytest.mark.parametrize(
    ("path", "line", "status", "code"),
    [
        ("attic", "refuse unknown_module", 404, "unknown_module"),
        ("attic", "refuse denied", 403, "denied"),
        ("attic", "refuse arguments", 400, "arguments"),
        ("attic", "refuse wrong_password", 502, "wrong_password"),
        ("gone", "hello", 502, "unreachable"),
        ("slow", "hello", 504, "unreachable"),
        ("nobody", "hello", 404, "unknown_node"),
        ("attic", "", 400, "bad_request"),
        ("attic", "x" * 1025, 400, "bad_request"),
    ],
)
async def test_what_goes_wrong_is_a_problem_document(
    client: Client, path: str, line: str, status: int, code: str
):
    answer = await client(headers=OURS).post(f"/api/nodes/{path}/commands", json={"cmd": line})

    assert problem(answer) == (status, code)


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/nowhere", 404, "not_found"),
        ("GET", "/docs", 404, "not_found"),
        ("GET", "/redoc", 404, "not_found"),
        ("GET", "/../../etc/passwd", 404, "not_found"),
        ("DELETE", "/api/nodes", 405, "method"),
        ("GET", "/api/nodes/attic/commands", 405, "method"),
    ],
)
async def test_there_is_nothing_else(
    client: Client, method: str, path: str, status: int, code: str
):
    assert problem(await client(headers=OURS).request(method, path)) == (status, code)


async def test_a_body_that_is_no_json_is_refused(client: Client):
    answer = await client(headers=OURS).post("/api/commands", content=b"{")

    assert problem(answer) == (400, "bad_request")


@pytest.mark.parametrize("path", ["/api/login", "/api/commands"])
async def test_half_a_character_is_refused(client: Client, path: str):
    answer = await client(headers=OURS).post(path, content=b'{"token":"\\ud800","cmd":"\\ud800"}')

    assert problem(answer) == (400, "bad_request")


async def test_a_body_that_is_too_large_is_not_even_read(client: Client):
    answer = await client(headers=OURS).post("/api/commands", content=b"x" * 70_000)

    assert problem(answer) == (413, "body_too_large")


async def test_a_body_of_unknown_length_is_refused(client: Client):
    async def parts() -> AsyncGenerator[bytes]:
        yield b"{}"

    answer = await client(headers=OURS).post("/api/commands", content=parts())

    assert problem(answer) == (411, "length_required")


async def test_events_begin_with_everything(client: Client, fleet: Fleet):
    fleet.hang_up()

    answer = await client(headers=OURS).get("/api/events")

    assert answer.headers["content-type"].startswith("text/event-stream")
    data = answer.text.partition("event: fleet\ndata: ")[2]
    assert [node["name"] for node in json.loads(data)["nodes"]] == ["attic", "gone", "slow"]


async def test_events_of_an_empty_fleet_say_so(client: Client, fleet: Fleet):
    fleet.assign([])
    fleet.hang_up()

    answer = await client(headers=OURS).get("/api/events")

    assert 'data: {"nodes":[],"gone":[]}' in answer.text


async def test_metrics_are_what_prometheus_reads(client: Client):
    answer = await client(headers=OURS).get("/metrics")

    assert answer.headers["content-type"].startswith("text/plain")
    assert 'umbel_node_up{node="attic"} 0.0' in answer.text
    assert 'umbel_node_info{board="",id="",node="attic",version=""} 1.0' in answer.text


async def test_the_schema_describes_every_route(client: Client):
    schema = (await client(headers=OURS).get("/api/openapi.json")).json()

    assert set(schema["paths"]) == {
        "/api/commands",
        "/api/events",
        "/api/login",
        "/api/nodes",
        "/api/nodes/{name}",
        "/api/nodes/{name}/apps",
        "/api/nodes/{name}/apps/{uid}/icon/{pixels}",
        "/api/nodes/{name}/commands",
        "/metrics",
    }


@pytest.mark.parametrize("accepted", ["gzip", "identity"])
async def test_the_page_is_served_to_everybody(client: Client, accepted: str):
    answer = await client().get("/", headers={"accept-encoding": accepted})

    assert answer.content == PAGE
    assert answer.headers.get("content-encoding", "identity") == accepted


async def test_a_page_that_was_not_built_says_how(fleet: Fleet):
    app = create_app(fleet, Guard(token=None, hosts=frozenset()), None)
    transport = httpx.ASGITransport(app)

    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        assert "make setup" in (await client.get("/")).text


async def test_every_answer_is_safe_to_show(client: Client):
    for path in ("/", "/api/nodes", "/api/login"):
        headers = (await client().get(path)).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
        assert headers["referrer-policy"] == "no-referrer"


# who is let in


@pytest.mark.parametrize("path", ["/api/nodes", "/api/events", "/metrics", "/api/openapi.json"])
async def test_without_the_token_nothing_is_told(client: Client, path: str):
    assert problem(await client().get(path)) == (401, "login_required")


@pytest.mark.parametrize("header", ["Bearer nonsense", "Bearer ", f"Basic {TOKEN}", "Bearer ü"])
async def test_a_wrong_token_opens_nothing(client: Client, header: str):
    answer = await client().get("/api/nodes", headers={b"authorization": header.encode()})

    assert problem(answer) == (401, "login_required")


async def test_a_link_with_the_token_becomes_a_cookie(client: Client):
    browser = client()

    first = await browser.get("/", params={"token": TOKEN})
    nodes = await browser.get("/api/nodes")

    assert (first.status_code, first.headers["location"]) == (303, "/")
    cookie = first.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert nodes.status_code == 200


async def test_a_link_with_a_wrong_token_leads_to_the_page_and_gives_nothing(client: Client):
    answer = await client().get("/", params={"token": "guess"})

    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "set-cookie" not in answer.headers


async def test_the_token_can_be_typed(client: Client):
    browser = client()

    before = (await browser.get("/api/login")).json()
    wrong = await browser.post("/api/login", json={"token": "guess"})
    right = await browser.post("/api/login", json={"token": TOKEN})
    after = (await browser.get("/api/login")).json()

    assert problem(wrong) == (401, "wrong_token")
    assert right.status_code == 200
    assert (before, after) == ({"auth": True, "in": False}, {"auth": True, "in": True})


async def test_an_open_gateway_wants_no_token(client: Client):
    browser = client(token=None)

    assert (await browser.get("/api/nodes")).status_code == 200
    assert (await browser.get("/api/login")).json() == {"auth": False, "in": True}
    assert "set-cookie" not in (await browser.get("/", params={"token": "x"})).headers


FOREIGN = (
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"origin": "http://evil.example"},
    {"origin": "http://127.0.0.1:9999"},
    {"origin": "null"},
    {"referer": "http://evil.example/127.0.0.1:8090"},
    {"user-agent": "Mozilla/5.0"},
)


@pytest.mark.parametrize("headers", FOREIGN)
@pytest.mark.parametrize("token", [TOKEN, None])
async def test_another_sites_page_cannot_make_a_browser_command(
    client: Client, headers: Mapping[str, str], token: str | None
):
    browser = client(token=token)
    await browser.get("/", params={"token": TOKEN})

    answer = await browser.post("/api/commands", json={"cmd": "reboot"}, headers=headers)

    assert problem(answer) == (403, "other_site")


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "same-origin", "user-agent": "Mozilla/5.0"},
        {"origin": "http://127.0.0.1:8090", "user-agent": "Mozilla/5.0"},
        {},
    ],
)
async def test_our_own_page_can(client: Client, headers: Mapping[str, str]):
    browser = client(token=None)

    answer = await browser.post("/api/commands", json={"cmd": "hello"}, headers=headers)

    assert answer.status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8090", "127.0.0.1.evil.example", ""]
)
async def test_a_strangers_name_for_our_address_opens_nothing(client: Client, host: str):
    answer = await client(token=None).get("/api/nodes", headers={"host": host})

    assert problem(answer) == (421, "other_host")


@pytest.mark.parametrize("host", ["127.0.0.1:8090", "localhost:8090", "[::1]:8090", "192.168.1.2"])
async def test_our_own_names_do(client: Client, host: str):
    answer = await client(token=None).get("/api/nodes", headers={"host": host})

    assert answer.status_code == 200


@given(st.dictionaries(st.sampled_from(["host", "origin", "referer", "authorization"]), st.text()))
def test_no_header_crashes_the_guard(headers: dict[str, str]):
    for token in (TOKEN, None):
        guard = Guard(token=token, hosts=own_names("127.0.0.1"))
        guard.refuse(Asked(method="POST", path="/api/commands", headers=headers, cookies={}))


def test_tokens_are_long_and_never_the_same():
    assert len({new_token() for _ in range(50)}) == 50
    assert len(new_token()) >= 24
    assert TOKEN not in repr(Guard(token=TOKEN, hosts=frozenset()))


# apps


async def test_the_apps_of_a_node_are_passed_on_with_icons_of_the_gateway(client: Client):
    answer = await client(headers=OURS).get("/api/nodes/attic/apps")

    assert answer.status_code == 200
    garden, lib = answer.json()["apps"]
    assert answer.json()["language"] == "de"
    assert garden["title"] == "<script>Garten</script>"
    assert garden["state"] == "running"
    assert garden["icon"] == "/api/nodes/attic/apps/garden/icon/64"
    assert (lib["icon"], lib["state"]) == ("", "stopped")


async def test_an_icon_comes_through_the_gateway(client: Client):
    answer = await client(headers=OURS).get("/api/nodes/attic/apps/garden/icon/32?bw=1")

    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")
    assert answer.content == b"\x89PNG\r\n\x1a\ngarden 32 True"
    assert answer.headers["cache-control"].startswith("private")


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("nobody/apps", 404, "unknown_node"),
        ("gone/apps", 502, "unreachable"),
        ("slow/apps", 502, "unreachable"),
        ("attic/apps/lib/icon/64", 404, "not_found"),
        ("slow/apps/garden/icon/64", 502, "unreachable"),
        ("attic/apps/garden/icon/7", 400, "bad_request"),
        ("attic/apps/garden/icon/big", 400, "bad_request"),
        ("attic/apps/..%2F..%2Flog/icon/64", 404, "not_found"),
        ("attic/apps/Garden/icon/64", 400, "bad_request"),
    ],
)
async def test_what_cannot_be_passed_on_is_a_problem(
    client: Client, path: str, status: int, code: str
):
    assert problem(await client(headers=OURS).get(f"/api/nodes/{path}")) == (status, code)


async def test_apps_are_for_who_has_the_token(client: Client):
    assert (await client().get("/api/nodes/attic/apps")).status_code == 401
    assert (await client().get("/api/nodes/attic/apps/garden/icon/64")).status_code == 401
