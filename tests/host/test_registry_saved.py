"""The file of the nodes that were found."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from umbel import registry
from umbel.errors import UmbelError
from umbel.model import Access, Address, Node
from umbel.registry import saved

ATTIC = Node(
    name="attic",
    id="micr01OS",
    address=Address("10.0.0.1", 9008),
    web_port=80,
    access=Access(key=bytes(32), password="open sesame"),
)


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("UMBEL_STATE", str(tmp_path / "state"))
    return tmp_path / "state"


def test_at_first_nobody_is_known():
    assert registry.nodes() == ()


def test_who_was_saved_is_known_with_all_there_is_to_know():
    saved.remember([ATTIC])

    assert registry.nodes() == (ATTIC,)


def test_a_node_is_the_same_under_another_name_and_address():
    saved.remember([ATTIC])
    moved = Node(name="loft", id=ATTIC.id, address=Address("10.0.0.9", 9008))

    saved.remember([moved])

    assert saved.read() == (replace(moved, web_port=80, access=ATTIC.access),)


def test_a_new_key_replaces_the_old_one():
    saved.remember([ATTIC])

    saved.remember([replace(ATTIC, access=Access(key=b"1" * 32))])

    assert saved.read()[0].access == Access(key=b"1" * 32)


def test_who_is_forgotten_is_not_known_any_more():
    saved.remember([ATTIC])

    assert saved.forget(ATTIC)
    assert not saved.forget(ATTIC)
    assert saved.read() == ()


def test_nobody_else_may_read_it(state: Path):
    saved.remember([ATTIC])

    assert stat.S_IMODE((state / "nodes.json").stat().st_mode) == 0o600
    assert stat.S_IMODE(state.stat().st_mode) == 0o700


@pytest.mark.parametrize("content", ["", "{", "[]", '{"nodes": [{}]}', '{"nodes": [{"name": 1}]}'])
def test_a_damaged_file_is_named_and_kept(content: str, state: Path):
    saved.remember([ATTIC])
    (state / "nodes.json").write_text(content)

    with pytest.raises(UmbelError, match=r"nodes\.json is damaged"):
        saved.remember([ATTIC])
    assert (state / "nodes.json").read_text() == content


def test_two_who_save_at_once_lose_nothing():
    crowd = [
        Node(name=f"n{number}", id=f"id{number}", address=Address("10.0.0.1", number))
        for number in range(1, 21)
    ]

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(saved.remember, ([one] for one in crowd)))

    assert set(saved.read()) == set(crowd)


def test_secrets_do_not_show():
    assert "sesame" not in repr(ATTIC)
    assert "\\x00" not in repr(ATTIC)
