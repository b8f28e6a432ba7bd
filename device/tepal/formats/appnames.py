"""What an app is called, by people and by programs, and which others it needs."""

# Of the part apps, which a release can leave out.

_TYPING = 0
if _TYPING:
    from collections.abc import Iterator
    from typing import Any  # noqa: TID251 - never imported on a node

    Faults = Iterator[tuple[str, str]]
    Wanted = tuple[int | None, ...]  # a range

RARE = True
MAX_CONFIG = 4096  # bytes of config.json
_MAX_UID = 8  # characters
_FIRST = "abcdefghijklmnopqrstuvwxyz0123456789"
_NOT_ON_FAT = "con prn aux nul"
_PORTS = ("com", "lpt")


def uid_faults(uid: str) -> "Faults":
    """Yield what is wrong with the name of an app, which is that of its folder too."""
    if not 0 < len(uid) <= _MAX_UID or uid[0] not in _FIRST:
        yield "U1", "%s: 1 to 8 characters expected, a letter a-z or a digit first" % uid
    elif not all(char in _FIRST + "._-" for char in uid):
        yield "U1", uid + ": only a-z 0-9 . _ - expected"
    name, _, version = uid.rpartition("-")
    parts = version.split(".")
    if name and len(parts) == 3 and all(one == "x" or one.isdigit() for one in parts):
        yield "U3", uid + ": ends as a version does; nobody could tell them apart"
    base, _, _ = uid.partition(".")
    is_port = base[:3] in _PORTS and len(base) == 4 and base[3].isdigit()
    if uid == "inbox":
        yield "U4", "inbox: a node keeps something else in the folder of this name"
    elif uid[-1:] == "." or is_port or base in _NOT_ON_FAT.split(" "):
        yield "U4", uid + ": memory cards and Windows do not take this name"


def import_name(uid: str) -> str:
    """Return what an app is called in the programs that import it."""
    name = uid.replace("-", "_").replace(".", "_")
    return "_" + name if name[:1].isdigit() else name


def qualified(uid: str, wanted: "Wanted") -> str:
    """Return the name under which an app that wants this range finds it on a node: ``acme__1``.

    The build writes it into the imports, so that two versions can be in memory side by side.
    """
    parts = [str(part) for part in wanted if part is not None]
    return import_name(uid) + "__" + ("_".join(parts) or "x")


def dependency(text: str) -> "tuple[str, Wanted]":
    """Return (uid, range as ``semver.parse_range`` gives it) of ``acme-1.x.x``.

    Raises: ValueError, with what was expected.
    """
    uid, minus, wanted = text.rpartition("-")
    if not minus:
        raise ValueError(text + ": the name of an app, - and a range expected, as in acme-1.x.x")
    for _, fault in uid_faults(uid):
        raise ValueError(fault)
    from tepal.formats import semver  # a node lists its apps without

    try:
        return uid, semver.parse_range(wanted)
    except ValueError as error:
        raise ValueError(text + ": " + str(error))


def dependencies(config: "dict[str, Any]") -> "list[tuple[str, Wanted]]":
    """Return (uid, range) of each app that this one needs. Raises: ValueError."""
    return [dependency(text) for text in as_list(config.get("dependencies"))]


def as_list(value: "Any") -> list[str]:
    """Return the texts of a field that may be one or an array; what is wrong there is left out."""
    entries = value if isinstance(value, list) else [value]
    return [one for one in entries if isinstance(one, str)]
