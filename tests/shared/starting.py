"""Which release a node would start, judged by what is on its flash and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from umbel.errors import UmbelError
from umbel.release import Release, manifest, slot


def starts(files: Mapping[str, bytes], releases: Mapping[str, Release]) -> str:
    """The name of the release that a flash would start: the loader's rule, every byte of the slot.

    ``dead: …`` if it would start none, ``mixed`` if it is none of these.
    """
    try:
        found = in_slot(files, chosen(files))
        said = manifest.read(found["manifest"])
    except (UmbelError, KeyError, ValueError) as error:
        return f"dead: {error}"
    for name, one in releases.items():
        wanted = slot.laid_out(one) | {"manifest": found["manifest"]}
        if said.signed == one.manifest.signed and wanted.items() <= found.items():
            return name
    return "mixed"


def chosen(files: Mapping[str, bytes]) -> str:
    """The slot that the next start takes, as device/main.py says it."""
    if "boot.st" not in files:
        return "a"
    good, trial, left = files["boot.st"].decode().split()
    return good if trial == "-" or left == "0" else trial


def in_slot(files: Mapping[str, bytes], name: str) -> dict[str, bytes]:
    """The files of a slot."""
    folder = f"sys/{name}/"
    return {
        path.removeprefix(folder): content
        for path, content in files.items()
        if path.startswith(folder)
    }


def read(flash: Path) -> dict[str, bytes]:
    """What decides on the next start of a simulated node; while it runs, as of one moment."""
    while True:
        before = _files(flash / "boot.st", flash)
        found = _files(flash / "sys" / chosen(before), flash)
        if _files(flash / "boot.st", flash) == before:
            return before | found


def _files(path: Path, flash: Path) -> dict[str, bytes]:
    """A file, or all files of a folder; nothing where there is none."""
    paths = path.iterdir() if path.is_dir() else [path]
    return {one.relative_to(flash).as_posix(): one.read_bytes() for one in paths if one.is_file()}
