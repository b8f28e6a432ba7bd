"""A client for HTTP and HTTPS: one request, one answer, both bounded. Not RARE: long polls last."""

import asyncio

from micropython import const

from tepal.formats.errors import TepalError

_TYPING = const(0)
if _TYPING:
    from typing import Any  # noqa: TID251 - never imported on a node

_BLOCK = const(512)  # bytes
_MOST_HEAD = const(2048)  # bytes


async def fetch(node, url: str, data: "bytes | None", wait_ms: int, most: int = 4096) -> tuple:
    """POST ``data``, which is JSON, or GET where it is None; return (status, body up to ``most`` bytes).

    Raises: TepalError ``unreachable``, ``no_answer``, ``unsupported`` (no TLS), ``url``.
    """
    stream: "Any" = None
    host = (url.split("/") + ["", ""])[2]
    try:
        stream, path = await _dial(node, url)
        head = "%s %s HTTP/1.0\r\nhost: %s\r\n" % ("GET" if data is None else "POST", path, host)
        if data is not None:
            head += "content-type: application/json\r\ncontent-length: %d\r\n" % len(data)
        stream.write((head + "\r\n").encode() + (data or b""))
        return await asyncio.wait_for_ms(_answer(stream, most), wait_ms)
    except asyncio.TimeoutError:
        raise TepalError("no_answer", host + " did not answer in time")
    except (OSError, ValueError) as error:  # ValueError: a certificate, on MicroPython
        raise TepalError("unreachable", host + ": " + str(error))
    finally:
        if stream:
            stream.close()
            await stream.wait_closed()


async def _dial(node, url: str) -> tuple:
    from tepal.core import dial

    scheme, host, port, path = dial.parts(url)
    return await dial.dial(node, host, port, scheme == "https"), path


async def _answer(stream, most: int) -> tuple:
    await stream.drain()
    data = b""
    while b"\r\n\r\n" not in data:
        part = await stream.read(_BLOCK)
        if not part or len(data) > _MOST_HEAD:
            raise TepalError("no_answer", "what answers speaks no HTTP")
        data += part
    head, _, data = data.partition(b"\r\n\r\n")
    lines = head.decode().lower().split("\r\n")
    length = most
    for line in lines:
        name, _, value = line.partition(":")
        if name == "content-length" and value.strip().isdigit():
            length = min(most, int(value))
    while len(data) < length:
        part = await stream.read(_BLOCK)
        if not part:
            break
        data += part
    status = (lines[0].split(" ") + [""])[1]
    if not status.isdigit():
        raise TepalError("no_answer", "what answers speaks no HTTP")
    return int(status), data[:most]
