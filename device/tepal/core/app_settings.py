"""What somebody sets of an app: ``app set garden seconds 5``. It stays over upgrades."""

# Of the part apps, which a release can leave out.

from micropython import const

from tepal.core import shelf, storage
from tepal.formats.errors import TepalError

RARE = True
_PLACE = const("/data/settings")  # below the folder of the app, as core.app has it
_MAX_TEXT = const(200)  # characters, as formats.appconfig has it


def change(node, uid: str, name: str, *value) -> str:
    """Change a setting; without a value it is what the app says itself again.

    A program that runs finds it in ``app.settings`` at once. Raises: TepalError ``app``,
    ``app_missing``, ``update_busy``; OSError.
    """
    uid, name = str(uid), str(name)
    folder = shelf.require(uid)
    if getattr(node.__dict__.get("session"), "is_changing", False):
        raise TepalError("update_busy", "apps are being changed; try again in a moment")
    known = shelf.config(folder, uid).get("settings", {})
    _require(uid, known, name)
    wanted = fitting(name, known[name], value[0]) if value else known[name]
    _write(folder, name, wanted, bool(value))
    job = (node.__dict__.get("apps") or {}).get(uid)
    if job and job.app:
        job.app.settings[name] = wanted
    node.log.publish("state", {"target": "apps", "status": None})
    return "%s: %s is %s" % (uid, name, wanted)


def now(home: str, known, warn=None) -> dict:
    """Return all settings of an app that writes below ``home``: ``known`` with what was changed."""
    found = dict(known) if isinstance(known, dict) else {}
    changed, _, faults = storage.newest(home + _PLACE)
    if warn:
        for fault in faults:
            warn("settings lost: " + fault)
    for name in changed or ():
        if name in found:
            found[name] = changed[name]
    return found


def keep(app, name: str, value) -> None:
    """Change a setting as the program wants it. Raises: TepalError ``app``; OSError."""
    _require(app.uid, app.settings, name)
    app.settings[name] = value
    _write(app.home, name, value, True)


def fitting(name: str, default, value):
    """Return ``value`` as a setting that is ``default`` may have it. Raises: TepalError ``app``."""
    if isinstance(default, bool):
        wanted, is_right = "True or False", isinstance(value, bool)
    elif isinstance(default, (int, float)):
        is_right = isinstance(value, (int, float)) and not isinstance(value, bool)
        wanted = "a number"
    elif isinstance(default, str):
        value = value if isinstance(value, (list, dict)) else str(value)
        wanted, is_right = "a text of up to %d characters" % _MAX_TEXT, isinstance(value, str)
    else:
        wanted, is_right = "one value", not isinstance(value, (list, dict))
    if not is_right or len(str(value)) > _MAX_TEXT:
        raise TepalError("app", name + ": " + wanted + " expected")
    return value


def _require(uid: str, known: dict, name: str) -> None:
    if name not in known:
        have = ", ".join(sorted(known)) or "none"
        raise TepalError("app", "%s has no setting %s; it has %s" % (uid, name, have))


def _write(home: str, name: str, value, is_changed: bool) -> None:
    """Write down what was changed alone: of all others a new version may have other defaults."""
    path = home + _PLACE
    record = storage.newest(path)[0] or {}
    if is_changed:
        record[name] = value
    else:
        record.pop(name, None)
    storage.make_folder(path.rpartition("/")[0])
    storage.write(path, record)
