"""Apps that come to nodes that run: over HTTP, as ``curl -T`` sends them."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Generator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest
from patience import wait_until

from umbel.apps import Source, pack, template
from umbel.errors import NodeError
from umbel.link import proof
from umbel.link.api import Api
from umbel.model import Node
from umbel.release import Release, signing

APPS = Path(__file__).parents[2] / "apps"
BEAT = """\
import asyncio

async def main(app):
    with open(app.path("{name}"), "w") as file:
        file.write("here")
    while True:
        await asyncio.sleep(1)
"""

Simulate = Callable[..., Any]


def written(folder: Path, version: str, **more: str) -> Release:
    """An app that runs until it is stopped, and says which version it is."""
    if not folder.exists():
        template.write(folder, "Garden", "MIT")
    config = (folder / "config.json").read_text()
    old = config.partition('"version": "')[2].partition('"')[0]
    (folder / "config.json").write_text(config.replace(old, version, 1))
    (folder / "main.py").write_text(BEAT.format(name=version))
    for name, content in more.items():
        (folder / "setup" / f"{name}.py").write_text(content)
    return pack(Source.at(folder))


def archive(release: Release, node: Node | None, folder: Path) -> bytes:
    """What comes over the wire, vouched for with the key of a node."""
    if node and node.access.key:
        proof = signing.for_node(release.manifest, node.id, node.access.key)
        release = release.with_signature(proof)
    path = folder / "app.zip"
    release.save(path)
    return path.read_bytes()


def ask(node: Node, method: str, path: str, content: bytes = b"") -> dict[str, Any]:
    async def send() -> dict[str, Any]:
        async with Api(node) as api:
            return await api.send(method, path, content)

    return asyncio.run(send())


def put(node: Node, content: bytes, query: str = "") -> dict[str, Any]:
    return ask(node, "PUT", f"apps/app.zip{query}", content)


def command(node: Node, line: str) -> Any:
    async def run() -> object:
        async with Api(node) as api:
            return (await api.run(line)).value

    return asyncio.run(run())


def test_apps_come_over_http_what_they_need_first(simulate: Simulate, tmp_path: Path):
    node = simulate("--nodes", "1").node("node01")
    sunrise = archive(pack(Source.at(APPS / "sunrise")), node, tmp_path)
    thermo = archive(pack(Source.at(APPS / "thermo")), node, tmp_path)

    with pytest.raises(NodeError, match=r"sunrise-1\.x\.x wanted, none here"):
        put(node, thermo)
    first = put(node, sunrise)
    second = put(node, thermo)

    assert first == {"uid": "sunrise", "version": "1.0.0", "was": "", "place": "base"}
    assert second["uid"] == "thermo"


def test_what_is_refused_over_http_has_a_status_and_a_sentence(simulate: Simulate, tmp_path: Path):
    node = simulate("--nodes", "1").node("node01")
    unsigned = archive(written(tmp_path / "garden", "1.0.0"), None, tmp_path)
    vetoed = archive(
        written(tmp_path / "garden", "1.0.0", install="def run(app):\n    1 / 0\n"), node, tmp_path
    )
    large = unsigned + bytes(300_000)

    table = (
        ("release_unsigned", unsigned, ""),
        ("release_unsigned", large, ""),
        ("app", b"no archive", ""),
        ("app_setup", vetoed, ""),
        ("not_found", unsigned, "/more.zip"),
    )
    for code, content, more in table:
        with pytest.raises(NodeError) as caught:
            ask(node, "PUT", f"apps/app.zip{more}", content)
        assert caught.value.code == code
    stranger = httpx.put(f"{node.url}/api/v1/apps/app.zip", content=unsigned)
    unnamed = httpx.put(f"{node.url}/api/v1/apps/app.txt", content=unsigned)

    assert (stranger.status_code, stranger.json()["code"]) == (401, "login_required")
    assert unnamed.status_code == 401
    assert put(node, archive(written(tmp_path / "other", "1.0.0"), node, tmp_path))


def test_a_sender_who_hangs_up_leaves_the_node_free_for_the_next_one(
    simulate: Simulate, tmp_path: Path
):
    node = simulate("--nodes", "1").node("node01")
    content = archive(written(tmp_path / "garden", "1.0.0"), node, tmp_path)
    assert node.web_port
    request = httpx.Request("PUT", f"{node.url}/api/v1/apps/a.zip", content=content)

    flow = proof.of(node.access)
    assert flow
    with httpx.Client(auth=flow) as client, pytest.raises(httpx.HTTPError):
        client.send(
            client.build_request(
                "PUT",
                str(request.url),
                content=_broken(content),
                headers={"content-length": str(len(content))},
            )
        )

    assert put(node, content)["uid"] == "garden"


def _broken(content: bytes):
    yield content[:2000]
    raise httpx.WriteError("gone")


@pytest.fixture
def offered(tmp_path: Path) -> Generator[tuple[str, Path]]:
    """The address of a web server, and the folder that it offers."""
    folder = tmp_path / "offered"
    folder.mkdir()
    handler = partial(SimpleHTTPRequestHandler, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", folder
        server.shutdown()
        thread.join()


def test_a_node_fetches_an_app_from_a_web_server(
    simulate: Simulate, tmp_path: Path, offered: tuple[str, Path]
):
    url, folder = offered
    node = simulate("--nodes", "1").node("node01")
    for version in ("1.0.0", "1.1.0"):
        content = archive(written(tmp_path / "garden", version), node, tmp_path)
        (folder / f"garden-{version}.zip").write_bytes(content)

    first = command(node, f"app install {url}/garden-1.0.0.zip")
    second = command(node, f"app upgrade {url}/garden-1.1.0.zip")

    assert first == {"uid": "garden", "version": "1.0.0", "was": "", "place": "base"}
    assert second == {"uid": "garden", "version": "1.1.0", "was": "1.0.0", "place": "base"}
    assert command(node, "app info garden")["version"] == "1.1.0"


def test_what_cannot_be_fetched_is_told_in_a_sentence(
    simulate: Simulate, tmp_path: Path, offered: tuple[str, Path]
):
    url, folder = offered
    node = simulate("--nodes", "1").node("node01")
    (folder / "page.zip").write_text("<html>welcome</html>")
    (folder / "empty.zip").write_bytes(b"")
    content = archive(written(tmp_path / "garden", "1.0.0"), node, tmp_path)
    (folder / "half.zip").write_bytes(content[:-4000])
    with socket.create_server(("127.0.0.1", 0)) as closed:
        nobody = f"http://127.0.0.1:{closed.getsockname()[1]}"

    table = (
        (f"{url}/none.zip", "not_found", "status 404"),
        (f"{nobody}/a.zip", "unreachable", "127.0.0.1: "),
        (f"{url}/page.zip", "app", ""),
        (f"{url}/empty.zip", "app", ""),
        (f"{url}/half.zip", "app", ""),
        ("ftp://127.0.0.1/a.zip", "url", ""),
        ("nothing.zip", "not_found", "nothing.zip"),
    )
    for place, code, said in table:
        with pytest.raises(NodeError) as caught:
            command(node, f"app install {place}")
        assert caught.value.code == code, place
        assert said in str(caught.value)
        assert "\n" not in str(caught.value)
    assert command(node, "app list") == []
    (folder / "whole.zip").write_bytes(content)
    assert command(node, f"app install {url}/whole.zip")["uid"] == "garden"


def test_an_app_that_runs_is_stopped_for_its_upgrade_and_goes_on(
    simulate: Simulate, tmp_path: Path
):
    node = simulate("--nodes", "1").node("node01")
    put(node, archive(written(tmp_path / "garden", "1.0.0"), node, tmp_path))
    command(node, "app start garden")

    done = put(node, archive(written(tmp_path / "garden", "1.1.0"), node, tmp_path))
    goes_on = wait_until(lambda: command(node, "app info garden")["status"]["state"] == "running")
    shown = command(node, "app info garden")
    removed = command(node, "app remove garden purge=True")

    assert done["was"] == "1.0.0"
    assert shown["version"] == "1.1.0"
    assert goes_on, shown
    assert removed == {"uid": "garden", "was": "1.1.0"}
    assert command(node, "app list") == []
