"""A file as an answer over HTTP, block by block."""

from micropython import const

RARE = True
_BLOCK = const(1024)  # bytes


async def send(request, path: str, size: int, kind: str, more: str = "") -> None:
    """Answer with a file of ``size`` bytes, block by block."""
    more += "content-length: %d\r\n" % size
    await request.connection.write(request.start("200 OK", kind, more))
    if request.method == "HEAD":
        return
    buffer = memoryview(bytearray(_BLOCK))
    with open(path, "rb") as file:
        while size > 0:
            count = file.readinto(buffer)
            if not count:
                raise OSError("file changed")
            await request.connection.write(bytes(buffer[: min(count, size)]))
            size -= count
