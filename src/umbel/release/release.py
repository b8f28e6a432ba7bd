"""A release in a folder or in a zip file: its files, and the manifest beside them."""

from __future__ import annotations

import hashlib
import io
import os
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from umbel.errors import UmbelError
from umbel.release import manifest
from umbel.release.manifest import MAX_BYTES, MAX_FILES, MAX_SIZE, Described, Signature

MANIFEST = "manifest"
_ZIP = ".zip"
_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the first date that a zip file knows: builds are alike
_MODE = 0o100644 << 16
# What zipfile makes of bytes that are no archive: it believes each number that it reads.
_DAMAGED = (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """Files, and what their manifest says."""

    manifest: Described
    files: Mapping[str, bytes]

    @classmethod
    def load(cls, path: Path, *, kind: str = "release") -> Release:
        """The release at ``path``, or what else is built alike; each file compared with the manifest.

        Raises:
            UmbelError: it is none, or it is damaged; the message names the file.
        """
        contents = _from_zip(path) if path.is_file() else _from_folder(path)
        said = contents.pop(MANIFEST, None)
        if said is None:
            raise UmbelError(f"{path} is no {kind}: it has no manifest")
        described = manifest.read(said, f"{path}: manifest", kind=kind)
        _compare(path, described, contents)
        return cls(manifest=described, files=contents)

    def with_signature(self, signature: Signature) -> Release:
        """The same release with one more signature."""
        content = self.manifest.with_signature(signature)
        signed = manifest.read(content, kind=self.manifest.kind)
        return replace(self, manifest=signed)

    def save(self, path: Path) -> None:
        """Make ``path`` hold this release: a zip file if it is called so, else a folder.

        Raises:
            UmbelError: there is something else already.
        """
        if path.suffix == _ZIP:
            self._save_zip(path)
        else:
            self._save_folder(path)

    def zipped(self) -> bytes:
        """The zip file that this release is."""
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as archive:
            for name, content in {MANIFEST: self.manifest.content, **self.files}.items():
                info = zipfile.ZipInfo(name, _LONG_AGO)
                info.external_attr = _MODE
                info.create_system = 3  # as on Unix, wherever we are
                archive.writestr(info, content)
        return file.getvalue()

    def _save_zip(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            fresh.write_bytes(self.zipped())
            fresh.replace(path)
        finally:
            fresh.unlink(missing_ok=True)

    def _save_folder(self, path: Path) -> None:
        if path.exists() and not (path / MANIFEST).is_file():
            raise UmbelError(f"{path} is there already, and is no release")
        others = {name for name, _ in _below(path)} - self.files.keys() - {MANIFEST}
        for name in others:
            (path / name).unlink()
        # The manifest comes last: who watches the folder sees a release that is whole.
        for name, content in {**self.files, MANIFEST: self.manifest.content}.items():
            _write(path / name, content)


def _write(path: Path, content: bytes) -> None:
    if path.is_file() and path.read_bytes() == content:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        fresh.write_bytes(content)
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


def _compare(path: Path, described: Described, contents: Mapping[str, bytes]) -> None:
    for file in described.files:
        content = contents.get(file.path)
        if content is None:
            raise UmbelError(f"{path}: {file.path} is missing")
        if len(content) != file.size or hashlib.sha256(content).digest() != file.sha256:
            raise UmbelError(f"{path}: {file.path} is not what the manifest says")
    if others := sorted(contents.keys() - {file.path for file in described.files}):
        raise UmbelError(f"{path}: {others[0]} is not in the manifest")


def _from_folder(folder: Path) -> dict[str, bytes]:
    if not folder.is_dir():
        raise UmbelError(f"there is no release at {folder}")
    found = list(_below(folder))
    _limit(folder, len(found), sum(path.stat().st_size for _, path in found))
    return {name: path.read_bytes() for name, path in found}


def _below(folder: Path) -> list[tuple[str, Path]]:
    return [
        (path.relative_to(folder).as_posix(), path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink()
    ]


def _from_zip(path: Path) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(path) as archive:
            infos = archive.infolist()
            _limit(path, len(infos), sum(info.file_size for info in infos))
            if len({info.filename for info in infos}) < len(infos):
                raise UmbelError(f"{path}: a name stands there twice")
            return {info.filename: archive.read(info) for info in infos}
    except (*_DAMAGED, NotImplementedError, RuntimeError) as exc:
        raise UmbelError(f"{path} is no release: {exc}") from exc


def _limit(path: Path, count: int, size: int) -> None:
    if count > MAX_FILES + 1 or size > MAX_SIZE + MAX_BYTES:
        raise UmbelError(
            f"{path}: {count} files with {size:,} bytes, "
            f"a release has at most {MAX_FILES} with {MAX_SIZE:,}"
        )
