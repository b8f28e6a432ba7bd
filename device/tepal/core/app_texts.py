"""The texts of an app in the language of the node."""

# Of the part apps, which a release can leave out.

import json

from tepal.formats.appfiles import lookup

RARE = True


def read(code: str, language: str) -> dict:
    """Return all texts of the app in the folder ``code``; what is not translated is in English."""
    texts = {}
    for locale in reversed(lookup(language)):
        try:
            with open(code + "/translate/" + locale + ".json") as file:
                texts.update(json.load(file))
        except (OSError, ValueError):  # there is none: another one will do
            pass
    return texts
