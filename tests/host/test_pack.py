"""The pack of a release, as a host lays it out and a node opens it."""

from __future__ import annotations

import subprocess
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tepal.formats import pack
from umbel import runtimes
from umbel.build import compile as compiler
from umbel.build import sources
from umbel.errors import UmbelError
from umbel.release import Wishes, build, slot

FILES = {
    "start.mpy": b"M\x06\x00\x1fstart",
    "tepal/core/keys.txt": b"one 1\ntwo 2\n",
    "tepal/node.mpy": b"M\x06\x00\x1fnode",
    "modules/source.py": b"print('a source')",
    "web/index.html.gz": bytes(range(256)),
    "web/empty": b"",
}
WALK = """
import binascii, os, sys, vfs
sys.path.insert(0, "sys/a")
import start
vfs.mount(start.Pack("sys/a"), "/os")
sys.path.append("/os")
def walk(folder):
    for name, kind, _, size in sorted(os.ilistdir(folder), key=lambda entry: entry[0]):
        path = folder + "/" + name
        assert os.stat(path)[0] == kind, path
        if kind == 0x4000:
            walk(path)
        else:
            assert os.stat(path)[6] == size, path
            with open(path, "rb") as file:
                content = file.read(size) if path.endswith(".gz") else file.read()
                print(path, binascii.hexlify(content).decode())
walk("/os")
for path in ("/os/tepal/nothing", "/os/tepal/node", "/os/nothing"):
    try:
        os.stat(path)
        print("found", path)
    except OSError as error:
        print(error.errno)
import modules.source
with open("/os/tepal/core/keys.txt") as file:
    print(file.readline(), file.readline(), file.readline())
"""


def laid_out(folder: Path, files: dict[str, bytes]) -> None:
    release = build(files, Wishes(name="tepal", version="1.0.0"))
    for name, content in slot.laid_out(release).items():
        compiler.write_if_changed(folder / "sys/a" / name, content)


@pytest.mark.parametrize("bits", [64, 32])
def test_a_node_finds_in_a_pack_what_the_host_put_there(tmp_path: Path, bits: int):
    files = dict(FILES)
    for name in ("start", "tepal/formats/pack"):
        source = sources.device_dir() / f"{name}.py"
        files[f"{name}.mpy"] = compiler.compile_file(source, f"{name}.py", tmp_path)
    laid_out(tmp_path, files)
    micropython = runtimes.named(f"micropython-{bits}").find()
    assert micropython is not None

    done = subprocess.run(
        [micropython, "-c", WALK], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    packed = sorted(f"/os/{name} {files[name].hex()}" for name in files if "/" in name)
    told = [*packed, "2", "2", "2", "a source", "b'one 1\\n' b'two 2\\n' b''"]
    assert done.stderr == ""
    assert done.stdout.splitlines() == told


def test_files_at_the_top_of_a_release_are_files_of_their_own(tmp_path: Path):
    laid_out(tmp_path, FILES)

    there = {path.name for path in (tmp_path / "sys/a").iterdir()}

    assert there == {"manifest", "pack", "start.mpy"}


def test_two_paths_that_look_the_same_in_the_index_are_refused():
    # Found by trying.
    release = build(
        {"a/yhcbdjwhj.gz": b"", "a/cfmwjcitz.gz": b""}, Wishes(name="x", version="1.0.0")
    )

    with pytest.raises(UmbelError, match="CRC-32"):
        slot.laid_out(release)


NAMES = st.text("abcdefghij._-", min_size=1, max_size=8)


@given(st.dictionaries(st.tuples(NAMES, NAMES).map("/".join), st.binary(max_size=40), max_size=20))
def test_an_index_tells_where_each_file_is(files: dict[str, bytes]):
    contents = b"".join(files.values())

    sizes = [(path, len(content)) for path, content in files.items()]
    index = b"".join(pack.index(lambda: iter(sizes)))

    folders = len({path.split("/")[0] for path in files})
    assert len(index) == 4 * (folders + len(files)) + 4 * (len(files) + 1) + 12
    places = index[4 * (folders + len(files)) : -12]
    numbers = [int.from_bytes(places[at : at + 4], "little") for at in range(0, len(places), 4)]
    found = [(contents + index)[start:end] for start, end in pairwise(numbers)]
    assert found == list(files.values())
