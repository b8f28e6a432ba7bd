"""A fetched folder: whole or not there."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

_SEAL = ".whole"  # "size path" of every file; written last


@contextmanager
def prepared(folder: Path, *, origin: str) -> Generator[Path]:
    """A new folder that takes the place of ``folder`` when the block ends well.

    Two processes do not prepare in the same parent at once. ``origin`` tells people where the
    content is from.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    fresh = folder.with_name(f".{folder.name}.new")
    with _alone(folder.parent):
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir()
        try:
            yield fresh
            _seal(fresh, origin)
            _replace(folder, fresh)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)


def is_whole(folder: Path) -> bool:
    """Whether every file that was prepared is still there, in its size."""
    seal = folder / _SEAL
    if not seal.is_file():
        return False
    return all(_is_unchanged(folder, line) for line in seal.read_text().splitlines()[1:])


def origin(folder: Path) -> str:
    """Where the content of a whole folder is from."""
    return (folder / _SEAL).read_text().partition("\n")[0]


def _seal(folder: Path, origin: str) -> None:
    files = sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
    lines = [f"{path.stat().st_size} {path.relative_to(folder).as_posix()}" for path in files]
    (folder / _SEAL).write_text("\n".join([origin, *lines, ""]))


def _is_unchanged(folder: Path, line: str) -> bool:
    size, _, name = line.partition(" ")
    try:
        return (folder / name).stat().st_size == int(size)
    except OSError:
        return False


def _replace(folder: Path, fresh: Path) -> None:
    old = folder.with_name(f".{folder.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    fresh.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


@contextmanager
def _alone(folder: Path) -> Generator[None]:
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
