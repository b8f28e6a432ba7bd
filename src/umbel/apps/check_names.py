"""Names: of the app, of its files and folders."""

from __future__ import annotations

import builtins
import keyword
from collections.abc import Iterator

from tepal.formats.manifest import LIMITS
from tepal.formats.paths import is_path
from umbel.apps.finding import Finding, found
from umbel.apps.formats import appconfig
from umbel.apps.known import MODULES
from umbel.apps.source import Source

STANDARD = ("bin", "setup", "media", "data", "translate", "versions", "share", "source", "temp")
_SHORT = 30  # characters
_FORBIDDEN = set('<>:"/\\|?*')
_RESERVED = {"con", "prn", "aux", "nul", *(f"{p}{n}" for p in ("com", "lpt") for n in range(10))}
_OURS = {"tepal", "drivers", "modules", "devices", "main", "start", "user_main", "node"}


def look(source: Source) -> Iterator[Finding]:
    """What is wrong with names."""
    yield from (found("G1", f"{link} is a link") for link in source.links)
    yield from _uid(source.uid)
    yield from _paths(source)
    yield from _limits(source)


def _uid(uid: str) -> Iterator[Finding]:
    faults = list(appconfig.uid_faults(uid))
    yield from (found(number, text) for number, text in faults)
    if faults:
        return
    name = appconfig.import_name(uid)
    if name != uid:
        yield found("U5", f"{uid} is {name} in imports")
    if keyword.iskeyword(name) or hasattr(builtins, name) or name in MODULES | _OURS:
        yield found("U6", f"{uid}: {name} means something in Python already")


def _paths(source: Source) -> Iterator[Finding]:
    seen: dict[str, str] = {}
    for name in source.files:
        parts = name.split("/")
        for depth, part in enumerate(parts, start=1):
            path = "/".join(parts[:depth])
            if path in seen.values():
                continue
            other = seen.setdefault(path.lower(), path)
            if other != path:
                yield found("N3", f"{path} and {other} are one name on many file systems")
            yield from _name(path, part)
            if depth == 1 < len(parts):
                yield from _folder(part)


def _name(path: str, name: str) -> Iterator[Finding]:
    if len(name) > _SHORT:
        yield found("N1", f"{path}: {len(name)} characters")
    is_legal = _FORBIDDEN.isdisjoint(name) and name.isprintable() and name[-1] not in " ."
    if not is_legal or name.partition(".")[0].lower() in _RESERVED:
        yield found("N2", f"{path}: not a name everywhere")


def _folder(name: str) -> Iterator[Finding]:
    if name != name.lower() and name.lower() in STANDARD:
        yield found(
            "M1" if name.lower() == "media" else "L1", f"{name}/ instead of {name.lower()}/"
        )


def _limits(source: Source) -> Iterator[Finding]:
    files = source.own_files
    most, largest, total, _ = LIMITS
    for name, path in files.items():
        if not is_path(f"{source.uid}/{name}.z"):
            yield found("N4", f"{name}: not a path that a node takes")
        if path.stat().st_size > largest:
            yield found("N4", f"{name}: more than {largest:,} bytes")
    if len(files) > most:
        yield found("N4", f"{len(files)} files, more than {most}")
    if sum(path.stat().st_size for path in files.values()) > total:
        yield found("N4", f"more than {total:,} bytes in all")
    for name in source.files:
        top, slash, _ = name.partition("/")
        if slash and top == "temp":
            yield found("D1", f"{name} is not packed")
