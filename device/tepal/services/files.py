"""``/api/v1/files``: files in and out, block by block."""

import json

from tepal.core import filing
from tepal.services import body, web

RARE = True


async def handle(request, path: str, role: int) -> None:
    """Answer a request for ``path``, ``<folder>/<name>``, of a caller that has ``role``."""
    node = request.node
    if request.method == "PUT":
        await _take(request, filing.reach(path, role, True))
    elif request.method == "DELETE":
        filing.delete(path, role)
        await request.answer("{}")
    else:
        place = filing.reach(path, role) if path.strip("/") else ""
        length = filing.size(place) if place else None
        if length is not None:
            more = "content-disposition: attachment\r\n"
            await web.send_file(request, place, length, "application/octet-stream", more)
            return
        listed = {"files": filing.listing(path, role), "free": node.files.free()}
        await request.answer(json.dumps(listed))


async def _take(request, place: str) -> None:
    """Write the body to ``place``; what does not arrive whole leaves the old file as it was."""
    upload = filing.Upload(request.node.files, place, request.unread)
    written = 0
    try:
        block = await body.block(request)
        while block:
            upload.write(block)
            written += len(block)
            block = await body.block(request)
        upload.finish()
    finally:
        upload.close()
    await request.answer(json.dumps({"written": written}))
