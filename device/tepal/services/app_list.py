"""``GET /api/v1/apps``: what is installed, in the language of the node, and how it is.

{"language": "de", "apps": [{"uid", "version", "title", "description", "state", "icon" …}]}

    GET apps/<uid>                view  one of them
    GET apps/<uid>/icon/<pixels>  view  the picture that suits, ``?bw=1`` for a screen without colours
"""

# Of the part apps, which a release can leave out.

import asyncio
import json
import os

from tepal.formats.errors import TepalError
from tepal.services import body

RARE = True


async def handle(request) -> None:
    """Answer one request of somebody who may look, see ``update``."""
    rest = request.path.split("/")[4:]
    if len(rest) == 3 and rest[1] == "icon":
        await _icon(request, rest)
    elif rest and rest[0]:
        await request.answer(json.dumps(_one(request, rest)))
    else:
        await _send(request)
    request.node.sweep()  # all that reads packs; ``api`` comes next, which is large too


async def _send(request) -> None:
    language = request.node.config.get("language")
    await body.start(request, "application/json")
    separator = '{"language": ' + json.dumps(language) + ', "apps": ['
    for uid in _uids():  # one by one: together they may be more than there is memory for
        await body.send(request, separator + json.dumps(_entry(request.node, uid, language)))
        separator = ", "
        await asyncio.sleep_ms(0)
    await body.send(request, "]}" if separator == ", " else separator + "]}")
    await body.send(request, "")


# What follows imports, which a frame that lasts must not; a node without apps gets by without.


def _uids() -> list:
    try:
        os.stat("apps")
    except OSError:
        return []
    from tepal.core import shelf

    return shelf.uids()


def _icon(request, rest: list):
    from tepal.services import app_icon

    return app_icon.send(request, rest[0], rest[2])


def _one(request, rest: list) -> dict:
    from tepal.core import shelf

    shelf.require(rest[0])
    if len(rest) > 1:
        raise TepalError("not_found", request.path[:64])
    return _entry(request.node, rest[0], request.node.config.get("language"))


def _entry(node, uid: str, language: str) -> dict:
    from tepal.services import app_description

    return app_description.describe(node, uid, language)
