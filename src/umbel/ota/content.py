"""A promoted file as an answer: whole, or the range that somebody still lacks."""

from __future__ import annotations

import re
from typing import BinaryIO

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from umbel.ota.snapshot import Entry

_BLOCK = 1 << 16
_RANGE = re.compile(r"bytes=(\d*)-(\d*)")


class Content(Response):
    """``entry`` from ``file``, which it closes; nothing of it is ever mixed with another state."""

    def __init__(self, entry: Entry, file: BinaryIO):
        super().__init__()
        self._entry = entry
        self._file = file

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        del receive
        with self._file as file:
            asked = Headers(scope=scope)
            etag = f'"{self._entry.checksum}"'
            if etag in asked.get("if-none-match", ""):
                await _start(send, 304, {b"etag": etag.encode()})
                await send({"type": "http.response.body", "body": b""})
                return
            whole = range(self._entry.size)
            is_whole = asked.get("if-range", etag) != etag
            part = whole if is_whole else _part(asked.get("range", ""), whole)
            headers = self._headers(part, whole, etag)
            await _start(
                send, 416 if not part and whole else 200 if part == whole else 206, headers
            )
            await self._send_part(file, range(0) if scope["method"] == "HEAD" else part, send)

    def _headers(self, part: range, whole: range, etag: str) -> dict[bytes, bytes]:
        path = self._entry.path.encode()
        headers = {
            b"content-disposition": b"attachment; filename=" + path.rpartition(b"/")[2],
            b"content-length": b"%d" % len(part),
            b"x-target-path": path,
            b"etag": etag.encode(),
            b"accept-ranges": b"bytes",
        }
        if self._entry.content_type:
            headers[b"content-type"] = self._entry.content_type.encode()
        if part != whole:
            span = b"%d-%d" % (part.start, part.stop - 1) if part else b"*"
            headers[b"content-range"] = b"bytes %s/%d" % (span, len(whole))
        return headers

    async def _send_part(self, file: BinaryIO, part: range, send: Send) -> None:
        file.seek(part.start)
        left = len(part)
        while left > 0:
            block = file.read(min(left, _BLOCK))
            if not block:  # our copy was cut short: better no answer than half of one
                raise OSError(f"the copy of {self._entry.path} is damaged")
            left -= len(block)
            await send({"type": "http.response.body", "body": block, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


def _part(asked: str, whole: range) -> range:
    """What ``asked`` wants: everything if it is not understood, nothing if it is not there."""
    match = _RANGE.fullmatch(asked.strip())
    if match is None or not any(match.groups()) or max(map(len, match.groups())) > 18:
        return whole
    first, last = match.groups()
    if not first:
        return whole[-int(last) :] if int(last) else range(0)
    if last and int(last) < int(first):
        return whole
    return whole[int(first) : int(last) + 1 if last else None]


async def _start(send: Send, status: int, headers: dict[bytes, bytes]) -> None:
    await send({"type": "http.response.start", "status": status, "headers": list(headers.items())})
