"""What an app says of itself in ``config.json``. docs/reference/apps.md has the rules.

A fault is (number of the rule, what was expected and where). A node refuses an app at the first; the
host shows all of them, and has remedies and advice besides.
"""

# Of the part apps, which a release can leave out.

from tepal.formats import semver
from tepal.formats.appnames import (  # noqa: F401 - for who wants both; a node has the smaller one
    MAX_CONFIG,
    as_list,
    dependencies,
    dependency,
    import_name,
    qualified,
    uid_faults,
)
from tepal.formats.errors import TepalError

_TYPING = 0
if _TYPING:
    from collections.abc import Iterator
    from typing import Any  # noqa: TID251 - never imported on a node

    Faults = Iterator[tuple[str, str]]

RARE = True
MAX_TITLE = 30  # characters
MAX_DESCRIPTION = 100  # characters
PERMISSIONS = ("pins", "network", "storage")
LISTS = ("repository", "license", "copyright", "dependencies")  # one text, or an array of them
DAY_S = 86400
_TEXTS = ("version", "title", "description", "execute")
_OTHERS = ("settings", "permissions", "schedule")
_MAX_LIST = 16  # entries
_MAX_SETTINGS = 32
_MAX_TEXT = 200  # characters


def check(config: "Any", uid: str) -> None:
    """Refuse an app that breaks a rule. Raises: TepalError ``app``, with the number of the rule."""
    for number, text in uid_faults(uid):
        raise TepalError("app", number + ": " + text)
    for number, text in faults(config, uid):
        raise TepalError("app", number + ": " + text)


# --- how it is launched


def entry(text: str) -> "tuple[str, str, str]":
    """Return what ``execute`` means: (call, module, function), (file, path, ""), (command, line, "").

    Raises: ValueError, with what was expected.
    """
    if text[:1] == "@":
        from tepal.formats import command

        try:
            command.parse(text[1:])
        except TepalError as error:
            raise ValueError(str(error))
        return "command", text[1:], ""
    module, colon, function = text.partition(":")
    if colon and all(_is_name(one) for one in module.split(".") + [function]):
        return "call", module, function
    if not colon and text[-3:] == ".py" and all(_is_name(p) for p in text[:-3].split("/")):
        return "file", text, ""
    raise ValueError(text + ": module:function, file.py or @command expected")


# --- config.json


def faults(config: "Any", uid: str = "") -> "Faults":
    """Yield what is wrong with ``config``, the value that config.json holds."""
    if not isinstance(config, dict):
        yield "C1", "config.json: an object expected"
        return
    for key in _TEXTS + LISTS:
        if key in config:
            for fault in _text_faults(key, config[key]):
                yield fault
    for fault in _field_faults(config):
        yield fault
    for fault in _dependency_faults(config, uid):
        yield fault
    for key in _OTHERS:
        if key in config:
            for fault in _CHECKS[key](config[key]):
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
        yield "C5", "description: one line of up to %d characters expected" % MAX_DESCRIPTION
    execute = config.get("execute")
    if isinstance(execute, str):
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
    return len(text) <= MAX_DESCRIPTION and "\n" not in text and "\r" not in text


def _dependency_faults(config: dict, uid: str):
    seen = []
    for text in as_list(config.get("dependencies")):
        try:
            name, _ = dependency(text)
        except ValueError as error:
            yield "P1", "dependencies: %s" % error
            continue
        if name in seen:
            yield "P2", "dependencies: %s: each app once expected" % text
        if name == uid:
            yield "P3", "dependencies: %s: an app cannot need itself" % text
        seen.append(name)


def _settings(value):
    if not isinstance(value, dict) or len(value) > _MAX_SETTINGS:
        yield "K1", "settings: an object with up to %d names expected" % _MAX_SETTINGS
        return
    for name in value:
        if not _is_name(name) or isinstance(value[name], (dict, list)):
            yield "K1", "settings: %s: a name with a text, a number, true, false or null" % name


def _permissions(value):
    if not isinstance(value, list) or not all(one in PERMISSIONS for one in value):
        yield "G3", "permissions: an array expected, of " + ", ".join(PERMISSIONS)


def _schedule(value):
    if not isinstance(value, list) or len(value) > _MAX_LIST:
        yield "S2", "schedule: an array of up to %d entries expected" % _MAX_LIST
        return
    for one in value:
        try:
            _check_entry(one)
        except (ValueError, TepalError) as error:
            yield "S2", "schedule: " + str(error)


def _check_entry(one) -> None:
    if not isinstance(one, dict) or ("every" in one) == ("when" in one):
        raise ValueError('{"every": seconds} or {"when": "weekday:hour:minute:second"} expected')
    every = one.get("every", 1)
    if isinstance(every, bool) or not isinstance(every, int) or not 0 < every <= DAY_S:
        raise ValueError("every: whole seconds expected, 1 to %d" % DAY_S)
    when = one.get("when", "sunset")
    if not isinstance(when, str) or "!" in when or ";" in when:
        raise ValueError("when: a time expected, as in 0-4:7:30:0 or sunset-30")
    from tepal.formats import cron

    cron.parse(when + "!app")
    if "do" in one and (not isinstance(one["do"], str) or entry(one["do"])[0] != "call"):
        raise ValueError("do: module:function expected")


_CHECKS = {"settings": _settings, "permissions": _permissions, "schedule": _schedule}


def _is_text(value) -> bool:
    return isinstance(value, str) and len(value.strip()) > 0 and len(value) <= _MAX_TEXT


def _is_name(text: str) -> bool:
    if not text or not (text[0].isalpha() or text[0] == "_"):
        return False
    return all(
        char == "_" or (char < "\x7f" and (char.isalpha() or char.isdigit())) for char in text
    )
