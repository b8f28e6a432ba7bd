"""Answers to requests for the pages of modules."""

import asyncio
import json

from micropython import const

from tepal.core.commands import ROLES
from tepal.formats.errors import TepalError
from tepal.services import body

RARE = True
_PAUSE_MS = const(20)  # the shortest between two parts of a stream
_BOUNDARY = const("tepal_part")


async def handle(request, page: tuple) -> None:
    """Answer ``request`` with what a module says.

    Raises: TepalError ``denied``, ``failed``, and those of the module.
    """
    answer, role = page
    node = request.node
    if role:
        caller = await request.caller(changes=request.method != "GET")
        if caller.role < role:
            raise TepalError("denied", "the role " + ROLES[role] + " expected")
        node.commands.caller = caller
    given = await body.read(request)
    try:
        result = answer(headers(request), given)
        if hasattr(result, "send"):
            result = await result
        kind, data = result
    except TepalError:
        raise
    except Exception as error:  # noqa: BLE001 - a module is anybody's code
        from tepal.core import trouble

        raise trouble.of_command(node.log, "page " + request.path, error)
    if isinstance(data, dict) and "callback" in data:
        await _stream(request, kind, data)
        return
    if not isinstance(data, (str, bytes)):
        data = json.dumps(data)
    await request.answer(data, kind)


def headers(request) -> dict:
    """Return the header lines of a request, names in lower case."""
    found = {}
    try:
        head = request.head.decode()
    except UnicodeError:
        raise TepalError("bad_request", "UTF-8 expected in the head")
    for line in head.split("\r\n")[1:]:
        name, colon, value = line.partition(":")
        if colon:
            found[name.strip().lower()] = value.strip()
    return found


async def _stream(request, kind: str, parts: dict) -> None:
    """Send what ``callback`` returns, again and again, until that is empty or the client leaves."""
    request.is_last = True
    connection = request.connection
    kind = "%s; boundary=%s" % (kind, _BOUNDARY)
    await connection.write(request.start("200 OK", kind, "cache-control: no-store\r\n"))
    head = "--%s\r\ncontent-type: %s\r\n\r\n" % (_BOUNDARY, parts["content-type"])
    while True:
        data = parts["callback"]()
        if hasattr(data, "send"):
            data = await data
        if not data:
            break
        await connection.write(head)
        await connection.write(data)
        await connection.write("\r\n")
        await asyncio.sleep_ms(_PAUSE_MS)
    await connection.write("--%s--\r\n" % _BOUNDARY)
