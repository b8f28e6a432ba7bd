"""A folder to the file system of a board, as bytes that can be flashed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import BinaryIO, cast

from umbel.errors import UmbelError

try:
    from littlefs import LittleFS, LittleFSError
except ImportError as exc:
    raise UmbelError(
        "littlefs-python is not installed", remedy="pip install littlefs-python==0.19.0"
    ) from exc

_POINTER = 4  # bytes; every block of a file but the first begins with pointers to earlier ones
_INLINE_MAX = 512  # bytes; a smaller file lives in its folder's own blocks
_LATEST = 0  # version of the format
_ERRNO_NO_SPACE = -28


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSystem:
    """The region of a board's flash where MicroPython keeps files."""

    board: str
    block_count: int
    block_size: int = 4096  # bytes
    program_size: int = 256  # bytes written at once
    disk_version: int = 0x0002_0000  # what the oldest firmware we support can read

    @property
    def size(self) -> int:
        """Bytes of the whole region."""
        return self.block_count * self.block_size


PICO_W = FileSystem(board="Pico W", block_count=212)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A file and what it occupies."""

    path: str
    size: int  # bytes
    blocks: int  # 0: it lives in its folder


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A file system, ready to be flashed."""

    content: bytes
    file_system: FileSystem
    entries: tuple[Entry, ...]
    used_blocks: int  # of files and folders

    @property
    def free(self) -> int:
        """Bytes left for whatever the node writes."""
        return (self.file_system.block_count - self.used_blocks) * self.file_system.block_size

    def table(self) -> str:
        """One line for each file and one for all, for people."""
        width = max((len(entry.path) for entry in self.entries), default=0)
        lines = [
            f"{entry.path:{width}} {entry.size:8,} B {entry.blocks:4} blocks"
            for entry in self.entries
        ]
        total = sum(entry.size for entry in self.entries)
        folders = self.used_blocks - sum(entry.blocks for entry in self.entries)
        return "\n".join(
            [
                *lines,
                f"{len(lines)} files, {total:,} B; {self.used_blocks} of "
                f"{self.file_system.block_count} blocks, {folders} of them for folders",
            ]
        )


def build(folder: Path, file_system: FileSystem = PICO_W) -> Image:
    """The image of everything in ``folder``; the same files give the same bytes.

    Raises:
        UmbelError: it does not fit; the message has the bytes needed and available.
    """
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
    return pack(files, file_system)


def pack(files: Mapping[str, bytes], file_system: FileSystem = PICO_W) -> Image:
    """The image of ``files``, paths to content.

    Raises:
        UmbelError: they do not fit; the message has the bytes needed and available.
    """
    try:
        image = _format(file_system)
        _fill(image, files)
    except LittleFSError as exc:
        if exc.code != _ERRNO_NO_SPACE:
            raise
        needed = _needed(files, file_system)
        raise UmbelError(
            f"{len(files)} files need {needed:,} bytes of flash, the {file_system.board} "
            f"has {file_system.size:,}",
            remedy="leave out modules that this node does not use",
        ) from exc
    entries = (
        Entry(path=path, size=len(content), blocks=blocks_of(len(content), file_system))
        for path, content in sorted(files.items())
    )
    return Image(
        content=bytes(image.context.buffer),
        file_system=file_system,
        entries=tuple(entries),
        used_blocks=image.used_block_count,
    )


def unpack(content: bytes, file_system: FileSystem = PICO_W) -> dict[str, bytes]:
    """The files of an image, paths to content.

    Raises:
        UmbelError: it is not the image of such a file system.
    """
    if len(content) != file_system.size:
        raise UmbelError(
            f"an image of {len(content):,} bytes is not one of the {file_system.board}, "
            f"which has {file_system.size:,}"
        )
    # The firmware may have moved the file system on to a later version of the format.
    image = _littlefs(replace(file_system, disk_version=_LATEST))
    image.context.buffer[:] = content
    try:
        image.mount()
        paths = [
            f"{folder}/{name}".strip("/") for folder, _, names in image.walk("/") for name in names
        ]
        return {path: _read(image, path) for path in sorted(paths)}
    except LittleFSError as exc:
        raise UmbelError(f"the image holds no littlefs that can be read: {exc}") from exc


def blocks_of(size: int, file_system: FileSystem = PICO_W) -> int:
    """Blocks that a file of ``size`` bytes takes for itself."""
    if size <= _INLINE_MAX:
        return 0
    blocks = 0
    while size > 0:
        # Block n starts with one pointer for each time that 2 divides n, and one more.
        pointers = 0 if blocks == 0 else (blocks & -blocks).bit_length()
        size -= file_system.block_size - pointers * _POINTER
        blocks += 1
    return blocks


def _needed(files: Mapping[str, bytes], file_system: FileSystem) -> int:
    """Bytes of a file system in which ``files`` just fit."""
    content = sum(blocks_of(len(content), file_system) for content in files.values())
    roomy = FileSystem(
        board=file_system.board,
        # A folder takes two blocks, and more when small files live in it: at most two for each.
        block_count=2 * content + 8 * len(files) + 16,
        block_size=file_system.block_size,
    )
    image = _format(roomy)
    _fill(image, files)
    return image.used_block_count * file_system.block_size


def _littlefs(file_system: FileSystem) -> LittleFS:
    """A file system in memory, laid out as MicroPython's driver on the board does it."""
    return LittleFS(
        mount=False,
        block_size=file_system.block_size,
        block_count=file_system.block_count,
        prog_size=file_system.program_size,
        read_size=file_system.program_size,
        cache_size=4 * file_system.program_size,
        disk_version=file_system.disk_version,
    )


def _format(file_system: FileSystem) -> LittleFS:
    image = _littlefs(file_system)
    image.format()
    image.mount()
    return image


def _fill(image: LittleFS, files: Mapping[str, bytes]) -> None:
    for path in sorted(files):
        folder = PurePosixPath(path).parent.as_posix()
        if folder != ".":
            image.makedirs(folder, exist_ok=True)
        with _open(image, path, "wb") as file:
            file.write(files[path])


def _read(image: LittleFS, path: str) -> bytes:
    with _open(image, path, "rb") as file:
        return file.read()


def _open(image: LittleFS, path: str, mode: str) -> BinaryIO:
    return cast("BinaryIO", image.open(path, mode))  # pyright: ignore[reportUnknownMemberType]
