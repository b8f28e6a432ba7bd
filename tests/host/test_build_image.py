"""A folder to a file system: whole, the same every time, and never too big in silence."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from umbel.build import image
from umbel.errors import UmbelError

TINY = image.FileSystem(board="Tiny", block_count=16)

name = st.text("abcdefgh_.0123456789", min_size=1, max_size=12).filter(
    lambda text: text not in (".", "..")
)
path = st.lists(name, min_size=1, max_size=3).map("/".join)


def is_a_tree(files: dict[str, bytes]) -> bool:
    """No path is a file and a folder at once."""
    return not any(other.startswith(f"{path}/") for path in files for other in files)


trees = st.dictionaries(path, st.binary(max_size=3000), max_size=12).filter(is_a_tree)


@settings(max_examples=40)
@given(files=trees)
def test_what_went_in_comes_out(files: dict[str, bytes]):
    assert image.unpack(image.pack(files).content) == files


@settings(max_examples=20)
@given(files=trees)
def test_the_order_of_files_changes_nothing(files: dict[str, bytes]):
    backwards = dict(reversed(files.items()))

    assert image.pack(backwards).content == image.pack(files).content


@settings(max_examples=40)
@given(size=st.integers(0, 200_000))
def test_the_blocks_of_a_file_are_those_that_littlefs_takes(size: int):
    empty = image.pack({}).used_blocks

    assert image.pack({"file": bytes(size)}).used_blocks - empty == image.blocks_of(size)


def test_an_image_is_as_long_as_the_region_of_the_board(tmp_path: Path):
    built = image.build(tmp_path)

    assert len(built.content) == 212 * 4096
    assert image.PICO_W.size == 868_352


def test_a_folder_becomes_an_image(tmp_path: Path):
    (tmp_path / "sys/a").mkdir(parents=True)
    (tmp_path / "main.py").write_text("pass\n")
    (tmp_path / "sys/a/node.mpy").write_bytes(b"M" * 5000)

    built = image.build(tmp_path)

    assert image.unpack(built.content) == {"main.py": b"pass\n", "sys/a/node.mpy": b"M" * 5000}
    assert [(entry.path, entry.size, entry.blocks) for entry in built.entries] == [
        ("main.py", 5, 0),
        ("sys/a/node.mpy", 5000, 2),
    ]


def test_the_table_accounts_for_every_block(tmp_path: Path):
    built = image.pack({"main.py": b"pass\n", "sys/a/node.mpy": b"M" * 5000})

    lines = built.table().splitlines()

    assert lines == [
        "main.py               5 B    0 blocks",
        "sys/a/node.mpy    5,000 B    2 blocks",
        "2 files, 5,005 B; 8 of 212 blocks, 6 of them for folders",
    ]
    assert built.free == (212 - 8) * 4096


def test_too_much_is_refused_with_what_it_needs():
    files = {f"file{index}": bytes(5000) for index in range(10)}

    with pytest.raises(UmbelError) as caught:
        image.pack(files, TINY)

    assert str(caught.value) == "10 files need 90,112 bytes of flash, the Tiny has 65,536"
    assert caught.value.remedy == "leave out modules that this node does not use"


def test_what_it_needs_is_true():
    files = {f"file{index}": bytes(5000) for index in range(10)}
    enough = image.FileSystem(board="Enough", block_count=90_112 // 4096)

    assert image.pack(files, enough).used_blocks == enough.block_count


@pytest.mark.parametrize("content", [b"", b"\xff" * 868_352, bytes(868_351)])
def test_what_is_no_image_is_refused(content: bytes):
    with pytest.raises(UmbelError):
        image.unpack(content)
