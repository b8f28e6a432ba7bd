"""config.json: what a node checks too, and what makes an app one that others can rely on."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import Any

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression

from umbel.apps.finding import Finding, found
from umbel.apps.formats import appconfig, semver
from umbel.apps.source import CONFIG, Source, read_config

_FIRST = semver.parse("1.0.0")


def look(source: Source) -> Iterator[Finding]:
    """What is wrong with config.json."""
    if CONFIG not in source.files:
        yield found("G1", f"{source.uid} has no {CONFIG}")
        return
    try:
        config = read_config(source.content(CONFIG))
    except ValueError as exc:
        yield found("C1", f"{CONFIG}: {exc}")
        return
    yield from (found(number, text) for number, text in appconfig.faults(config, source.uid))
    yield from _for_everybody(source, config)
    yield from _dependencies(config)


def _for_everybody(source: Source, config: dict[str, Any]) -> Iterator[Finding]:
    for key in ("description", "license"):
        if not config.get(key):
            yield found("C2", f"{key}: expected in {CONFIG}")
    if not config.get("repository"):
        yield found("U8", f"{CONFIG} names no repository")
    for text in appconfig.as_list(config.get("license")):
        if not _is_licence(text):
            yield found("C6", f"license: {text} is no SPDX expression")
    for key in ("title", "description"):
        foreign = [char for char in source.text(key) if char.isalpha() and not _is_latin(char)]
        if foreign:
            yield found("G4", f"{key}: {foreign[0]} is no Latin letter")
    try:
        is_first = semver.parse(source.text("version")) < _FIRST
    except ValueError:
        return
    if is_first:
        yield found("V2", f"version {source.text('version')}")


def _dependencies(config: dict[str, Any]) -> Iterator[Finding]:
    for text in appconfig.as_list(config.get("dependencies")):
        try:
            _, wanted = appconfig.dependency(text)
        except ValueError:
            continue
        if semver.is_exact(wanted):
            yield found("V3", f"{text} never gets a fix")
        elif wanted[0] is None:
            yield found("P4", f"{text} takes whatever comes")


def _is_licence(text: str) -> bool:
    try:
        canonicalize_license_expression(text)
    except InvalidLicenseExpression:
        return False
    return True


def _is_latin(char: str) -> bool:
    return char.isascii() or unicodedata.name(char, "").startswith("LATIN ")
