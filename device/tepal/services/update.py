"""``/api/v1/update``: a host pushes a release; each answer says what must come next.

    GET update                          how it is
    PUT update/manifest                 begins
    PUT update/files/<sha256>?offset=N  the bytes that ``next`` names
    POST update/finish                  checks all, and restarts
    DELETE update                       ends it; what is here stays for another time

Apart from ``api``, which would stay in memory with it.
"""

import json

from tepal.core.commands import ADMIN
from tepal.formats.errors import TepalError

RARE = True


async def handle(request) -> None:
    """Answer a request, if an admin sends it."""
    node = request.node
    caller = await request.caller(changes=request.method != "GET")
    if caller.role < ADMIN:
        raise TepalError("denied", "the role admin expected")
    del caller
    node.sweep()  # what knows callers is large, and so is what an update needs
    parts = request.path.split("/")
    if parts[3] != "update":
        raise TepalError("not_found", request.path[:64])
    await _answered(request, node.__dict__.get("push"), parts[4:])


async def _answered(request, push, rest: list) -> None:
    what = request.method + " " + (rest[0] if rest else "")
    if what == "PUT manifest":
        await _begin(request, push)
    elif (what == "PUT files" and len(rest) > 1) or what == "POST finish":
        from tepal.services import pushing

        await pushing.handle(request, push, rest[1:])
    elif what == "DELETE ":
        if push:
            push.close()
        await request.answer("{}")
    elif what == "GET ":
        told = _status(request.node)
        if push and push.is_begun:
            told["next"] = await push.next()
        await request.answer(json.dumps(told))
    else:
        raise TepalError("not_found", what[:64])


async def _begin(request, push) -> None:
    """Take a manifest, and see what of the release is here already."""
    node = request.node
    if push:
        raise TepalError("update_busy", "another push is under way")
    push = node.push = _opened(node)
    push.begin()
    try:
        from tepal.core import feeding

        await feeding.manifest(push.session, push.reading(request))
        push.is_begun = True
        await push.answer(request)
    except BaseException:
        push.close()  # what the session has learned of half a manifest is of no use
        raise
    finally:
        push.end()
    from tepal.services import update_idle

    node.tasks.start("update.push", update_idle.watch(push), "system")


def _opened(node):
    from tepal.core import updating
    from tepal.services.push import Push

    return Push(node, updating.open(node, "push", asked=True))


def _status(node) -> dict:
    from tepal.services import update_state

    return update_state.status(node)
