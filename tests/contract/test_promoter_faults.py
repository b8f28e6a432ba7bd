"""What the original got wrong, and what only we offer."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import socket
import subprocess
from pathlib import Path

import pytest
from patience import PATIENCE

from umbel import release
from umbel.errors import UmbelError
from umbel.ota import scanning, server
from umbel.ota.patience import PatientProtocol
from umbel.release import manifest, signing
from umbel.release.release import MANIFEST

WISHES = release.Wishes(name="demo", version="1.0.0")


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def checksum(content: bytes, path: str) -> str:
    return hashlib.sha1(content + path.encode()).hexdigest()


async def contents(promoted) -> dict[str, bytes]:
    """Everything in the list, each checked against its checksums and size."""
    found = {}
    for one in json.loads((await promoted.ask("/files")).body)["files"]:
        answer = await promoted.ask(f"/files/{one['checksum']}")
        assert checksum(answer.body, one["path"]) == one["checksum"]
        assert sha256(answer.body) == one["sha256"]
        assert len(answer.body) == one["size"]
        found[one["path"]] = answer.body
    return found


def number_of_a_dead_process() -> int:
    with subprocess.Popen(["true"]) as process:
        return process.pid


# --- the folder


async def test_the_working_folder_keeps_its_names(promote, tmp_path, monkeypatch):
    (tmp_path / "promoted").mkdir()
    monkeypatch.chdir(tmp_path / "promoted")

    async with promote({"main.py": "1"}, folder=Path()) as promoted:
        assert await promoted.paths() == ["main.py"]


async def test_a_link_may_be_the_root(promote, tmp_path):
    (tmp_path / "link").symlink_to("promoted")

    async with promote({"main.py": "1"}, folder=tmp_path / "link") as promoted:
        assert await promoted.paths() == ["main.py"]


async def test_links_and_pipes_are_not_promoted(promote, tmp_path):
    (tmp_path / "secret").write_text("x")
    (tmp_path / "promoted").mkdir()
    (tmp_path / "promoted/file").symlink_to(tmp_path / "secret")
    (tmp_path / "promoted/folder").symlink_to(tmp_path)
    os.mkfifo(tmp_path / "promoted/pipe")

    async with promote({"a": "1"}) as promoted:
        assert await promoted.paths() == ["a"]


async def test_no_path_leads_out_of_the_folder(promote, tmp_path):
    (tmp_path / "secret").write_text("x")

    async with promote({"a": "1"}) as promoted:
        for path in (
            "/files/../secret",
            "/files/..%2fsecret",
            "/files/%2e%2e/%2e%2e/secret",
            "/content/..%2f..%2fsecret",
            "/content/.",
            "/files/" + "a" * 4000,
            "/wait/../../secret",
        ):
            answer = await promoted.ask(path)
            assert answer.status in (301, 400, 404), path
            assert b"x" not in answer.body.replace(b"text", b"")


async def test_names_that_no_header_can_carry_are_left_out(promote, tmp_path):
    (tmp_path / "promoted").mkdir()
    for name in (b"a\nSet-Cookie: x", b"\xff\xfe", b" a"):
        (tmp_path / "promoted" / os.fsdecode(name)).write_text("x")

    async with promote({"a": "1"}) as promoted:
        assert await promoted.paths() == ["a"]
        assert sum("left out" in sentence for sentence in promoted.said) == 3


async def test_a_folder_that_holds_too_much_is_refused(promote, monkeypatch):
    monkeypatch.setattr(scanning, "MAX_FILES", 2)
    with pytest.raises(UmbelError, match="too much: at most 2 files"):
        async with promote({"a": "", "b": "", "c": ""}):
            pass

    monkeypatch.setattr(scanning, "MAX_SIZE", 5)
    with pytest.raises(UmbelError, match="too much"):
        async with promote({"a": "123456"}):
            pass


async def test_a_folder_that_is_not_there_is_refused(promote, tmp_path):
    with pytest.raises(UmbelError, match="there is no folder"):
        async with promote({}, folder=tmp_path / "nowhere"):
            pass


# --- changes


async def test_a_change_in_a_new_folder_is_seen(promote):
    async with promote({"a": "1"}) as promoted:
        first = await promoted.version()
        (promoted.folder / "new/deep").mkdir(parents=True)
        (promoted.folder / "new/deep/b").write_text("1")
        second = await promoted.until(lambda paths: "new/deep/b" in paths, first)
        (promoted.folder / "new/deep/c").write_text("2")

        await promoted.until(lambda paths: "new/deep/c" in paths, second)


async def test_every_list_matches_its_contents_while_files_are_written(promote):
    rounds = 0
    number = 0

    async def write(folder: Path) -> None:
        nonlocal number
        while number < 40 or rounds < 4:
            number += 1
            for name in ("a", "b", "c"):
                (folder / name).write_text(f"{name}{number}" * 2000)
            await asyncio.sleep(0.02)

    async with promote({"a": "1", "b": "1", "c": "1"}) as promoted:
        writing = asyncio.create_task(write(promoted.folder))
        while not writing.done():
            assert len(await contents(promoted)) == 3
            rounds += 1

        await writing
        version = await promoted.version()
        while (await contents(promoted))["c"] != f"c{number}".encode() * 2000:
            version = await promoted.changed(version)


async def test_a_file_that_changes_while_it_is_sent_is_sent_as_it_was(promote):
    content = os.urandom(4_000_000)
    async with promote({"big": content}) as promoted:
        reader, writer = await asyncio.open_connection("127.0.0.1", promoted.port, limit=1024)
        writer.write(f"GET /content/{sha256(content)} HTTP/1.0\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        body = await reader.readexactly(1000)
        before = await promoted.version()
        with (promoted.folder / "big").open("r+b") as file:
            file.write(bytes(3_000_000))
            file.truncate()
        await promoted.changed(before)
        body += await reader.read(-1)
        writer.close()

        assert b"200 OK" in head
        assert body == content
        late = await promoted.ask(f"/content/{sha256(content)}")
        assert late.body == content  # who has begun with one state can end with it


async def test_who_waits_hears_of_a_change_and_not_sooner(promote):
    async with promote({"a": "1"}) as promoted:
        first = await promoted.version()
        waiting = asyncio.create_task(promoted.ask(f"/wait/{first}"))
        await asyncio.sleep(0.3)
        assert not waiting.done()
        (promoted.folder / "a").write_text("2")

        assert first.encode() not in (await waiting).body
        assert (await promoted.ask(f"/wait/{first}")).status == 200
        now = await promoted.version()
        assert now.encode() in (await promoted.ask(f"/wait/{now}?seconds=1")).body
        for seconds in ("0", "301", "-1", "x", "1e9", "9" * 9999):
            assert (await promoted.ask(f"/wait/x?seconds={seconds}")).status == 400


async def test_copies_that_somebody_deletes_are_made_anew(promote, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    async with promote({"a": "1"}) as promoted:
        first = await promoted.version()
        await asyncio.sleep(2.1)  # until the file is known to have settled
        (promoted.folder / "b").write_text("1")
        second = await promoted.changed(first)
        for copy in tmp_path.glob("umbel-promote-*/*"):
            copy.unlink()

        broken = await promoted.ask(f"/files/{checksum(b'1', 'a')}")
        (promoted.folder / "c").write_text("1")
        await promoted.changed(second)

        assert broken.status == 500
        assert broken.body == b'{"Message":"internal error"}'
        assert (await contents(promoted))["a"] == b"1"


async def test_what_a_killed_promoter_left_behind_is_removed(promote, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    dead = number_of_a_dead_process()
    for name in (f"umbel-promote-{dead}-x", f"umbel-promote-{os.getppid()}-x", "other"):
        (tmp_path / name).mkdir()

    async with promote({"a": "1"}):
        left = {path.name for path in tmp_path.iterdir()}

    assert f"umbel-promote-{dead}-x" not in left
    assert {f"umbel-promote-{os.getppid()}-x", "other"} <= left
    assert not list(tmp_path.glob(f"umbel-promote-{os.getpid()}-*"))


# --- parts of files


async def test_a_download_is_taken_up_where_it_broke(promote):
    content = os.urandom(5000)
    async with promote({"a": content}) as promoted:
        path = f"/files/{checksum(content, 'a')}"
        tag = f'"{checksum(content, "a")}"'

        rest = await promoted.ask(path, "Range: bytes=4000-", f"If-Range: {tag}")
        assert (rest.status, rest.body) == (206, content[4000:])
        assert rest.header("content-range") == "bytes 4000-4999/5000"
        other = await promoted.ask(path, "Range: bytes=4000-", 'If-Range: "another"')
        assert (other.status, other.body) == (200, content)


async def test_a_range_is_what_was_asked_or_everything(promote):
    content = b"0123456789"
    async with promote({"a": content}) as promoted:
        for asked, status, part in (
            ("bytes=0-0", 206, b"0"),
            ("bytes=2-5", 206, b"2345"),
            ("bytes=9-", 206, b"9"),
            ("bytes=-3", 206, b"789"),
            ("bytes=-99", 200, content),
            ("bytes=5-99", 206, b"56789"),
            ("bytes=10-", 416, b""),
            ("bytes=-0", 416, b""),
            ("bytes=5-2", 200, content),
            ("bytes=0-1,4-5", 200, content),
            ("lines=0-1", 200, content),
            ("bytes=" + "9" * 30 + "-", 200, content),
        ):
            answer = await promoted.ask(f"/content/{sha256(content)}", f"Range: {asked}")

            assert (answer.status, answer.body) == (status, part), asked
            assert answer.header("content-length") == str(len(part))


async def test_who_has_it_already_gets_no_body(promote):
    async with promote({"a": "1"}) as promoted:
        for path in ("/files", "/files/version", f"/files/{checksum(b'1', 'a')}"):
            tag = (await promoted.ask(path)).header("etag")
            again = await promoted.ask(path, f"If-None-Match: {tag}")
            head = await promoted.ask(f"HEAD {path} HTTP/1.1")

            assert (again.status, again.body) == (304, b"")
            assert (head.status, head.body, head.header("etag")) == (200, b"", tag)


# --- releases


async def test_a_release_has_a_manifest_and_every_content(promote):
    made = release.build({"a.py": b"1", "lib/b.py": b"2"}, WISHES)
    files = {**made.files, MANIFEST: made.manifest.signed}

    async with promote(files) as promoted:
        answer = await promoted.ask("/manifest")
        described = manifest.read(answer.body)
        for file in described.files:
            found = await promoted.ask(f"/content/{file.sha256.hex()}")
            assert found.body == files[file.path]

    assert answer.body == made.manifest.signed


async def test_a_node_whose_key_is_known_gets_proof(promote):
    made = release.build({"a.py": b"1"}, WISHES)
    keys = {"attic": bytes(range(32))}

    async with promote(
        {"a.py": b"1", MANIFEST: made.manifest.signed}, key_of=keys.get
    ) as promoted:
        proved = manifest.read((await promoted.ask("/manifest?node=attic")).body)
        other = await promoted.ask("/manifest?node=cellar")

    assert proved.signatures == (signing.for_node(made.manifest, "attic", keys["attic"]),)
    assert other.body == made.manifest.signed


async def test_a_release_that_is_not_whole_is_not_announced(promote):
    made = release.build({"a.py": b"1", "b.py": b"2"}, WISHES)

    async with promote({"a.py": "1", MANIFEST: made.manifest.signed}) as promoted:
        half = await promoted.ask("/manifest")
        version = await promoted.version()
        (promoted.folder / MANIFEST).write_bytes(b"tepal-release 1\nname: a\n")
        await promoted.changed(version)
        broken = await promoted.ask("/manifest")

    assert half.status == broken.status == 503
    assert half.body == b'{"Message":"b.py is not yet what the manifest says"}'
    assert b"line 2: expected the list of files" in broken.body


async def test_another_folder_has_no_manifest(promote):
    async with promote({"a.py": "1"}) as promoted:
        answer = await promoted.ask("/manifest")

    assert (answer.status, answer.body) == (404, b"404 page not found\n")


# --- connections


async def test_who_asks_too_slowly_is_hung_up_on(promote, monkeypatch):
    monkeypatch.setattr(PatientProtocol, "patience", 0.3)
    async with promote({"a": "1"}) as promoted:
        connections = [await asyncio.open_connection("127.0.0.1", promoted.port) for _ in range(2)]
        (slow, slow_writer), (silent, silent_writer) = connections
        try:
            with pytest.raises(ConnectionError):
                for letter in b"GET /files HTTP/1.1\r\n" * 20:
                    slow_writer.write(bytes([letter]))
                    await slow_writer.drain()
                    await asyncio.sleep(0.05)
            assert slow.at_eof() or slow.exception()
            assert await asyncio.wait_for(silent.read(), PATIENCE) == b""
        finally:
            slow_writer.close()
            silent_writer.close()


@pytest.mark.parametrize("takes_some", [True, False])
async def test_a_slow_reader_is_served_as_long_as_it_reads(promote, monkeypatch, takes_some):
    patience = 2.0 if takes_some else 0.5
    monkeypatch.setattr(PatientProtocol, "patience", patience)
    content = os.urandom(3_000_000)
    async with promote({"a": content}) as promoted:
        connection = socket.socket()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65536)
        connection.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_connect(connection, ("127.0.0.1", promoted.port))
        request = f"GET /content/{sha256(content)} HTTP/1.0\r\n\r\n"
        await loop.sock_sendall(connection, request.encode())
        if not takes_some:
            await asyncio.sleep(3)
        received = b""
        try:
            while block := await loop.sock_recv(connection, 65536):
                received += block
                if takes_some:  # in all this takes longer than the patience
                    await asyncio.sleep(0.08)
        except ConnectionError:
            pass
        connection.close()

    assert received.endswith(content) == takes_some


async def test_a_port_that_is_taken_is_named(promote):
    async with promote({"a": "1"}) as promoted:
        with pytest.raises(UmbelError, match=f"cannot listen at 127.0.0.1:{promoted.port}: "):
            await server.serve(
                promoted.folder,
                host="127.0.0.1",
                port=promoted.port,
                key_of=lambda _: None,
                on_ready=print,
                say=print,
            )
