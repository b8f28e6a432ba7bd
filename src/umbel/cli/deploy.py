"""``umbel deploy``: a board at a USB port becomes a node."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from umbel.cli import _selection
from umbel.cli._selection import Modules, Without
from umbel.errors import UmbelError

if TYPE_CHECKING:
    from pathlib import Path

    from umbel.build.stage import Staged


def register(app: typer.Typer) -> None:
    app.command("deploy")(deploy)


def deploy(
    port: Annotated[str, typer.Argument(help="The serial port: /dev/ttyACM0. See umbel ports.")],
    module: Modules = None,
    without: Without = None,
) -> None:
    """Make the board at a USB port a node: copy the system onto it and restart it.

    The configuration and the modules that you put on the board yourself stay. What the node prints is shown until it can
    be reached; a new node prints its password there, once.
    """
    import tempfile
    from pathlib import Path

    from umbel import usb
    from umbel.cli import _restart

    board = usb.Board(port)
    about = board.about()
    version = ".".join(map(str, about.version))
    print(f"{port}: {about.platform}, MicroPython {version}, {about.free // 1024} KB free")
    with tempfile.TemporaryDirectory() as folder:
        staged = _stage(Path(folder), about.platform, module, without)
        if not about.has_room_for(staged.sizes.values()):
            raise UmbelError(
                f"the node takes more flash than {port} has",
                remedy="--module NAME for each load module that you want; --without PART",
            )
        print(f"copying {len(staged.sizes)} files, {staged.size // 1024} KB …", flush=True)
        board.install(staged.folder, about)
    _restart.watched(board)


def _stage(
    folder: Path, platform: str, modules: list[str] | None, without: list[str] | None
) -> Staged:
    from umbel.build import sources, stage

    wanted = _selection.of(modules, without, [platform])
    return stage.stage(folder, selection=wanted, web=sources.web_dir(), cache=sources.cache_dir())
