"""The settings of an app that runs, and its texts: read and written for ``app``, which lasts."""

# Of the part apps, which a release can leave out.

import json

from tepal.core import storage
from tepal.formats.errors import TepalError

RARE = True


def read(app) -> None:
    """Put what was changed in the place of the defaults."""
    changed, _, faults = storage.newest(app.home + "/data/settings")
    for fault in faults:
        app.warn("settings lost: " + fault)
    for name in changed or ():
        if name in app.settings:  # one that a new version has not is forgotten
            app.settings[name] = changed[name]


def put(app, name: str, value) -> None:
    """Change a setting. Raises: as ``App.change``."""
    if name not in app.settings:
        raise TepalError("app", app.uid + " has no setting " + name)
    app.settings[name] = value
    storage.make_folder(app.home + "/data")
    storage.write(app.path("settings"), app.settings)


def texts(app) -> dict:
    """Return the translation, the best language last."""
    from tepal.formats.appfiles import lookup

    found = {}
    for locale in reversed(lookup(app.language)):
        try:
            with open(app.code + "/translate/" + locale + ".json") as file:
                found.update(json.load(file))
        except (OSError, ValueError):  # there is none: another one will do
            pass
    return found
