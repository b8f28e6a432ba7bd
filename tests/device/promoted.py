"""Promoters as nodes meet them: the original's routes, or ours, over whatever files a test wants."""

import binascii
import hashlib
import json

from web_server import NOT_FOUND, WebServer, chunked, ok


def _hex(digest) -> str:
    return binascii.hexlify(digest).decode()


def checksum(path: str, content: bytes) -> str:
    """Return what the original calls a file."""
    return _hex(hashlib.sha1(content + path.encode()).digest())


class Promoter(WebServer):
    """Serves ``files``; ``release`` is the manifest that ours has beside them."""

    def __init__(self, files, release=None):
        super().__init__({})
        self.files = files
        self.release = release
        self.is_original = release is None
        self.is_null = False
        self.damage = {}  # path: what comes instead
        self.lies = {}  # path: other answers
        self.answers = self

    def get(self, path, default=None):
        """Return the answer to a path; the server asks for it without the query, too."""
        if path in self.lies:
            return self.lies[path]
        if "?" in path:
            return default
        return self._answer(path) or default

    def version(self) -> str:
        total = hashlib.sha1()
        for path in sorted(self.files):
            total.update(checksum(path, self.files[path]).encode())
        return _hex(total.digest())

    def _answer(self, path):
        if path == "/files/version":
            return ok(json.dumps({"version": self.version()}).encode())
        if path == "/files":
            return chunked(self._list(), 100)
        if path == "/manifest" and self.release:
            return self._manifest
        for name in self.files:
            content = self.files[name]
            if path == "/files/" + checksum(name, content):
                return ok(self.damage.get(name, content), "X-Target-Path: " + name + "\r\n")
            if path == "/content/" + _hex(hashlib.sha256(content).digest()) and self.release:
                return ok(self.damage.get(name, content))
        return None

    def _list(self) -> bytes:
        listed = [
            {"path": name, "checksum": checksum(name, self.files[name])}
            for name in sorted(self.files)
        ]
        if not self.is_original:
            for one in listed:
                content = self.files[one["path"]]
                one["size"] = len(content)
                one["sha256"] = _hex(hashlib.sha256(content).digest())
        files = None if self.is_null else listed
        return json.dumps({"files": files, "version": self.version()}).encode()

    def _manifest(self, head):
        signed = self.release.split(b"signature: ")[0]
        etag = _hex(hashlib.sha256(signed).digest())
        if 'if-none-match: "' + etag in head:
            return b"HTTP/1.1 304 Not Modified\r\n\r\n"
        return ok(self.release)


__all__ = ["NOT_FOUND", "Promoter", "checksum", "ok"]
