"""What simulated nodes run, laid out once for all nodes of a simulation."""

from __future__ import annotations

from pathlib import Path

from umbel.build import compile as compiler
from umbel.build import sources, stage
from umbel.sim import shim
from umbel.sim.folder import Folder

_LAUNCHER = "launch.py"  # started by name, so it stays source
_SLOT = "a"


def lay_out(folder: Folder, *, compiled: bool) -> Path:
    """Put the newest code of a node into ``folder``, compiled or as source; tells where it is.

    Raises:
        UmbelError: something does not compile.
    """
    web = sources.web_dir()
    if not compiled:
        return _lay_out_sources(folder.code / "source", web)
    fakes = {path.name: path for path in shim.BOARD.glob("*.py") if path.name != _LAUNCHER}
    contents = compiler.compile_files(fakes)
    contents[_LAUNCHER] = (shim.BOARD / _LAUNCHER).read_bytes()
    for name, content in contents.items():
        compiler.write_if_changed(folder.fakes / name, content)
    stage.stage(folder.code, web=web, slot=_SLOT)
    return folder.code / "sys" / _SLOT


def _lay_out_sources(target: Path, web: Path | None) -> Path:
    files = stage.plan(sources.device_dir())
    if web is not None:
        files |= {f"web/{path.name}": path for path in web.iterdir() if path.is_file()}
    for name, path in files.items():
        compiler.write_if_changed(target / name, path.read_bytes())
    return target
