"""The files that have a meaning: icons, translations, binaries, setup scripts, old versions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import PurePosixPath

from umbel.apps.finding import Finding, found
from umbel.apps.formats import TepalError, appconfig, appfiles, semver
from umbel.apps.known import ARCHITECTURES
from umbel.apps.source import CONFIG, Source, read_config
from umbel.errors import UmbelError
from umbel.release import bytecode

_ICON = "media/iconlauncher-"
_PLATFORMS = {*ARCHITECTURES, "64-win.exe", "64-linux", "64-osx"}
_MISSPELT = "ESP2866"
_MAX_TRANSLATION = 16384  # bytes


def look(source: Source) -> Iterator[Finding]:
    """What is wrong with files that the system looks for by their names."""
    yield from _icons(source)
    yield from _translations(source)
    yield from _binaries(source)
    yield from _setup(source)
    yield from _versions(source)


def _below(source: Source, folder: str) -> list[str]:
    return [name for name in source.files if name.startswith(f"{folder}/")]


def _icons(source: Source) -> Iterator[Finding]:
    names = [name for name in source.files if name.startswith(_ICON)]
    for name in names:
        known = appfiles.icon(name)
        with source.files[name].open("rb") as file:
            size = appfiles.png_size(file.read(appfiles.PNG_HEAD))
        if known is None:
            yield found("I1", f"{name}: not a name of an icon")
        elif size == (0, 0):
            yield found("I1", f"{name}: not a PNG picture")
        elif size != (known[0], known[0]):
            yield found("I1", f"{name}: {size[0]} by {size[1]} pixels")
        elif name != appfiles.icon_name(*known):
            yield found("I2", f"{name} instead of {appfiles.icon_name(*known)}")
    if not names:
        yield found("I3", f"{source.uid} has no icon")


def _translations(source: Source) -> Iterator[Finding]:
    texts: dict[str, set[str]] = {}
    for name in _below(source, "translate"):
        path = PurePosixPath(name)
        locale = appfiles.locale(path.stem)
        if path.suffix != ".json" or not locale or len(path.parts) > 2:
            yield found("T2", f"{name}: not a locale")
            continue
        if locale != path.stem:
            yield found("T6", f"{name} instead of {locale}.json")
        value = _translation(source.content(name))
        if isinstance(value, str):
            yield found("T3", f"{name}: {value}")
            continue
        texts[locale] = set(value)
        yield from _shown(name, value)
    if f"translate/{appfiles.ENGLISH}.json" not in source.files:
        yield found("T1", f"translate/{appfiles.ENGLISH}.json is missing")
    english = texts.get(appfiles.ENGLISH, set())
    for locale, keys in texts.items():
        if english and (others := sorted(english ^ keys)):
            kind = "is missing" if others[0] in english else "is not in English"
            yield found("T5", f"translate/{locale}.json: {others[0]} {kind}")


def _translation(content: bytes) -> dict[str, str] | str:
    """The texts, or what is wrong with them."""
    if len(content) > _MAX_TRANSLATION:
        return f"more than {_MAX_TRANSLATION:,} bytes"
    try:
        value = json.loads(content)
    except (ValueError, RecursionError) as exc:
        return f"not JSON: {exc}"
    if not isinstance(value, dict):
        return "an object expected"
    texts: dict[str, str] = {}
    for key, text in value.items():  # pyright: ignore[reportUnknownVariableType]
        if not isinstance(key, str) or not isinstance(text, str):
            return f"{key}: a text expected"
        texts[key] = text
    return texts


def _shown(name: str, texts: dict[str, str]) -> Iterator[Finding]:
    title, description = texts.get("title"), texts.get("description")
    if title is not None and not (len(title.strip()) > 0 and len(title) <= appconfig.MAX_TITLE):
        yield found("T4", f"{name}: title: {len(title)} characters")
    if description is not None and not appconfig.is_description(description):
        yield found("T4", f"{name}: description: not one line of up to 100 characters")


def _binaries(source: Source) -> Iterator[Finding]:
    names = _below(source, "bin")
    for name in (name for name in source.own_files if name.endswith(".mpy")):
        try:
            bytecode.wanted({name: source.content(name)})
        except UmbelError as error:
            yield found("B2", str(error))
    for name in names:
        top = name.split("/")[1]
        platform = top.removesuffix(".mpy").removeprefix("bin")
        is_folder = name.count("/") > 1
        if platform == _MISSPELT:
            yield found("B1", f"{name}: binESP8266 is meant")
        elif not top.startswith("bin") or platform not in _PLATFORMS:
            yield found("B1", f"{name}: no platform that we know")
        if not name.endswith((".mpy", ".py")) and not is_folder:
            yield found("B3", f"{name} is listed, and never launched on a node")
    is_compiled = any(name.endswith(".mpy") or "." not in name for name in names)
    if is_compiled and not _below(source, "source"):
        yield found("R4", "bin/ has compiled files, and there is no source/")


def _setup(source: Source) -> Iterator[Finding]:
    for name in _below(source, "setup"):
        path = PurePosixPath(name)
        is_known = path.stem in appfiles.SCRIPTS and path.suffix in {".py", ".mpy", ".sh"}
        if not is_known or len(path.parts) > 2:
            yield found("S3", f"{name} is never run")
        elif path.suffix == ".sh":
            try:
                appfiles.script_lines(source.content(name).decode(errors="replace"))
            except TepalError as error:
                yield found("S1", f"{name}: {error.detail.removeprefix('S1: ')}")


def _versions(source: Source) -> Iterator[Finding]:
    names = _below(source, "versions")
    has_data = bool(_below(source, "data"))
    for version in sorted({name.split("/")[1] for name in names}):
        base = f"versions/{version}"
        inside = {name.removeprefix(f"{base}/").partition("/")[0] for name in names}
        own = {name.split("/")[2] for name in names if name.startswith(f"{base}/")} & inside
        yield from _copy(source, base, version)
        if "versions" in own:
            yield found("R1", f"{base} has versions/ inside")
        if "share" in own:
            yield found("R3", f"{base} has a share/ of its own")
        if has_data and "data" not in own:
            yield found("R2", f"{base} has no data/: that version begins without")


def _copy(source: Source, base: str, version: str) -> Iterator[Finding]:
    try:
        copy = semver.parse(version)
        newest = semver.parse(source.text("version"))
    except ValueError as exc:
        yield found("R1", f"{base}: {exc}")
        return
    if copy >= newest or "+" in version:
        yield found("R1", f"{base} is not older than {source.text('version')}")
    try:
        said = read_config(source.content(f"{base}/{CONFIG}")).get("version")
    except (KeyError, ValueError):
        said = None
    if said != version:
        yield found("R1", f"{base}/{CONFIG} does not say version {version}")
