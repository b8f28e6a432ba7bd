"""Manifests: properties that hold for every input, and what the host makes of them."""

# A node's code carries no types where inference will do, and is checked by itself.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

import hashlib
import posixpath
import zlib
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tepal.core import release_trust
from tepal.formats.errors import TepalError
from tepal.formats.manifest import Manifest, is_path, order
from umbel.errors import UmbelError
from umbel.release import Wishes, build, manifest, signing

SEGMENTS = st.from_regex(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,8}", fullmatch=True)
PATHS = st.lists(SEGMENTS, min_size=1, max_size=8).map("/".join)
WISHES = Wishes(name="demo", version="1.2.3")


def is_free(paths: list[str]) -> bool:
    """Whether none of them lies below another."""
    return not any(one.startswith(f"{other}/") for one in paths for other in paths)


FILES = st.dictionaries(PATHS, st.binary(max_size=20), min_size=1, max_size=8).filter(
    lambda files: is_free(list(files)) and "manifest" not in files
)


def taken(content: bytes) -> Manifest:
    """What a node makes of it, which reads lines from a file."""
    found = Manifest()
    for line in content.splitlines(keepends=True):
        found.take(line)
    found.end()
    return found


@given(FILES)
def test_what_was_built_can_be_read(files: dict[str, bytes]):
    release = build(files, WISHES)

    described = manifest.read(release.manifest.signed)

    assert {one.path.removesuffix(".z") for one in described.files} == set(files)
    assert {one.path: one.size for one in described.files} == {
        path: len(content) for path, content in release.files.items()
    }
    assert all(hashlib.sha256(release.files[f.path]).digest() == f.sha256 for f in described.files)
    assert described.digest == hashlib.sha256(described.signed).digest()
    assert [one.path for one in described.files] == sorted(release.files, key=order)


@given(FILES)
def test_what_stands_in_folders_is_deflated(files: dict[str, bytes]):
    release = build(files, WISHES)

    for path, content in files.items():
        if "/" in path and not path.endswith((".z", ".gz")):
            assert zlib.decompress(release.files[path + ".z"], -10) == content
        else:
            assert release.files[path] == content


@given(FILES)
def test_the_same_files_give_the_same_bytes(files: dict[str, bytes]):
    backwards = dict(reversed(files.items()))

    assert build(files, WISHES).manifest.signed == build(backwards, WISHES).manifest.signed


@given(FILES, st.data())
def test_a_damaged_manifest_is_refused_or_says_something_else(
    files: dict[str, bytes], data: st.DataObject
):
    content = bytearray(build(files, WISHES).manifest.signed)
    whole = taken(bytes(content))
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= data.draw(st.integers(1, 255))

    try:
        found = taken(bytes(content))
    except TepalError as error:
        assert error.code == "manifest"
        return

    assert found.digest != whole.digest


@given(st.binary(max_size=300) | st.lists(st.binary(max_size=80)).map(b"\n".join))
def test_whatever_comes_is_refused_in_one_sentence(noise: bytes):
    with pytest.raises(UmbelError, match=r"^manifest: line \d+: expected "):
        manifest.read(b"tepal-release 1\n" + noise)


@given(st.text(max_size=120) | PATHS)
def test_a_path_stays_where_it_belongs(path: str):
    if not is_path(path):
        return

    assert path.isascii()
    assert posixpath.normpath(f"/sys/b/{path}") == f"/sys/b/{path}"
    assert len(path) <= 96


@given(st.lists(PATHS, max_size=6))
def test_a_file_and_what_lies_below_it_are_neighbours(paths: list[str]):
    ordered = sorted(set(paths), key=order)

    is_below = any(b.startswith(f"{a}/") for a, b in pairwise(ordered))
    assert is_free(ordered) == (not is_below)


def test_a_manifest_of_a_megabyte_is_refused():
    with pytest.raises(UmbelError, match="at most 65,536"):
        manifest.read(b"x" * 1_000_000)


def test_proof_for_a_node_is_what_the_node_makes_itself():
    release = build({"a": b"1"}, WISHES)
    key = bytes(range(32))

    made = signing.for_node(release.manifest, "attic", key)

    assert made.content == release_trust.proof(key, release.manifest.digest)
    found = taken(release.manifest.with_signature(made))
    trust = release_trust.Trust([], key, "attic", 0, True)
    assert release_trust.check(found, trust) == release_trust.NODE_KEY
