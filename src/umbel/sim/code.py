"""What simulated nodes run: each has a release on its flash, as a board has; CPython runs sources."""

from __future__ import annotations

from pathlib import Path

from umbel.build import compile as compiler
from umbel.build import device_types, sources, stage
from umbel.errors import UmbelError
from umbel.release import manifest
from umbel.sim import shim
from umbel.sim.folder import Folder

_LAUNCHER = "launch.py"  # started by name, so it stays source
_BOOT_STATE = "boot.st"
_GOOD = "a"  # the slot where nobody has said otherwise


def lay_out(folder: Folder, boards: list[str]) -> None:
    """Make each board that has no newer release run the newest code.

    Raises:
        UmbelError: something does not compile.
    """
    fakes = {path.name: path for path in shim.BOARD.glob("*.py") if path.name != _LAUNCHER}
    contents = compiler.compile_files(fakes)
    contents[_LAUNCHER] = (shim.BOARD / _LAUNCHER).read_bytes()
    for name, content in contents.items():
        compiler.write_if_changed(folder.fakes / name, content)
    staged = stage.stage(folder.code, web=sources.web_dir())
    ours = _sequence(staged.folder, _GOOD)
    for board in boards:
        flash = folder.board(board).flash
        slot = _running(flash)
        if _sequence(flash, slot) > ours:  # it was updated over the air
            continue
        for name in staged.sizes:
            own = flash / name.replace(f"sys/{_GOOD}/", f"sys/{slot}/")
            compiler.write_if_changed(own, (staged.folder / name).read_bytes())


def lay_out_sources(folder: Folder) -> Path:
    """Put the sources of a node into ``folder``, for CPython; tells where they are."""
    target = folder.code / "source"
    files = stage.plan(sources.device_dir())
    if web := sources.web_dir():
        files |= {f"web/{path.name}": path for path in web.iterdir() if path.is_file()}
    for name, path in files.items():
        compiler.write_if_changed(target / name, path.read_bytes())
    table = device_types.table(sources.device_dir())
    compiler.write_if_changed(target / device_types.TABLE, table)
    return target


def _running(flash: Path) -> str:
    try:
        return (flash / _BOOT_STATE).read_text().split()[0]
    except (OSError, IndexError):
        return _GOOD


def _sequence(flash: Path, slot: str) -> int:
    """That of the release in a slot; -1 if there is none."""
    path = flash / "sys" / slot / "manifest"
    try:
        return manifest.read(path.read_bytes(), str(path)).sequence
    except (OSError, UmbelError):
        return -1
