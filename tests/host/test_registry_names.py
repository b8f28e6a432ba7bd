"""Which node a person means."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from umbel import registry
from umbel.errors import UnknownNode
from umbel.model import Address, Node

NAMES = st.text(string.ascii_letters + string.digits + "-_", min_size=1, max_size=12)


def node(name: str, host: str = "127.0.1.1", number: str = "") -> Node:
    return Node(name=name, id=number, address=Address(host, 9008))


ATTIC = node("attic", "127.0.1.1", "micr01OS")
KITCHEN = node("Kitchen", "127.0.1.2", "micr02OS")
NODES = (ATTIC, KITCHEN, node("node1", "127.0.1.3"), node("node10", "127.0.1.4"))


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("attic", ATTIC),
        ("at", ATTIC),
        ("ATTIC", ATTIC),
        ("micr01OS", ATTIC),
        ("127.0.1.1", ATTIC),
        ("127.0.1.1:9008", ATTIC),
        ("kitchen", KITCHEN),
        ("node1", NODES[2]),
        ("node10", NODES[3]),
    ],
)
def test_a_node_is_meant_by(text: str, meant: Node):
    assert registry.resolve(text, NODES) is meant


def test_an_address_that_is_not_known_is_a_node_all_the_same():
    meant = registry.resolve("10.0.0.7:9009", NODES)

    assert meant.address == Address("10.0.0.7", 9009)
    assert not meant.access


@pytest.mark.parametrize("text", ["loft", "attics", "", "..", "node2"])
def test_an_unknown_name_is_refused_with_those_that_are_known(text: str):
    with pytest.raises(UnknownNode) as refusal:
        registry.resolve(text, NODES)

    assert "attic (127.0.1.1:9008)" in str(refusal.value)
    assert refusal.value.remedy


def test_a_name_that_begins_several_is_refused_with_these():
    with pytest.raises(UnknownNode, match=r"'node' may be node1 \(.*\), node10 \("):
        registry.resolve("node", NODES)


def test_two_nodes_of_one_name_are_told_apart_by_address():
    twins = (node("attic", "127.0.1.1"), node("attic", "127.0.1.2"))

    with pytest.raises(UnknownNode, match="may be"):
        registry.resolve("attic", twins)
    assert registry.resolve("127.0.1.2", twins) is twins[1]


def test_of_many_nodes_only_some_are_listed():
    crowd = [node(f"n{number}", f"127.0.2.{number}") for number in range(1, 101)]

    with pytest.raises(UnknownNode, match=r"n8 \(127.0.2.8:9008\) and 92 more$"):
        registry.resolve("loft", crowd)


@given(st.text(), st.lists(NAMES, max_size=5))
def test_a_node_is_found_or_refused_whatever_is_typed(text: str, names: list[str]):
    nodes = [node(name, f"127.0.3.{number}") for number, name in enumerate(names, 1)]
    try:
        meant = registry.resolve(text, nodes)
    except UnknownNode as refusal:
        assert refusal.remedy
        return
    assert meant in nodes or str(meant.address).startswith(meant.name)


@given(st.lists(NAMES, unique_by=str.casefold))
def test_a_full_name_is_never_ambiguous(names: list[str]):
    nodes = [node(name, f"127.0.3.{number}") for number, name in enumerate(names, 1)]

    assert [registry.resolve(name, nodes).name for name in names] == names


def test_nodes_are_listed_as_people_count():
    crowd = [node(name) for name in ("node10", "b", "node2", "A", "node", "node2b")]

    assert [one.name for one in registry.in_order(crowd)] == [
        *("A", "b", "node", "node2", "node2b", "node10")
    ]


@given(st.lists(st.text()))
def test_any_names_can_be_put_in_order(names: list[str]):
    registry.in_order([node(name) for name in names])
