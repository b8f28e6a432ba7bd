"""What packing makes, on the MicroPython that imports it: versions side by side, straight from a pack."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from patience import PATIENCE

from umbel.apps import Source, pack, template
from umbel.build.compile import write_if_changed
from umbel.release import slot

ROOT = Path(__file__).parents[2]
PROGRAM = """
import json, os, sys
from tepal.hal import app_pack
from tepal.core.app import App

home = app_pack.mount("apps/first", "first", "first__app")
app_pack.mount("apps/lib-1", "lib", "lib__1")
app_pack.mount("apps/lib-2", "lib", "lib__2_0_0")
app_pack.mount("apps/a-b", "a-b", "a_b__x")
with open(home + "/config.json") as file:
    app = App(None, "first", json.load(file), home, "apps/first", "de")
from first__app import main
print(main.one(), main.late(), main.deep())
print(app.text("hello"), app.settings)
names = [entry[0] for entry in os.ilistdir(home)]
print(sorted(names), [entry[0] for entry in os.ilistdir(home + "/translate")])
app_pack.unmount("lib__1")
print(sorted([name for name in sys.modules if name.startswith("lib__")]))
try:
    main.late()
except ImportError:
    print("gone")
"""


def write(folder: Path, files: dict[str, str], **fields: object) -> Source:
    template.write(folder, "Title", "MIT")
    (folder / "setup" / "install.py").unlink()
    path = folder / "config.json"
    said = {**json.loads(path.read_text()), **fields}
    for name, content in {**files, "config.json": json.dumps(said)}.items():
        write_if_changed(folder / name, content.encode())
    return Source.at(folder)


def install(source: Source, target: Path) -> None:
    """Lay an archive out as a node does."""
    for name, content in slot.laid_out(pack(source)).items():
        write_if_changed(target / name, content)


@pytest.mark.parametrize("bits", [64, 32])
def test_a_node_runs_apps_from_their_packs(
    bits: int, needs: Callable[[str], Path], tmp_path: Path
):
    micropython = needs(f"micropython-{bits}")
    for number in (1, 2):
        code = {
            "main.py": f"def main(app):\n    return {number}\n",
            "part.py": "from . import main\n",
        }
        source = write(tmp_path / str(number) / "lib", code, version=f"{number}.0.0")
        install(source, tmp_path / "apps" / f"lib-{number}")
    between = {"main.py": "from lib.main import main\n"}
    source = write(tmp_path / "a-b", between, dependencies=["lib-2.0.0"])
    install(source, tmp_path / "apps" / "a-b")
    program = {
        "main.py": (
            "from lib.part import main as lib\n"
            "from a_b import main as deeper\n"
            "def main(app):\n    pass\n"
            "def one():\n    return lib.main(None)\n"
            "def late():\n    from lib import main\n    return main.main(None)\n"
            "def deep():\n    return deeper.main(None)\n"
        ),
    }
    source = write(tmp_path / "first", program, dependencies=["lib-1.x.x", "a-b-x.x.x"])
    install(source, tmp_path / "apps" / "first")
    (tmp_path / "run.py").write_text(PROGRAM)

    done = subprocess.run(
        [micropython, "run.py"],
        cwd=tmp_path,
        env={**os.environ, "MICROPYPATH": f"{ROOT / 'device'}:.frozen"},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )

    assert done.stdout.splitlines() == [
        "1 1 2",
        "hallo {'seconds': 60}",
        "['config.json', 'main.mpy', 'media', 'setup', 'translate'] ['de.json', 'en_US.json']",
        "['lib__2_0_0', 'lib__2_0_0.main']",
        "gone",
    ], done.stderr
