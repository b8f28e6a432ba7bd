"""``/api/v1/update``: a host pushes a release; each answer says what must come next.

    GET update                          how it is
    PUT update/manifest                 begins
    PUT update/files/<sha256>?offset=N  the bytes that ``next`` names
    POST update/finish                  checks all, and restarts
    DELETE update                       ends it; what is here stays for another time
    PUT apps/garden-1.0.0.zip           installs an app, see ``app_upload``

It only looks who asks for what: apart from ``api`` and from what answers, so that neither stays in
memory while a release comes.
"""

import sys

from tepal.core.commands import ADMIN
from tepal.formats.errors import TepalError

RARE = True


async def admit(request):
    """Return the module that answers, if an admin asks.

    All that is sent by PUT comes by here: the door itself has no room to look what it is.
    """
    parts = request.path.split("/")
    what = request.method + " " + "/".join(parts[3:5])
    if request.path[:14] == "/api/v1/update" or request.path[:13] == "/api/v1/apps/":
        caller = await request.caller(changes=request.method != "GET")
        if caller.role < ADMIN:
            raise TepalError("denied", "the role admin expected")
        request.node.sweep()  # what knows callers is large, and so is what an update needs
        path = _path(what, len(parts))
    else:
        path = "api" if request.path[:5] == "/api/" else "web"
    path = "tepal.services." + path
    try:
        __import__(path)
    except ImportError as error:
        raise TepalError("not_included", str(error))
    return sys.modules[path]


def _path(what: str, depth: int) -> str:
    if what == "PUT update/manifest":
        return "push_manifest"
    if (what == "PUT update/files" and depth > 5) or what == "POST update/finish":
        return "pushing"
    if what in ("GET update", "DELETE update", "GET update/", "DELETE update/"):
        return "push_state"
    if what[:9] == "PUT apps/" and depth == 5:
        return "app_upload"
    raise TepalError("not_found", what[:64])
