"""The icon of an app, from its pack to whoever draws a launcher."""

# Of the part apps, which a release can leave out.

from micropython import const

from tepal.core import shelf
from tepal.formats import appfiles
from tepal.formats.errors import TepalError
from tepal.services import app_entry

RARE = True
_BLOCK = const(512)  # bytes
_MOST = const(256)  # blocks
_SIZES = const((8, 512))  # pixels
_MORE = const("cache-control: private, max-age=86400\r\ntransfer-encoding: chunked\r\n")


async def send(request, uid: str, pixels: str) -> None:
    """Answer with the icon that suits best; how long it is shows when it has been unpacked.

    Raises: TepalError ``app``, ``app_missing``, ``bad_request``, ``not_found``, ``flash``.
    """
    folder = shelf.require(uid)
    if len(pixels) > 3 or not pixels.isdigit() or not _SIZES[0] <= int(pixels) <= _SIZES[1]:
        raise TepalError("bad_request", "a size of %d to %d pixels expected" % _SIZES)
    is_bw = "bw=1" in request.query.split("&")
    try:
        names = app_entry.media(folder, uid)
        name = appfiles.choose_icon(names, int(pixels), is_bw)
        if not name:
            raise TepalError("not_found", "an icon of " + uid)
        file = app_entry.pack_of(folder).open(uid + "/" + name, "")
        with file:  # pyright: ignore[reportGeneralTypeIssues]
            await _send(request, file)
    except app_entry.DAMAGED:
        if request.answered:
            raise OSError("damaged")  # who waits for the rest notices
        raise TepalError("flash", uid + " is damaged")


async def _send(request, file) -> None:
    buffer = memoryview(bytearray(_BLOCK))
    count = file.readinto(buffer)
    if appfiles.png_size(bytes(buffer[: appfiles.PNG_HEAD])) == (0, 0):
        raise ValueError("PNG")
    connection = request.connection
    await connection.write(request.start("200 OK", "image/png", _MORE))
    if request.method == "HEAD":
        return
    for _ in range(_MOST):
        await connection.write(b"%x\r\n%s\r\n" % (count, bytes(buffer[:count])))
        if not count:
            return
        count = file.readinto(buffer)
    raise OSError("too long")
