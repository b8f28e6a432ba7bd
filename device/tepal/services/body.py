"""Bodies over HTTP: a request's read whole or block by block, an answer's sent part by part."""

import json

from micropython import const

from tepal.formats.errors import TepalError

RARE = True
_LONG = const(512)  # bytes
_MAX_BODY = const(4096)  # bytes of a body that is read whole
_BLOCK = const(512)  # bytes


async def read(request) -> bytes:
    """Return the whole body.

    Raises: TepalError ``body_too_large``.
    """
    if hasattr(request, "body"):
        return request.body
    if request.unread > _MAX_BODY:
        raise TepalError("body_too_large", "at most %d bytes expected" % _MAX_BODY)
    data = b""
    while request.unread:
        data += await block(request)
    return data


async def read_json(request) -> object:
    """Return what the body says in JSON."""
    try:
        return json.loads(await read(request))
    except ValueError:
        raise TepalError("bad_request", "a JSON body expected")


async def block(request) -> bytes:
    """Return the next part of the body; empty at its end.

    Raises: TepalError ``digest`` where the last part shows that it is not what was signed.
    """
    if getattr(request, "body", None):  # whoever signed it has sent it already
        data, request.body = request.body, b""
        return data
    if not request.unread:
        return b""
    if b"\r\nexpect:" in request.names:
        request.names = request.names.replace(b"\r\nexpect:", b"\r\n")
        await request.connection.write("HTTP/1.1 100 Continue\r\n\r\n")
    data = await request.connection.read(min(_BLOCK, request.unread))
    if not data:
        raise OSError("closed")  # in the middle of a body: nobody is there to be told
    request.unread -= len(data)
    if getattr(request, "digest", ""):
        request.hash.update(data)
        if not request.unread and request.hash.digest().hex() != request.digest:
            raise TepalError("digest", "what has arrived is not what was signed")
    return data


def reading(request):
    """Return what gives, each time it is awaited, the next part; it keeps nothing but this file."""
    return lambda: block(request)


async def skip(request) -> None:
    """Pass over what nobody has read; close the connection where that is too much to wait for."""
    if request.unread > _MAX_BODY or b"\r\nexpect:" in request.names:
        from tepal.services import crowd

        request.is_last = True
        await crowd.linger(request.connection)
        return
    request.digest = ""
    while request.unread:
        await block(request)


async def start(request, kind: str, more: str = "") -> None:
    """Send the head of an answer of unknown length."""
    more += "transfer-encoding: chunked\r\n"
    await request.connection.write(request.start("200 OK", kind, more))


async def send(request, data: str) -> None:
    """Send a part; empty text ends the answer."""
    if request.method != "HEAD":
        part = data.encode()
        put = request.connection.put
        if len(part) > _LONG:  # a copy may be more than there is in one piece
            put(b"%x\r\n" % len(part))
            put(part)
            part = b"\r\n"
        else:
            part = b"%x\r\n%s\r\n" % (len(part), part)
        await request.connection.write(part)
