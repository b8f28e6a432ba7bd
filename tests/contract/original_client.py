"""A client as those of ota-promoter are, with what they keep on flash; our own code.

State is two files: ``.version``, one line, and ``.files``, lines of checksum and path. What left
the list is deleted, what is new is staged and moved into place.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import urllib.request
from pathlib import Path

from patience import PATIENCE


class OriginalClient:
    """``check_and_update`` tells whether there was something new."""

    def __init__(self, url: str, main: Path):
        self._url = url.rstrip("/")
        self._main = main
        self._staging = main.parent / "update"
        self._open = urllib.request.build_opener(urllib.request.ProxyHandler({})).open

    def check_and_update(self) -> bool:
        here = self._main / ".version"
        version = self._json("/files/version")["version"]
        if here.is_file() and here.read_text().strip() == version:
            return False
        shutil.rmtree(self._staging, ignore_errors=True)
        listed = self._json("/files")
        known = self._known()
        files = [(one["checksum"], one["path"]) for one in listed["files"]]
        for checksum, path in files:
            if checksum not in known:
                self._fetch(checksum, path)
        for checksum in known.keys() - {checksum for checksum, _ in files}:
            (self._main / known[checksum]).unlink()
        lines = "".join(f"{checksum} {path}\n" for checksum, path in files)
        self._stage(".files", lines.encode())
        self._stage(".version", listed["version"].encode())
        shutil.copytree(self._staging, self._main, dirs_exist_ok=True)
        shutil.rmtree(self._staging)
        return True

    def _known(self) -> dict[str, str]:
        path = self._main / ".files"
        lines = path.read_text().splitlines() if path.is_file() else []
        return dict(line.split(" ", 1) for line in lines)

    def _fetch(self, checksum: str, path: str) -> None:
        with self._open(f"{self._url}/files/{checksum}", timeout=PATIENCE) as answer:
            assert answer.headers["X-Target-Path"].encode("latin-1").decode() == path
            content = answer.read()
        assert hashlib.sha1(content + path.encode()).hexdigest() == checksum
        self._stage(path, content)

    def _stage(self, path: str, content: bytes) -> None:
        target = self._staging / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)

    def _json(self, path: str) -> dict:
        with self._open(self._url + path, timeout=PATIENCE) as answer:
            return json.loads(answer.read())
