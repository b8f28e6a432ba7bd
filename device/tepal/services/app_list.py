"""``GET /api/v1/apps``: what is installed, in the language of the node, and how it is.

{"language": "de", "apps": [{"uid", "version", "title", "description", "state", "icon" …}]}

``apps/<uid>`` is one of them, ``apps/<uid>/icon/<pixels>`` the picture that suits, ``?bw=1`` for
a screen without colours.
"""

# Of the part apps, which a release can leave out.

import asyncio
import json

from micropython import const

from tepal.core import shelf
from tepal.formats import appfiles
from tepal.formats.errors import TepalError
from tepal.services import body

RARE = True
_ICON = const(64)  # pixels, on a page
_MAX_TEXTS = const(8192)  # bytes of a translation
_LONGEST = const((("title", 60), ("description", 200)))  # characters, should nobody have checked
_MAIN = const(("/main.mpy", "/main.py", "/bin"))
DAMAGED = (OSError, ValueError, EOFError, TypeError)  # what reading a pack may raise


async def handle(request, rest: list, want, command) -> None:
    """Answer one request; ``want`` lets nobody pass who may not look, ``command`` is not needed."""
    await want(request, "GET")
    if len(rest) == 3 and rest[1] == "icon":
        from tepal.services import app_icon

        await app_icon.send(request, rest[0], rest[2])
        return
    language = request.node.config.get("language")
    if rest and rest[0]:
        folder = shelf.require(rest[0])
        if len(rest) > 1:
            raise TepalError("not_found", request.path[:64])
        await request.answer(json.dumps(_entry(request.node, rest[0], folder, language)))
        return
    await body.start(request, "application/json")
    separator = '{"language": ' + json.dumps(language) + ', "apps": ['
    for uid in shelf.uids():  # one by one: together they may be more than there is memory for
        entry = _entry(request.node, uid, shelf.home(uid), language)
        await body.send(request, separator + json.dumps(entry))
        separator = ", "
        await asyncio.sleep_ms(0)
    await body.send(request, "]}" if separator == ", " else separator + "]}")
    await body.send(request, "")


def pack_of(folder: str):
    """Open the pack of an app. Raises: TepalError ``unsupported``, and ``DAMAGED``."""
    try:
        from start import Pack
    except ImportError:  # on CPython
        raise TepalError("unsupported", "no packs here")
    return Pack(folder)


def media(folder: str, uid: str):
    """Yield the names of all that may be an icon. Raises: ``DAMAGED``."""
    from tepal.formats import pack

    for entry in pack.listing(folder + "/pack", uid + "/media"):
        yield "media/" + entry[0]


def _entry(node, uid: str, folder: str, language: str) -> dict:
    """Return what is told of an app; one that is damaged must not hide the others."""
    entry = {"uid": uid, "version": "", "title": uid, "description": "", "icon": ""}
    try:
        _describe(entry, uid, folder, language)
    except DAMAGED:
        entry["fault"] = "damaged: install it again"
    except TepalError as error:
        entry["fault"] = str(error)
    entry.update(_status(node, uid))
    return entry


def _describe(entry: dict, uid: str, folder: str, language: str) -> None:
    pack = pack_of(folder)
    config = shelf.config(folder, uid)
    entry["version"] = str(config["version"])
    entry["permissions"] = [one for one in config.get("permissions", ()) if isinstance(one, str)]
    entry["launchable"] = "execute" in config or any(_has(pack, uid + one) for one in _MAIN)
    if appfiles.choose_icon(media(folder, uid), _ICON):
        entry["icon"] = "/api/v1/apps/%s/icon/%d" % (uid, _ICON)
    texts = [_texts(pack, uid, locale) for locale in appfiles.lookup(language)] + [config]
    for key, longest in _LONGEST:
        said = [one[key] for one in texts if isinstance(one.get(key), str) and one[key]]
        entry[key] = (said + [entry[key]])[0][:longest]


def _texts(pack, uid: str, locale: str) -> dict:
    """Return what a translation says; nothing, if there is none that can be read."""
    try:
        with pack.open(uid + "/translate/" + locale + ".json", "") as file:
            texts = json.loads(file.read(_MAX_TEXTS))
    except DAMAGED:  # another one will do
        return {}
    return texts if isinstance(texts, dict) else {}


def _has(pack, path: str) -> bool:
    try:
        pack.find(path)
    except OSError:
        return False
    return True


def _status(node, uid: str) -> dict:
    from tepal.core import app_running

    return app_running.status(node, uid)
