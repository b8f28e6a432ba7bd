"""Updates of nodes that run: pushed by ``umbel update``, or fetched from a promoter; good ones and bad."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import socket
import socketserver
import subprocess
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import version
from pathlib import Path
from typing import Any

from patience import PATIENCE

from umbel.build import compile as compiler
from umbel.link.api import Api
from umbel.ota import push
from umbel.release import Release

from .updates import configure, is_confirmed, newer, promoting, status


def wait_until(
    is_true: Callable[[], bool], what: Callable[[], object] = lambda: "it does not happen"
) -> None:
    deadline = time.monotonic() + PATIENCE
    while not is_true():
        assert time.monotonic() < deadline, str(what())
        time.sleep(0.1)


class Original(BaseHTTPRequestHandler):
    """Answers as ota-promoter does: chunked lists, no ranges, no sizes, 400 for what it has not."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        files: dict[str, bytes] = self.server.files  # type: ignore[attr-defined]
        known = {
            hashlib.sha1(files[path] + path.encode()).hexdigest(): path for path in sorted(files)
        }
        number = hashlib.sha1("".join(known).encode()).hexdigest()
        if self.path == "/files/version":
            self._send(200, json.dumps({"version": number}).encode())
        elif self.path == "/files":
            listed = [{"path": path, "checksum": checksum} for checksum, path in known.items()]
            self._send_chunked(json.dumps({"files": listed or None, "version": number}).encode())
        elif path := known.get(self.path.removeprefix("/files/")):
            self._send(200, files[path], path)
        elif self.path.startswith("/files/"):
            self._send(400, b'{"Message":"file not found"}')
        else:
            self._send(404, b"404 page not found\n")

    def log_message(self, format: str, *args: object) -> None:
        pass

    def _send(self, code: int, body: bytes, path: str = "") -> None:
        self.send_response(code)
        if path:
            self.send_header("X-Target-Path", path)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _send_chunked(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for start in range(0, len(body), 50):
            part = body[start : start + 50]
            self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
        self.wfile.write(b"0\r\n\r\n")


@contextmanager
def serving(server: socketserver.BaseServer) -> Generator[str]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        host, port = server.server_address[:2]
        yield f"http://{host}:{port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Counting(socketserver.ThreadingTCPServer):
    """Passes everything on to ``port``, and counts the bytes of both directions."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, port: int) -> None:
        super().__init__(("127.0.0.1", 0), _Passing)
        self.port = port
        self.count = 0
        self.asked = b""  # how the last request begins
        self.lock = threading.Lock()


class _Passing(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        with socket.create_connection(("127.0.0.1", self.server.port)) as other:  # type: ignore[attr-defined]
            back = threading.Thread(target=self._pass, args=(other, self.request), daemon=True)
            back.start()
            self._pass(self.request, other, asks=True)
            back.join()

    def _pass(self, source, target, *, asks: bool = False) -> None:
        try:
            while data := source.recv(65536):
                with self.server.lock:  # type: ignore[attr-defined]
                    if asks:
                        self.server.asked = data[:20]  # type: ignore[attr-defined]
                    self.server.count += len(data)  # type: ignore[attr-defined]
                target.sendall(data)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass


def test_three_nodes_get_a_release_and_one_that_is_gone_is_told(simulate, own, tmp_path: Path):
    simulation = simulate("--nodes", "3")
    release = newer(own, 1, {"web/hello.html": b"<p>hello"})
    release.save(tmp_path / "release")
    for node in ("node01", "node02"):
        configure(simulation, node)
    simulation.umbel("board", "node03", "power", "off")

    dry = simulation.umbel("update", "--all", "--dry-run", "--release", str(tmp_path / "release"))
    done = simulation.umbel("update", "--all", "--release", str(tmp_path / "release"))

    runs = f"it runs {version('umbel')}, sequence 1000"
    assert f"node01: would be updated: {runs}" in dry.stdout
    assert done.returncode == dry.returncode == 1
    assert "node01: confirmed\n" in done.stdout
    assert "node02: confirmed\n" in done.stdout
    assert "node03: offline: " in done.stdout
    for node in ("node01", "node02"):
        assert is_confirmed(simulation, node, release)
    simulation.umbel("board", "node03", "power", "on")
    simulation.read_until("shell 9008", times=6)
    configure(simulation, "node03")
    done = simulation.umbel("update", "--outdated", "--release", str(tmp_path / "release"))
    assert done.returncode == 0, done.stdout
    assert "node01" not in done.stdout
    assert "node03: confirmed" in done.stdout
    again = simulation.umbel("update", "node01", "--release", str(tmp_path / "release"))
    assert (again.returncode, "node01: up to date" in again.stdout) == (0, True)


def test_a_release_that_does_not_start_is_rolled_back_and_the_reason_told(
    simulate, own, tmp_path: Path
):
    simulation = simulate("--nodes", "1")
    configure(simulation, "node01")
    bad = tmp_path / "boot.py"
    bad.write_text("raise ValueError('broken on purpose')\n")
    compiled = compiler.compile_files({"tepal/boot.py": bad})
    newer(own, 2, compiled).save(tmp_path / "bad.zip")

    done = simulation.umbel("update", "node01", "--release", str(tmp_path / "bad.zip"))

    assert done.returncode == 1
    assert "node01: rolled back: " in done.stdout
    assert "broken on purpose" in done.stdout
    told = status(simulation, "node01")
    assert (told["state"], told["version"]) == ("rolled back", version("umbel"))
    good = newer(own, 3)
    good.save(tmp_path / "good.zip")
    done = simulation.umbel("update", "node01", "--release", str(tmp_path / "good.zip"))
    assert done.returncode == 0, done.stdout


def test_an_upload_that_was_killed_goes_on_where_it_was(simulate, own, tmp_path: Path):
    simulation = simulate("--nodes", "1")
    configure(simulation, "node01")
    more = {f"web/{number}.bin": os.urandom(900_000) for number in range(7)}
    release = newer(own, 4, more)
    release.save(tmp_path / "release.zip")
    order = ("update", "node01", "--release", str(tmp_path / "release.zip"))

    def wanted() -> dict[str, Any]:
        async def ask() -> dict[str, Any]:
            async with Api(simulation.node("node01")) as api:
                return await api.send("GET", "update")

        return asyncio.run(ask()).get("next") or {}

    process = subprocess.Popen(
        simulation.command(*order), env=simulation.env, stdout=subprocess.DEVNULL
    )
    wait_until(lambda: str(wanted().get("path", "")).startswith("web/1"))
    process.kill()
    process.wait()
    left = wanted()
    assert left["path"] > "web/0"
    done = simulation.umbel(*order)

    assert done.returncode == 0, done.stdout
    assert is_confirmed(simulation, "node01", release)


def test_of_two_feeds_at_once_the_second_waits(simulate, own, tmp_path: Path):
    simulation = simulate("--nodes", "1")
    release = newer(own, 5)
    release.save(tmp_path / "release")
    with promoting(simulation, tmp_path / "release") as url:
        configure(simulation, "node01", update_url=url)
        simulation.umbel("shell", "node01", "reboot")
        simulation.read_until("shell 9008", times=2)
        wait_until(lambda: status(simulation, "node01").get("promoter", {}).get("offers"))
        assert status(simulation, "node01")["promoter"]["offers"] == "tepal 9.0.5"

        async def begin() -> None:
            async with Api(simulation.node("node01")) as api:
                manifest = push.manifest_for(api.node, newer(own, 6).manifest)
                await api.send("PUT", "update/manifest", manifest)

        asyncio.run(begin())
        simulation.umbel("shell", "node01", "update", "now")
        wait_until(lambda: "busy" in status(simulation, "node01")["promoter"]["problem"])

        async def end() -> None:
            async with Api(simulation.node("node01")) as api:
                await api.send("DELETE", "update")

        asyncio.run(end())
        simulation.umbel("shell", "node01", "update", "now")
        wait_until(lambda: is_confirmed(simulation, "node01", release))


def test_a_node_follows_a_promoter_as_its_release_changes(simulate, own, tmp_path: Path):
    simulation = simulate("--nodes", "1")
    folder = tmp_path / "release"
    more = {f"web/{number}.bin.gz": os.urandom(900) for number in range(9)}
    newer(own, 7, more).save(folder)
    with promoting(simulation, folder) as url:
        counting = Counting(int(url.rpartition(":")[2]))
        with serving(counting) as passed:
            configure(simulation, "node01", update_url=passed, update_auto=True)
            simulation.umbel("shell", "node01", "reboot")
            first = Release.load(folder)
            wait_until(
                lambda: is_confirmed(simulation, "node01", first),
                lambda: status(simulation, "node01"),
            )
            wait_until(lambda: counting.asked.startswith(b"GET /wait/"))  # it has looked
            before = counting.count
            more["web/3.bin.gz"] = os.urandom(3000)
            second = newer(own, 8, more)

            second.save(folder)
            wait_until(lambda: is_confirmed(simulation, "node01", second))

            used = counting.count - before
            manifest = len(second.manifest.content) + 200  # with the proof for this node
            assert used <= 3000 + 2048 + manifest, used - manifest


def test_a_folder_of_an_original_promoter_comes_whole_and_is_confirmed(simulate):
    simulation = simulate("--nodes", "1")
    flash = simulation.known().folder / "node01" / "flash"
    server = ThreadingHTTPServer(("127.0.0.1", 0), Original)
    files = server.files = {  # type: ignore[attr-defined]
        "lib/deep/part.py": b"VALUE = 7\n",
        "logo.png": os.urandom(5000),
        "user_main.py": b"def user_main():\n    return 7\n",
    }

    def is_there() -> bool:
        return (
            not (flash / "update/journal").exists()
            and {path: (flash / path).read_bytes() for path in files if (flash / path).is_file()}
            == files
        )

    with serving(server) as url:
        configure(simulation, "node01", update_url=url, update_auto=True)
        simulation.umbel("shell", "node01", "reboot")
        wait_until(is_there)
        assert len((flash / ".files").read_text().splitlines()) == 3
        del files["lib/deep/part.py"]
        files["logo.png"] = b"new"
        wait_until(lambda: bool(status(simulation, "node01")))

        simulation.umbel("shell", "node01", "update", "now")

        wait_until(is_there)
        wait_until(lambda: not (flash / "lib/deep/part.py").exists())
    log = simulation.umbel("log", "node01").stdout
    assert "user_main has ended" in log
