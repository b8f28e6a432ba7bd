"""What clients of ota-promoter rely on: the answers that it has given, and a client like them."""

from __future__ import annotations

import asyncio
import json
import os
import tomllib
from pathlib import Path

import pytest
from original_client import OriginalClient

from umbel.ota.ignoring import Ignored
from umbel.ota.sniffing import content_type

RECORDED = tomllib.loads(Path(__file__).with_name("promoter.toml").read_text())
FIRST = RECORDED["folder"][0]["files"]


def is_same(shown: str, checksum: str) -> bool:
    beginning, _, end = shown.partition("…")
    return checksum.startswith(beginning) and checksum.endswith(end)


@pytest.mark.parametrize("recorded", RECORDED["folder"], ids=lambda one: "+".join(one["files"]))
async def test_a_folder_has_the_checksums_and_the_version_of_the_original(recorded, promote):
    async with promote(recorded["files"]) as promoted:
        answer = await promoted.ask("/files")

    listed = json.loads(answer.body)
    assert [one["path"] for one in listed["files"]] == list(recorded["checksums"])
    for one, shown in zip(listed["files"], recorded["checksums"].values(), strict=True):
        assert is_same(shown, one["checksum"])
    assert listed["version"] == recorded.get("version", listed["version"])
    assert answer.body == json.dumps(listed, separators=(",", ":")).encode()
    assert answer.header("content-length") == str(len(answer.body))


async def test_an_answer_is_that_of_the_original_to_the_byte(promote):
    async with promote(FIRST) as promoted:
        for recorded in RECORDED["exchange"]:
            answer = await promoted.ask(recorded["request"])

            assert answer.status == recorded["status"], recorded["request"]
            assert set(recorded["headers"]) <= set(answer.headers), recorded["request"]
            assert answer.body == recorded["body"].encode(), recorded["request"]
            assert answer.header("allow") is None


@pytest.mark.parametrize("recorded", RECORDED["ignored"], ids=lambda one: one["line"])
def test_a_line_of_promoterignore_drops_what_it_dropped_before(recorded):
    ignored = Ignored.parse([recorded["line"]])

    assert [path for path in recorded["drops"] if path not in ignored] == []
    assert [path for path in recorded["keeps"] if path in ignored] == []


@pytest.mark.parametrize("content, kind", RECORDED["sniffed"].items())
def test_a_content_is_taken_for_what_it_was_before(content: str, kind: str):
    assert content_type(content.encode("latin-1")) == kind


async def test_an_empty_file_has_no_type(promote):
    async with promote({"empty": ""}) as promoted:
        listed = json.loads((await promoted.ask("/files")).body)
        answer = await promoted.ask(f"/files/{listed['files'][0]['checksum']}")

    assert answer.status == 200
    assert answer.header("content-type") is None
    assert answer.body == b""


async def test_of_two_files_with_one_checksum_the_first_is_sent(promote):
    async with promote({"ab": "x", "b": "xa"}) as promoted:
        answer = await promoted.ask("/files/0200fce055c7dc84517d00b8a0129153f6a03792")

    assert answer.header("x-target-path") == "ab"
    assert "b cannot be fetched: ab has its checksum" in promoted.said


async def test_names_are_written_as_the_original_writes_them(promote):
    async with promote({"a <&> b ü.txt": "x"}) as promoted:
        answer = await promoted.ask("/files")
        checksum = json.loads(answer.body)["files"][0]["checksum"]
        whole = await promoted.ask(f"/files/{checksum}")

    assert rb'{"path":"a \u003c\u0026\u003e b ' + "ü".encode() in answer.body
    assert "X-Target-Path: a <&> b ü.txt" in whole.headers
    assert "Content-Disposition: attachment; filename=a <&> b ü.txt" in whole.headers


async def test_an_original_client_follows_every_change(promote, tmp_path: Path):
    board = tmp_path / "board"
    board.mkdir()
    files = {"main.py": "1", "lib/a/b.py": "x", "lib/c.py": "", "logo.png": os.urandom(100_000)}
    async with promote(files) as promoted:
        client = OriginalClient(promoted.url, board)

        assert await asyncio.to_thread(client.check_and_update)
        assert not await asyncio.to_thread(client.check_and_update)
        before = await promoted.version()
        (promoted.folder / "lib/c.py").unlink()
        (promoted.folder / "main.py").write_text("2")
        (promoted.folder / "new").mkdir()
        (promoted.folder / "new/d.py").write_text("y")
        await promoted.until(lambda paths: "new/d.py" in paths and "lib/c.py" not in paths, before)
        assert await asyncio.to_thread(client.check_and_update)

    there = {
        path.relative_to(board).as_posix(): path.read_bytes()
        for path in board.rglob("*")
        if path.is_file() and path.name not in (".files", ".version")
    }
    wanted = {"main.py": b"2", "lib/a/b.py": b"x", "new/d.py": b"y", "logo.png": files["logo.png"]}
    assert there == wanted


async def test_the_folder_itself_decides_what_is_left_out(promote):
    files = {".promoterignore": "secret.*\n\\.git/.*\n", "secret.txt": "x", ".git/a": "x", "a": ""}
    async with promote(files) as promoted:
        listed = json.loads((await promoted.ask("/files")).body)["files"]

    assert [one["path"] for one in listed] == [".promoterignore", "a"]
