"""An app as it travels: one zip file, ``<uid>-<version>.zip``.

Inside are a manifest and the files it lists, as in a release of Tepal: deflated one by one, in the
order of the manifest and not packed once more, so that a node takes them off the stream into the
pack that it mounts (docs/adr/0013-apps.md). The manifest begins with ``tepal-app 1``; what signs a
release signs an app.
"""

from __future__ import annotations

import hashlib
import stat
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tepal.formats import pack
from tepal.formats.manifest import LIMITS
from umbel.apps.formats import TepalError, appconfig, semver
from umbel.apps.source import CONFIG, read_config
from umbel.errors import UmbelError
from umbel.release import Release
from umbel.release.release import MANIFEST

KIND = "app"
_, MAX_FILE, MAX_SIZE, _ = LIMITS
_MAX_ZIP = MAX_SIZE + (1 << 20)  # bytes: the files, and what a zip file has around them
_REMEDY = "umbel app pack makes an archive that is right"


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """An archive that was read, and is what its manifest says."""

    uid: str
    version: str
    config: dict[str, Any]
    release: Release
    size: int  # bytes of the zip file
    sha256: str  # of the zip file

    @property
    def name(self) -> str:
        """How the file should be called."""
        return f"{self.uid}-{self.version}.zip"

    @classmethod
    def read(cls, path: Path) -> Archive:
        """The archive at ``path``.

        Raises:
            UmbelError: it is none, is damaged, or breaks a rule; one sentence says what.
        """
        content = _bytes(path)
        _look_at_zip(path)
        release = Release.load(path, kind=KIND)
        if names(path) != [MANIFEST, *(file.path for file in release.manifest.files)]:
            raise UmbelError(f"{path}: files are not in the order of the manifest", remedy=_REMEDY)
        uid = release.manifest.name
        files = inflated(release, path)
        config = _config(files, uid, path)
        if config["version"] != release.manifest.version:
            raise UmbelError(
                f"{path}: the manifest says version {release.manifest.version}, "
                f"{CONFIG} {config['version']}"
            )
        return cls(
            uid=uid,
            version=config["version"],
            config=config,
            release=release,
            size=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
        )

    @property
    def order(self) -> tuple[int, int, int, Any]:
        """What versions compare by."""
        return semver.parse(self.version)


def names(path: Path) -> list[str]:
    """The names in a zip file, in the order in which they stand there."""
    with zipfile.ZipFile(path) as file:
        return [one.filename for one in sorted(file.infolist(), key=lambda one: one.header_offset)]


def inflated(release: Release, where: Path) -> dict[str, bytes]:
    """The files of an app by their paths in its folder.

    Raises:
        UmbelError: one is outside of the folder, or larger than a file may be.
    """
    base = f"{release.manifest.name}/"
    files: dict[str, bytes] = {}
    left = MAX_SIZE
    for path, content in release.files.items():
        if not path.startswith(base):
            raise UmbelError(f"{where}: {path} is not in the folder of the app", remedy=_REMEDY)
        name = path.removeprefix(base)
        plain = content
        if path.endswith(pack.DEFLATED):
            name = name.removesuffix(pack.DEFLATED)
            plain = _inflate(content, min(left, MAX_FILE), f"{where}: {path}")
        left -= len(plain)
        if name in files or left < 0:
            reason = f"{path} stands there twice" if name in files else "too large when unpacked"
            raise UmbelError(f"{where}: {reason}", remedy=_REMEDY)
        files[name] = plain
    return files


def _inflate(content: bytes, most: int, where: str) -> bytes:
    stream = zlib.decompressobj(-pack.WINDOW)
    try:
        plain = stream.decompress(content, most + 1)
    except zlib.error as exc:
        raise UmbelError(f"{where} cannot be unpacked", remedy=_REMEDY) from exc
    if len(plain) > most:
        raise UmbelError(f"{where} is larger than {most:,} bytes when unpacked", remedy=_REMEDY)
    if not stream.eof or stream.unused_data:
        raise UmbelError(f"{where} is not one deflate stream", remedy=_REMEDY)
    return plain


def _config(files: dict[str, bytes], uid: str, where: Path) -> dict[str, Any]:
    try:
        config = read_config(files[CONFIG])
        appconfig.check(config, uid)
    except KeyError:
        raise UmbelError(f"{where} has no {CONFIG}", remedy=_REMEDY) from None
    except ValueError as exc:
        raise UmbelError(f"{where}: {CONFIG}: {exc}", remedy=_REMEDY) from exc
    except TepalError as error:
        raise UmbelError(f"{where}: {error.detail}", remedy=_REMEDY) from None
    return config


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > _MAX_ZIP:
            raise UmbelError(f"{path} has more than {_MAX_ZIP:,} bytes: no archive of an app")
        return path.read_bytes()
    except OSError as exc:
        raise UmbelError(f"{path} cannot be read: {exc.strerror}") from exc


def _look_at_zip(path: Path) -> None:
    """Refuse what a node would not take off a stream."""
    try:
        with zipfile.ZipFile(path) as file:
            infos = file.infolist()
    except (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError) as exc:
        raise UmbelError(f"{path} is no archive of an app: {exc}", remedy=_REMEDY) from exc
    for info in infos:
        kind = stat.S_IFMT(info.external_attr >> 16)
        if kind not in {0, stat.S_IFREG}:
            raise UmbelError(f"{path}: {info.filename} is a link, no file", remedy=_REMEDY)
        if info.compress_type != zipfile.ZIP_STORED or info.flag_bits & 0x9:
            raise UmbelError(f"{path}: {info.filename} is packed twice", remedy=_REMEDY)
