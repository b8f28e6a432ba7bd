"""The body of a request over HTTP, block by block: apart from ``body``, as a long one comes for long."""

from micropython import const

from tepal.formats.errors import TepalError

RARE = True
_BLOCK = const(512)  # bytes


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


def reader(request):
    """Return what gives, each time it is awaited, the next part."""
    return lambda: block(request)
