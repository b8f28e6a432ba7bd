"""``/api/v1/update``: a host pushes a release; each answer says what must come next.

    GET update                          admin  how updates are
    PUT update/manifest                 admin  begins one; the answer has ``next``, as those that follow
    PUT update/files/<sha256>?offset=N  admin  takes the bytes that ``next`` names
    POST update/finish                  admin  checks all, and restarts
    DELETE update                       admin  ends it; what is here stays for another time
    PUT apps/<name>.zip                 admin  installs an app, see ``app_upload``
    GET apps                            view   tells of all apps, see ``app_list``

It only looks who asks for what: apart from ``api`` and from what answers, so that neither stays in
memory while a release comes, or what is needed to read packs.
"""

import sys

from tepal.core.commands import ADMIN, ROLES, VIEW
from tepal.formats.errors import TepalError

RARE = True


async def admit(request):
    """Return the module that answers, if who asks may have that."""
    caller = await request.caller(changes=request.method != "GET")
    parts = request.path.split("/")
    what = request.method + " " + "/".join(parts[3:5])
    is_look = what == "GET apps" or what[:9] == "GET apps/"
    role = VIEW if is_look else ADMIN
    if caller.role < role:
        raise TepalError("denied", "the role " + ROLES[role] + " expected")
    request.node.sweep()  # what knows callers is large, and so is what an update needs
    path = "tepal.services." + ("app_list" if is_look else _path(what, len(parts)))
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
