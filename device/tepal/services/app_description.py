"""What a page and programs are told of one app: from its pack, and how it is."""

# Of the part apps, which a release can leave out.

import json

from micropython import const

from tepal.core import app_reading, app_state
from tepal.formats import appfiles
from tepal.formats.errors import TepalError

RARE = True
_ICON = const(64)  # pixels, on a page
_LONGEST = const((("title", 60), ("description", 200)))  # characters, should nobody have checked
_MAIN = const(("/main.mpy", "/main.py", "/bin"))
DAMAGED = (OSError, ValueError, EOFError, TypeError, KeyError)  # what reading a pack may raise


def describe(node, uid: str, language: str) -> dict:
    """Return what is told of an installed app; one that is damaged has a ``fault``."""
    entry = {"uid": uid, "version": "", "title": uid, "description": "", "icon": ""}
    try:
        _describe(entry, uid, "apps/" + uid, language)
    except DAMAGED:
        entry["fault"] = "damaged: install it again"
    except TepalError as error:
        entry["fault"] = str(error)
    entry.update(app_state.status(node, uid))
    return entry


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


def _describe(entry: dict, uid: str, folder: str, language: str) -> None:
    pack = pack_of(folder)
    config = app_reading.config(folder, uid)
    entry["version"] = str(config["version"])
    entry["permissions"] = [one for one in config.get("permissions", ()) if isinstance(one, str)]
    entry["launchable"] = "execute" in config or any(_has(pack, uid + one) for one in _MAIN)
    if appfiles.choose_icon(media(folder, uid), _ICON):
        entry["icon"] = "/api/v1/apps/%s/icon/%d" % (uid, _ICON)
    for key, value in _texts(pack, uid, config, language):
        entry[key] = value


def _texts(pack, uid: str, config: dict, language: str):
    """Yield (key, text) of what is told to people, in the best language that there is."""
    missing = list(_LONGEST)
    for locale in appfiles.lookup(language) + [""]:
        said = _translation(pack, uid, locale) if locale else config
        for key, longest in list(missing):
            text = said.get(key)
            if isinstance(text, str) and text:
                missing.remove((key, longest))
                yield key, text[:longest]
        said = None  # the next one needs the room
        if not missing:
            return


def _translation(pack, uid: str, locale: str) -> dict:
    """Return what a translation says; nothing, if there is none that can be read."""
    try:
        with pack.open(uid + "/translate/" + locale + ".json", "") as file:
            texts = json.load(file)  # a large piece of memory, to read it whole, is rare
    except DAMAGED:  # another one will do
        return {}
    return texts if isinstance(texts, dict) else {}


def _has(pack, path: str) -> bool:
    try:
        pack.find(path)
    except OSError:
        return False
    return True
