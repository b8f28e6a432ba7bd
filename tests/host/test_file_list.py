"""The reader of a promoter's list, against lists of all shapes, in blocks of all sizes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tepal.formats.errors import TepalError
from tepal.formats.file_list import FileList, is_safe

HEX = st.integers(0, 2**160 - 1).map("{:040x}".format)
NAME = st.text('ab.-_ ü€😀"{}[],:\u2028', min_size=1, max_size=9)
PATHS = st.lists(NAME, min_size=1, max_size=4).map("/".join).filter(is_safe)
ENTRY = st.fixed_dictionaries(
    {"path": PATHS, "checksum": HEX},
    optional={"size": st.integers(0, 1 << 20), "note": st.text(max_size=20)},
)


Found = tuple[str, str, int, str]


def read(content: bytes, size: int) -> tuple[list[Found], str]:
    reader: Any = FileList()
    found: list[Found] = []
    for start in range(0, len(content), size):
        found += reader.take(content[start : start + size])
    return found, reader.end()


@given(
    st.one_of(st.none(), st.lists(ENTRY, max_size=8)),
    HEX,
    st.integers(1, 50),
    st.sampled_from([None, 2]),
    st.booleans(),
)
def test_a_list_is_read_whatever_its_blocks_and_spaces(
    files: list[dict[str, Any]] | None, version: str, size: int, indent: int | None, is_ascii: bool
):
    document = {"files": files, "version": version}
    content = json.dumps(document, indent=indent, ensure_ascii=is_ascii).encode()

    found, said = read(content, size)

    assert said == version
    wanted = [(one["path"], one["checksum"], one.get("size", -1), "") for one in files or ()]
    assert found == wanted


@given(st.binary(max_size=200), st.integers(1, 50))
def test_nothing_but_a_list_is_taken_for_one(content: bytes, size: int):
    with pytest.raises(TepalError) as raised:
        read(content, size)

    assert raised.value.code == "promoter"


@pytest.mark.parametrize(
    "path", ["", "/etc/passwd", "../x", "a/../b", "a//b", "a\\b", "a\nb", "a/.", "x" * 97, 5, None]
)
def test_a_path_that_leaves_the_root_is_refused(path: object):
    document = {"files": [{"path": path, "checksum": "0" * 40}], "version": "0" * 40}

    with pytest.raises(TepalError, match="path"):
        read(json.dumps(document).encode(), 100)


@pytest.mark.parametrize(
    "entry",
    [
        {"path": "a"},
        {"path": "a", "checksum": "0" * 39},
        {"path": "a", "checksum": "A" * 40},
        {"path": "a", "checksum": "0" * 40, "size": "1"},
        {"path": "a", "checksum": "0" * 40, "size": -5},
        {"path": "a", "checksum": "0" * 40, "sha256": "x"},
        {"path": "a", "checksum": "0" * 40, "more": {"deep": [1]}},
        {"path": "a", "checksum": "0" * 40, "more": "x" * 2000},
        ["path", "checksum"],
    ],
)
def test_an_entry_that_makes_no_sense_is_refused(entry: object):
    document = {"files": [entry], "version": "0" * 40}

    with pytest.raises(TepalError):
        read(json.dumps(document).encode(), 100)


def test_a_list_without_end_is_refused():
    entry = json.dumps({"path": "a", "checksum": "0" * 40}).encode()
    reader: Any = FileList()

    with pytest.raises(TepalError, match="500 files"):
        for block in (b'{"files":[', *((entry + b",") for _ in range(501))):
            reader.take(block)
