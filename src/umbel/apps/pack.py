"""An app to its archive. The same folder gives the same bytes, on every machine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from umbel.apps import icons, imports
from umbel.apps.archive import KIND
from umbel.apps.check import check, has_errors
from umbel.apps.known import architecture
from umbel.apps.source import Source
from umbel.build import compile as compiler
from umbel.build import sources
from umbel.errors import UmbelError
from umbel.release import Release, Wishes, build

_BINARY = "bin/bin"
_MISSPELT = {"ESP2866": "ESP8266"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What an archive is to have, besides what every one has."""

    platforms: tuple[str, ...] = ()  # as sys.platform; none is all
    with_source: bool = False  # the Python files too, in source/


def pack(source: Source, choice: Choice | None = None) -> Release:
    """The archive of an app, not signed yet.

    Raises:
        UmbelError: the app breaks a rule, or asks for what cannot be packed.
    """
    choice = choice or Choice()
    findings = check(source)
    if has_errors(findings):
        errors = [one for one in findings if one.rule.is_error]
        more = f", and {len(errors) - 1} more" if len(errors) > 1 else ""
        raise UmbelError(
            f"{source.uid}: {errors[0].rule.number}: {errors[0].text}{more}",
            remedy=f"umbel app check {source.folder}",
        )
    files = {f"{source.uid}/{name}": content for name, content in _files(source, choice)}
    wishes = Wishes(
        name=source.uid, version=source.text("version"), kind=KIND, platforms=choice.platforms
    )
    return build(files, wishes)


def _files(source: Source, choice: Choice) -> Iterator[tuple[str, bytes]]:
    others = {name: path for name, path in source.own_files.items() if name not in source.code}
    for name, path in others.items():
        if _is_for(name, choice.platforms):
            yield _proper(name), path.read_bytes()
    pictures = {name: path.read_bytes() for name, path in others.items() if _is_icon(name)}
    yield from icons.bitmaps(pictures).items()
    for name, content in _compiled(source).items():
        if _is_for(name, choice.platforms):
            yield _proper(name), content
    if choice.with_source:
        for name, path in source.files.items():
            if name.startswith("source/"):
                yield name, path.read_bytes()
        for name, path in source.code.items():
            yield f"source/{name}", path.read_bytes()


def _compiled(source: Source) -> dict[str, bytes]:
    """The Python files as bytecode, each import with the version that it means."""
    table = imports.names(source.uid, source.config or {})
    cache = sources.cache_dir()
    with TemporaryDirectory() as folder:
        written: dict[str, Path] = {}
        for name, path in source.code.items():
            program = path.read_text("utf-8")
            fresh = Path(folder, name)
            fresh.parent.mkdir(parents=True, exist_ok=True)
            depth = len(PurePosixPath(name).parts) - 1
            fresh.write_text(imports.qualified(program, table, depth), "utf-8", newline="")
            written[name] = fresh
        cache.mkdir(parents=True, exist_ok=True)
        # One by one: a pin map, a main.py and a boot.py are programs here like any other.
        return {
            name.removesuffix(".py") + ".mpy": compiler.compile_file(
                path, name, cache, architecture(name)
            )
            for name, path in written.items()
        }


def _is_icon(name: str) -> bool:
    return name.startswith("media/iconlauncher-") and name.endswith(".png")


def _is_for(name: str, platforms: tuple[str, ...]) -> bool:
    """Whether a file is wanted: binaries of other platforms stay away."""
    if not platforms or not name.startswith(_BINARY):
        return True
    platform = _proper(name).removeprefix(_BINARY).partition("/")[0].removesuffix(".mpy")
    return platform.lower() in platforms


def _proper(name: str) -> str:
    """The name as it should have been written."""
    for wrong, right in _MISSPELT.items():
        if name.startswith(_BINARY + wrong):
            return name.replace(wrong, right, 1)
    return name
