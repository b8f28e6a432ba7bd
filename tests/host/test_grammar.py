"""The command line: properties that hold for every input, not only for those we thought of."""

# A node's code carries no types where inference will do, and is checked by itself.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false

from __future__ import annotations

import sys
from types import ModuleType

from hypothesis import given
from hypothesis import strategies as st

# What a node has and CPython lacks; tepal.formats needs no more of a board than this.
_micropython = sys.modules.setdefault("micropython", ModuleType("micropython"))
_micropython.const = getattr(_micropython, "const", lambda value: value)  # type: ignore[attr-defined]

from tepal.formats import lookup, packet, usage  # noqa: E402
from tepal.formats.command import Call, parse, value  # noqa: E402
from tepal.formats.errors import TepalError  # noqa: E402
from tepal.formats.postfixes import commands  # noqa: E402
from tepal.formats.rendering import render  # noqa: E402

NAMES = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,10}", fullmatch=True)
# A node speaks UTF-8, which has no lone surrogates.
TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=30)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | TEXTS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(TEXTS.filter(lambda key: '"' not in key), inner, max_size=3)
    ),
    max_leaves=6,
)
VALUES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS
    | st.lists(JSON, max_size=3)
    | st.dictionaries(TEXTS, JSON, max_size=3)
)
HOSTS = st.from_regex(r"[A-Za-z0-9._-]{1,20}", fullmatch=True)
POSTFIXES = (
    st.just((">json", None))
    | st.tuples(st.sampled_from(["&", "&&"]), st.integers(0, 500_000_000))
    | st.tuples(st.just(">>"), HOSTS)
)
CALLS = st.builds(
    Call,
    target=TEXTS.filter(bool),
    function=NAMES,
    args=st.lists(VALUES, max_size=4).map(tuple),
    kwargs=st.dictionaries(NAMES, VALUES, max_size=3),
    postfix=st.lists(POSTFIXES, max_size=3).map(tuple),
)


@given(st.text(max_size=200) | st.text("ab \"'\\[]{}=&>#;,:0.-e\tu", max_size=60))
def test_no_line_does_anything_but_parse_or_be_refused(line: str):
    try:
        call = parse(line)
    except TepalError as error:
        assert error.code == "syntax"
        assert "expected" in str(error)
    else:
        assert isinstance(call.target, str)
        assert isinstance(call.kwargs, dict)


@given(CALLS)
def test_what_is_rendered_parses_to_the_same_call(call: Call):
    line = render(call)
    if len(line) <= 2048:
        assert parse(line) == call


@given(TEXTS)
def test_quoting_loses_nothing(text: str):
    call = parse(render(Call("t", "f", (text,), {"k": text}, ())))

    assert call.args == (text,)
    assert call.kwargs == {"k": text}


@given(st.text(max_size=30))
def test_a_word_means_something_or_is_refused(word: str):
    try:
        value(word)
    except TepalError as error:
        assert error.code == "syntax"


@given(st.lists(CALLS, max_size=4))
def test_a_script_is_cut_into_the_commands_it_was_joined_of(calls: list[Call]):
    lines = [line for line in map(render, calls) if not line.startswith("#")]

    assert commands(";".join(lines)) == [line.strip() for line in lines]


@given(st.text(max_size=60))
def test_no_usage_line_does_anything_but_describe_or_be_refused(line: str):
    for face in (usage.text, usage.widget, usage.schema):
        try:
            face(line)
        except TepalError as error:
            assert error.code in {"usage", "syntax"}


@given(st.binary(max_size=80), st.integers(0, 65535))
def test_any_answer_of_a_name_server_is_an_address_or_none(data: bytes, number: int):
    address = lookup.address(data, number)

    assert address == "" or len(address.split(".")) == 4


@given(st.binary(max_size=260))
def test_any_frame_is_a_packet_or_none(frame: bytes):
    taken = packet.read(frame)

    if taken is not None:
        one, signed, tag = taken
        assert packet.head(one) == signed
        assert signed + tag == frame


@given(st.binary(max_size=1800))
def test_what_is_cut_into_packets_comes_together_again(data: bytes):
    payloads = packet.cut(data)

    assert b"".join(payloads) == data
    assert all(len(payload) <= 225 for payload in payloads)
    assert len(payloads) <= 8


@given(st.lists(st.integers(0, 100), max_size=60))
def test_no_counter_is_good_twice(counters: list[int]):
    window = packet.Window()

    taken = [counter for counter in counters if window.take(counter)]

    assert len(taken) == len(set(taken))
