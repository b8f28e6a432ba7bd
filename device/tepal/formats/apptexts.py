"""What an app says of itself in texts: its version, its title, how it is launched."""

# Of the part apps, which a release can leave out.

from tepal.formats import semver

_TYPING = 0
if _TYPING:
    from collections.abc import Iterator
    from typing import Any  # noqa: TID251 - never imported on a node

    Faults = Iterator[tuple[str, str]]

RARE = True
MAX_TITLE = 30  # characters
_MAX_DESCRIPTION = 100  # characters
_TEXTS = ("version", "title", "description", "execute")
LISTS = ("repository", "license", "copyright", "dependencies")  # one text, or an array of them
_MAX_LIST = 16  # entries
_MAX_TEXT = 200  # characters


def faults(config: "Any", _: str = "") -> "Faults":
    """Yield what is wrong with the texts of ``config``, see ``appconfig``."""
    if not isinstance(config, dict):
        yield "C1", "config.json: an object expected"
        return
    for key in _TEXTS + LISTS:
        if key in config:
            for fault in _text_faults(key, config[key]):
                yield fault
    for fault in _field_faults(config):
        yield fault


def _text_faults(key: str, value):
    if isinstance(value, list):
        if key not in LISTS:
            yield "C3", key + ": one text expected, no array"
        elif len(value) > _MAX_LIST or not all(_is_text(one) for one in value):
            yield "C3", "%s: up to %d texts expected" % (key, _MAX_LIST)
    elif not _is_text(value) and not (isinstance(value, str) and len(value) > _MAX_TEXT):
        yield "C3", key + ": a text expected"
    elif isinstance(value, str) and len(value) > _MAX_TEXT:
        yield "C3", "%s: up to %d characters expected" % (key, _MAX_TEXT)


def _field_faults(config: dict):
    for key in ("version", "title"):
        if key not in config:
            yield "C2", key + ": expected in config.json"
    version, title = config.get("version"), config.get("title")
    if isinstance(version, str):
        try:
            semver.parse(version)
        except ValueError as error:
            yield "V1", "version: %s: %s" % (version, error)
    if isinstance(title, str) and not is_title(title):
        yield "C4", "title: 1 to %d printable ASCII characters expected" % MAX_TITLE
    description = config.get("description")
    if isinstance(description, str) and not is_description(description):
        yield "C5", "description: one line of up to %d characters expected" % _MAX_DESCRIPTION
    execute = config.get("execute")
    if isinstance(execute, str):
        from tepal.formats.appentry import entry

        try:
            entry(execute)
        except ValueError as error:
            yield "E1", "execute: " + str(error)


def is_title(text: str) -> bool:
    """Tell whether an app may have this title."""
    is_short = len(text.strip()) > 0 and len(text) <= MAX_TITLE
    return is_short and all(" " <= char <= "~" for char in text)


def is_description(text: str) -> bool:
    """Tell whether an app may be described so."""
    return len(text) <= _MAX_DESCRIPTION and "\n" not in text and "\r" not in text


def _is_text(value) -> bool:
    return isinstance(value, str) and len(value.strip()) > 0 and len(value) <= _MAX_TEXT
