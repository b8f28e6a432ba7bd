"""What an emulated Pico W needs to read the manifest of a release and to check its signature."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench import node, pico
from bench.figure import Figure
from bench.measurements import trust
from umbel.build import compile as compiler
from umbel.build import image

_PROGRAM = Path(__file__).parents[1] / "board" / "trust.py"
_PARTS = ("tepal/formats/", "tepal/core/release_trust")
_SAID = re.compile(r"believed (\d+) (\d+) (\d+) (\d+)")


def measure() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        _, release, modulus = trust.signed(Path(folder))
    files = {
        f"sys/a/{path}": content
        for path, content in release.files.items()
        if path.startswith(_PARTS)
    }
    files |= compiler.compile_files({"believe.py": node.BARE / "believe.py"})
    files |= {"main.py": _PROGRAM.read_bytes(), "key": modulus.encode()}
    files["manifest"] = release.manifest.content
    with pico.started(image.pack(files).content) as board:
        board.console.wait_for("believed")
        board.console.wait_for("\n>>>")
        said = _SAID.search(board.console.text)
    assert said, "waited for"
    _, reading, used, checking = map(int, said.groups())
    count = len(release.files)
    yield Figure(what=f"Pico W: a manifest of {count} files, read", value=reading / 1e3, unit="ms")
    yield Figure(what="Pico W: a signature, checked: heap", value=used, unit="B")
    yield Figure(what="Pico W: a signature, checked: time", value=checking / 1e3, unit="ms")
