"""The release that a node is to get: one that somebody has built, or Tepal as it is here."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

from umbel.build import sources, stage
from umbel.release import Release, Wishes
from umbel.release import build as build_release


def release(path: Path | None) -> Release:
    """The release at ``path``; Tepal with everything, as ``umbel release build`` makes it, for None.

    Raises:
        UmbelError: it is none, or something does not compile.
    """
    if path is not None:
        return Release.load(path)
    files = stage.release_files(web=sources.web_dir(), cache=sources.cache_dir())
    return build_release(files, Wishes(name="tepal", version=version("umbel")))
