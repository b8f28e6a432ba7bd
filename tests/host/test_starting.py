"""The judge of flashes, which many tests believe: it must find what is wrong."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from starting import starts

from umbel.release import Release, Wishes, build, slot

OLD = build({"start.txt": b"s1", "tepal/node.txt": b"old"}, Wishes(name="t", version="1.0.0"))
NEW = build({"start.txt": b"s2", "tepal/node.txt": b"new"}, Wishes(name="t", version="1.1.0"))
RELEASES = {"old": OLD, "new": NEW}


def flash(a: Release, b: Release, pointer: str = "") -> dict[str, bytes]:
    slots = {"a": a, "b": b}
    files = {
        f"sys/{name}/{path}": content
        for name, release in slots.items()
        for path, content in slot.laid_out(release).items()
    }
    return files | ({"boot.st": f"{pointer}\n".encode()} if pointer else {})


@pytest.mark.parametrize(
    ("pointer", "expected"),
    [("", "old"), ("a - 0", "old"), ("b - 0", "new"), ("a b 3", "new"), ("a b 0", "old")],
)
def test_the_pointer_is_read_as_the_loader_reads_it(pointer: str, expected: str):
    assert starts(flash(OLD, NEW, pointer), RELEASES) == expected


@pytest.mark.parametrize("damaged", ["sys/b/start.txt", "sys/b/pack"])
def test_one_wrong_byte_is_found(damaged: str):
    files = flash(OLD, NEW, "b - 0")

    assert starts(_changed(files, damaged), RELEASES) == "mixed"
    assert starts({path: files[path] for path in files if path != damaged}, RELEASES) == "mixed"


def test_a_slot_without_a_manifest_starts_nothing():
    files = flash(OLD, NEW, "b - 0")
    del files["sys/b/manifest"]

    assert starts(files, RELEASES).startswith("dead: ")
    assert starts({}, RELEASES).startswith("dead: ")


def _changed(files: Mapping[str, bytes], path: str) -> dict[str, bytes]:
    return {**files, path: bytes([files[path][0] ^ 1]) + files[path][1:]}
