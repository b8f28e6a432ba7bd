"""Which release a node would start, judged by what is on its flash and nothing else."""

from __future__ import annotations

from collections.abc import Mapping

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
