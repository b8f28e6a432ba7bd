"""``/rest/<module>/<function>/<value>…`` as the original has it: GET, status 200, result and state."""

import json

from micropython import const

from tepal.core.commands import as_json, value
from tepal.formats.command import parse
from tepal.formats.errors import TepalError

_REFUSED = const(("login_required", "wrong_password", "wait", "other_site", "signature", "stale"))


async def handle(request) -> None:
    """Answer one request."""
    if request.method not in ("GET", "HEAD"):
        raise TepalError("method", "GET expected")
    path = request.path[6:].strip("/")
    try:
        caller = request.guest() or await request.caller(changes=True)
        if path:
            result = value(await request.node.commands.run(parse(_line(path)), caller))
            if isinstance(result, str) and result[:1] in '{["-0123456789':
                from tepal.services import urls

                result = urls.meaning(result)
        else:
            from tepal.services import urls

            result = urls.about(request.node)
        text = '{"result": ' + as_json(result) + ', "state": true}'
    except TepalError as error:
        if error.code in _REFUSED:
            raise
        text = json.dumps({"result": "Core error: " + str(error), "state": False})
    await request.answer(text)


def _line(path: str) -> str:
    """Return the command line in a path: a slash separates, except in double quotes."""
    if "%" in path or '"' in path or "-" in path:
        from tepal.services import urls

        return urls.command_line(path)
    return path.replace("/", " ")
