"""An app in a folder, and those that it needs in the folders beside it: packed together to be tried."""

from __future__ import annotations

from pathlib import Path

from umbel.apps.archive import Archive
from umbel.apps.formats import appconfig
from umbel.apps.source import CONFIG, Source
from umbel.apps.supply import from_folder


def folders(folder: Path) -> list[Path]:
    """The folder itself, then those of apps beside it that it needs."""
    found: dict[str, Path] = {}
    unread = [folder.resolve()]
    while unread:
        path = unread.pop(0)
        found[path.name] = path
        for uid in _needs(path):
            other = path.parent / uid
            if uid not in found and (other / CONFIG).is_file():
                unread.append(other)
    return list(found.values())


def packed(folder: Path) -> list[Archive]:
    """The apps in these folders.

    Raises:
        UmbelError: one of them breaks a rule.
    """
    return [from_folder(one) for one in folders(folder)]


def _needs(folder: Path) -> list[str]:
    config = Source.at(folder).config or {}
    try:
        return [uid for uid, _ in appconfig.dependencies(config)]
    except ValueError:  # the check says what is wrong
        return []
