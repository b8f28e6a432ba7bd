"""``umbel app`` as somebody types it."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Callable, Generator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from umbel.release import KeyRing, private_keys

Umbel = Callable[..., tuple[int, str]]


@pytest.fixture(scope="session")
def ring(tmp_path_factory: pytest.TempPathFactory) -> KeyRing:
    made = KeyRing(tmp_path_factory.mktemp("state") / "keys")
    private_keys.new(made, "shop")
    private_keys.new(made, "other")
    return made


@pytest.fixture
def serve() -> Generator[Callable[[Path], str]]:
    """Any web server: that of Python."""
    servers: list[ThreadingHTTPServer] = []

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    def start(folder: Path) -> str:
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def test_a_new_app_is_checked_packed_offered_and_chosen(umbel: Umbel):
    for command, expected in (
        ("new lamp", "main.py"),
        ("check lamp", "no errors, 1 warning"),
        ("pack lamp --out shelf", "not signed"),
        ("check shelf/lamp-0.1.0.zip", "lamp 0.1.0, 12 files"),
        ("index shelf", "1 apps, 1 versions, number 1"),
        ("resolve lamp --index shelf --lock a.lock", "lamp-x.x.x: lamp 0.1.0"),
    ):
        code, printed = umbel("app", *command.split())
        assert code == 0, printed
        assert expected in printed


@pytest.mark.parametrize(
    "command, expected",
    [
        ("new Lamp", "error: U1: Lamp"),
        ("new lamp --title Küche", "error: C4"),
        ("check nowhere", "error: there is no folder nowhere"),
        ("pack nowhere", "try: umbel app new nowhere"),
        ("icon lamp nothing.png", "error: there is no picture"),
        ("index .", "error: . has no archives"),
        ("resolve lamp --index .", "error: . has no index.manifest"),
        ("resolve lamp --index http://127.0.0.1:9", "error: http://127.0.0.1:9/index.manifest"),
        ("index . --yank lamp", "as in acme-1.0.1"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(command: str, expected: str, umbel: Umbel):
    code, printed = umbel("app", *command.split())

    assert code == 1
    assert expected in printed
    assert len(printed.splitlines()) <= 2


def test_a_folder_with_something_in_it_is_left_alone(umbel: Umbel, tmp_path: Path):
    (tmp_path / "lamp").mkdir()
    (tmp_path / "lamp" / "precious").write_text("x")

    code, printed = umbel("app", "new", "lamp")

    assert (code, "not empty" in printed) == (1, True)
    assert [path.name for path in (tmp_path / "lamp").iterdir()] == ["precious"]


def test_findings_can_be_had_by_programs(umbel: Umbel, tmp_path: Path):
    umbel("app", "new", "lamp")
    (tmp_path / "lamp" / "translate" / "en_US.json").unlink()

    code, printed = umbel("app", "check", "lamp", "--json")

    first, *_ = json.loads(printed)
    assert code == 1
    assert (first["rule"], first["level"]) == ("T1", "error")
    assert first["remedy"]


def test_all_rules_are_listed(umbel: Umbel):
    _, printed = umbel("app", "rules", "--json")

    assert {"G1", "U1", "P1"} <= {one["rule"] for one in json.loads(printed)}


def test_an_index_must_be_signed_by_who_is_trusted(
    umbel: Umbel, ring: KeyRing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("UMBEL_STATE", str(ring.folder.parent))
    umbel("app", "new", "lamp")
    umbel("app", "pack", "lamp", "--out", "shelf")
    umbel("app", "index", "shelf")

    code, printed = umbel("app", "resolve", "lamp", "--index", "shelf")
    assert (code, "is not signed by other or shop" in printed) == (1, True)
    assert umbel("app", "resolve", "lamp", "--index", "shelf", "--unsigned")[0] == 0

    assert umbel("app", "index", "shelf", "--key", "shop")[0] == 0
    assert umbel("app", "resolve", "lamp", "--index", "shelf")[0] == 0
    code, printed = umbel("app", "resolve", "lamp", "--index", "shelf", "--key", "other")
    assert (code, "is not signed by other" in printed) == (1, True)

    path = tmp_path / "shelf" / "index.manifest"
    content = path.read_bytes()
    path.write_bytes(content[:-2] + (b"0" if content[-2:-1] != b"0" else b"1") + b"\n")
    code, printed = umbel("app", "resolve", "lamp", "--index", "shelf")
    assert (code, "the signature by shop is wrong" in printed) == (1, True)


def test_any_web_server_can_offer_an_index(
    umbel: Umbel, serve: Callable[[Path], str], tmp_path: Path
):
    umbel("app", "new", "lamp")
    umbel("app", "pack", "lamp", "--out", "shelf", "--url", "http://shelf.example")
    umbel("app", "index", "shelf")
    url = serve(tmp_path / "shelf")

    code, printed = umbel("app", "resolve", "lamp", "--index", url)

    assert (code, printed) == (0, "lamp-x.x.x: lamp 0.1.0\n")
    code, printed = umbel("app", "resolve", "lamp", "--index", f"{url}/nothing")
    assert (code, "it answers 404" in printed) == (1, True)


def test_mip_installs_the_code_and_what_it_needs(
    umbel: Umbel,
    serve: Callable[[Path], str],
    tmp_path: Path,
    needs: Callable[[str], Path],
):
    micropython = needs("micropython-64")
    (tmp_path / "shelf").mkdir()
    url = serve(tmp_path / "shelf")
    for name in ("lamp", "garden"):
        umbel("app", "new", name)
    config = tmp_path / "garden" / "config.json"
    said = json.loads(config.read_text())
    config.write_text(json.dumps({**said, "dependencies": ["lamp-0.1.0"]}))
    for name in ("lamp", "garden"):
        assert umbel("app", "pack", name, "--out", "shelf", "--url", url)[0] == 0
    program = f"import mip; mip.install('{url}/mip/garden/0.1.0/', target='lib')"

    done = subprocess.run(
        [micropython, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout + done.stderr
    for name in ("lamp", "garden"):
        code = (tmp_path / "lib" / name / "main.py").read_text()
        assert code == (tmp_path / name / "main.py").read_text()
