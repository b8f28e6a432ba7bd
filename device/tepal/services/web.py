"""Static files of the node's web page, gzipped by the build, found by name alone."""

import os

from micropython import const

from tepal.formats.errors import TepalError

RARE = True
_OWN = const("web/")
_BLOCK = const(1024)  # bytes
_KINDS = {
    "html": "text/html",
    "js": "text/javascript",
    "css": "text/css",
    "json": "application/json",
    "svg": "image/svg+xml",
    "png": "image/png",
    "ico": "image/x-icon",
    "txt": "text/plain",
}


async def handle(request) -> None:
    """Answer one request; the page itself is no secret, what it shows is."""
    name = request.path[1:] or "index.html"
    known = request.node.__dict__.get("pages")  # none, if no module has any
    page = known and known.all.get((request.method, request.path))
    if page and not isinstance(page[0], str):
        from tepal.services import pages

        await pages.handle(request, page)
        return
    if request.method not in ("GET", "HEAD"):
        raise TepalError("method", "GET expected")
    await send(request, page[0] if page else name)


async def send(request, name: str) -> None:
    """Answer with the file ``name``: of the release, or else of /web, where people put their own."""
    if not is_safe(name):
        raise TepalError("not_found", request.path[:64])
    path = request.node.web_folder + "/" + name
    if _size(path) < 0 and _size(path + ".gz") < 0:
        path = _OWN + name
    zipped = _size(path + ".gz")
    size = zipped if zipped >= 0 else _size(path)
    if size < 0:
        raise TepalError("not_found", request.path[:64])
    more = "cache-control: no-cache\r\nx-frame-options: DENY\r\n"
    if zipped >= 0:
        path += ".gz"
        etag = '"' + _trailer(path, size) + '"'
        more += "content-encoding: gzip\r\netag: " + etag + "\r\n"
        if request.header("if-none-match") == etag:
            await request.answer(b"", status="304 Not Modified", more="etag: " + etag + "\r\n")
            return
    kind = _KINDS.get(name.rsplit(".", 1)[-1], "application/octet-stream")
    await send_file(request, path, size, kind, more)


async def send_file(request, path: str, size: int, kind: str, more: str = "") -> None:
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


def is_safe(name: str) -> bool:
    """Tell whether ``name`` is a plain relative path: no dot files, no way up, nothing odd."""
    for part in name.split("/"):
        if not part or part[0] == ".":
            return False
        for char in part:
            if not (char.isalpha() or char.isdigit() or char in "._-"):
                return False
    return True


def _size(path: str) -> int:
    """Return the size of a file in bytes, -1 if there is none."""
    try:
        status = os.stat(path)
    except OSError:
        return -1
    return -1 if status[0] & 0x4000 else status[6]


def _trailer(path: str, size: int) -> str:
    """Return checksum and length of the content as gzip stores them at the end of a file."""
    with open(path, "rb") as file:
        file.seek(size - 8, 1)
        return file.read(8).hex()
