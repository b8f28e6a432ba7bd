"""Answers to a search: only what a node says is believed, and never too much of it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from umbel.link import found
from umbel.link.found import MICROS, TEPAL, Found
from umbel.model import Address

ADDRESS = Address("127.0.1.1", 9008)
ANSWER: dict[str, object] = {
    "tepal": "0.1.0",
    "name": "attic",
    "id": "micr0249f00dOS",
    "auth": True,
    "shell": 9008,
    "web": 8080,
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def test_a_node_introduces_itself():
    one = found.from_datagram(json.dumps(ANSWER).encode(), "127.0.1.1")

    assert one == Found(
        name="attic",
        id="micr0249f00dOS",
        address=ADDRESS,
        system=TEPAL,
        version="0.1.0",
        web_port=8080,
        auth=True,
    )


def test_a_node_without_a_page_has_no_port_for_it():
    one = found.from_datagram(json.dumps(ANSWER | {"web": None}).encode(), "127.0.1.1")

    assert one is not None
    assert one.as_node().url is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": 5},
        {"name": "a" * 65},
        {"name": "attic\x1b[2J"},
        {"id": None},
        {"tepal": None},
        {"shell": 0},
        {"shell": True},
        {"shell": "9008"},
        {"web": 70000},
        {"auth": "yes"},
    ],
)
def test_who_says_something_else_is_no_node(wrong: dict[str, object]):
    assert found.from_datagram(json.dumps(ANSWER | wrong).encode(), "127.0.1.1") is None


def test_an_answer_that_is_too_large_is_not_read():
    data = json.dumps(ANSWER | {"more": "x" * 1024}).encode()

    assert found.from_datagram(data, "127.0.1.1") is None


@given(st.binary() | JSON.map(lambda value: json.dumps(value).encode()) | st.just(b"[" * 1000))
def test_no_datagram_crashes_us(data: bytes):
    found.from_datagram(data, "127.0.1.1")


@pytest.mark.parametrize(
    ("text", "auth"),
    [
        ("veranda $ hello:veranda:micr500291863428OS:dev\nveranda $ ", False),
        ("veranda $ hello:veranda:micr500291863428OS\nveranda $ ", False),  # 2.6 says no more
        ("[password] veranda $ hello:veranda:micr500291863428OS:rel\nveranda $ ", True),
        ("[password] veranda $ hello:veranda:micr500291863428OS:dev:open\n", False),
    ],
)
def test_an_original_node_is_known_by_its_greeting(text: str, auth: bool):
    one = found.from_greeting(text, ADDRESS)

    assert one == Found(
        name="veranda", id="micr500291863428OS", address=ADDRESS, system=MICROS, auth=auth
    )


@given(st.text())
def test_no_greeting_crashes_us(text: str):
    found.from_greeting(text, ADDRESS)
    found.prompt_name(text)


@pytest.mark.parametrize(
    ("text", "name"),
    [("attic $ ", "attic"), ("[password] attic $ ", "attic"), ("SSH-2.0-x\r\n", None), ("", None)],
)
def test_a_prompt_ends_in_the_name_of_the_node(text: str, name: str | None):
    assert found.prompt_name(text) == name
