"""MQTT as bytes: properties that hold for every input, not only for those we thought of."""

# A node's code carries no types where inference will do, and is checked by itself.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnknownLambdaType=false

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

# What a node has and CPython lacks; tepal.formats needs no more of a board than this.
_micropython = sys.modules.setdefault("micropython", ModuleType("micropython"))
_micropython.const = getattr(_micropython, "const", lambda value: value)  # type: ignore[attr-defined]

from tepal.formats import mqtt, mqtt_session  # noqa: E402
from tepal.formats.errors import TepalError  # noqa: E402

VERSIONS = st.sampled_from([4, 5])
TEXTS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="+#\0"), max_size=60)
TOPICS = TEXTS.filter(bool)
LEVELS = st.lists(st.sampled_from(["a", "b", "", "$x"]), min_size=1, max_size=4)
PATTERNS = st.lists(st.sampled_from(["a", "b", "", "+", "$x"]), min_size=1, max_size=4)
# What looks like MQTT more often than noise does.
PACKETS = st.builds(
    lambda first, size, rest: bytes([first]) + size + rest,
    st.sampled_from([0x20, 0x30, 0x31, 0x32, 0x3A, 0x40, 0x90, 0xB0, 0xD0, 0xE0]),
    st.integers(0, 300).map(mqtt.number_bytes),
    st.binary(max_size=64)
    | st.builds(
        lambda size, rest: size.to_bytes(2, "big") + rest,
        st.integers(0, 20),
        st.binary(max_size=64),
    ),
)


@given(st.binary(max_size=600) | PACKETS, VERSIONS)
def test_whatever_comes_is_a_head_or_not_yet_or_refused(data: bytes, version: int):
    try:
        head = mqtt.head(data, version)
    except TepalError as error:
        assert error.code == "protocol"
        return

    if head is not None:
        assert 2 <= head.used <= len(data)
        assert 0 <= head.skip <= head.size
        assert head.topic is None or mqtt.is_topic(head.topic)


@given(TOPICS, st.binary(max_size=40), st.integers(0, 1), st.booleans(), VERSIONS, st.data())
def test_what_is_published_is_read_again(
    topic: str, payload: bytes, quality: int, retain: bool, version: int, data: st.DataObject
):
    number = data.draw(st.integers(1, 65535)) if quality else 0
    packet = mqtt.publish(topic, len(payload), quality, retain, number, version) + payload

    head = mqtt.head(packet + data.draw(st.binary(max_size=20)), version)

    assert head is not None
    assert (head.kind, head.topic, head.number, head.skip) == (3, topic, number, 0)
    assert head.flags == quality << 1 | retain
    assert packet[head.used :] == payload
    assert head.size == len(payload)


@given(TOPICS, st.integers(0, 1), VERSIONS)
def test_a_head_that_comes_in_pieces_is_waited_for(topic: str, quality: int, version: int):
    packet = mqtt.publish(topic, 1000, quality, False, quality, version)

    assert {mqtt.head(packet[:end], version) for end in range(len(packet))} == {None}


@given(st.integers(0, 0xFFFFFFF), st.binary(max_size=4))
def test_a_number_takes_one_to_four_bytes(number: int, rest: bytes):
    data = mqtt.number_bytes(number)

    assert mqtt.varint(data + rest, 0) == (number, len(data))
    assert len(data) <= 4
    assert mqtt.varint(data[:-1], 0) is None


@pytest.mark.parametrize("number", [1 << 28, 1 << 40])
def test_a_larger_number_is_refused(number: int):
    with pytest.raises(TepalError, match="256 MB"):
        mqtt.number_bytes(number)


@pytest.mark.parametrize(
    ("pattern", "topic", "is_match"),
    [  # the examples of the standard, 4.7
        ("sport/tennis/player1/#", "sport/tennis/player1", True),
        ("sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon", True),
        ("sport/#", "sport", True),
        ("#", "sport/tennis", True),
        ("sport/tennis/+", "sport/tennis/player1", True),
        ("sport/tennis/+", "sport/tennis/player1/ranking", False),
        ("sport/+", "sport", False),
        ("sport/+", "sport/", True),
        ("+/+", "/finance", True),
        ("/+", "/finance", True),
        ("+", "/finance", False),
        ("#", "$SYS/x", False),
        ("+/monitor/Clients", "$SYS/monitor/Clients", False),
        ("$SYS/#", "$SYS/x", True),
        ("$SYS/monitor/+", "$SYS/monitor/Clients", True),
    ],
)
def test_a_pattern_matches_as_the_standard_says(pattern: str, topic: str, is_match: bool):
    assert mqtt.matches(pattern, topic) is is_match


@given(PATTERNS, LEVELS, st.booleans())
def test_a_pattern_matches_as_a_slow_comparison_does(
    pattern: list[str], topic: list[str], is_open: bool
):
    wanted = "/".join(pattern + ["#"] * is_open)

    expected = len(topic) >= len(pattern) if is_open else len(topic) == len(pattern)
    expected = expected and all(
        one in ("+", other) for one, other in zip(pattern, topic, strict=False)
    )
    if topic[0].startswith("$") and pattern[0] == "+":
        expected = "/".join(topic) == wanted
    assert mqtt.matches(wanted, "/".join(topic)) is expected


@given(st.binary(max_size=80), VERSIONS)
def test_every_answer_is_read_or_refused(body: bytes, version: int):
    for read in (
        lambda: mqtt.acknowledged(body, version),
        lambda: mqtt_session.connected(body, version),
        lambda: mqtt_session.subscribed(body, version),
        lambda: mqtt_session.disconnected(body),
    ):
        try:
            assert read()
        except TepalError as error:
            assert error.code == "protocol"


@given(st.integers(0, 65535), st.integers(0, 1), TEXTS, TEXTS)
def test_what_a_broker_says_of_itself_is_read(seconds: int, quality: int, reason: str, key: str):
    pair = b"\x26" + mqtt.prefixed(key) + mqtt.prefixed(reason)
    found = b"\x13" + seconds.to_bytes(2, "big") + b"\x24" + bytes([quality]) + pair
    found += b"\x1f" + mqtt.prefixed(reason) + pair
    body = b"\1\0" + mqtt.number_bytes(len(found)) + found

    code, properties = mqtt_session.connected(body, 5)

    assert code == 0
    assert properties == {0x13: seconds, 0x24: quality, 0x26: reason, 0x1F: reason}


@given(TEXTS, TEXTS, TEXTS.filter(bool), st.booleans(), VERSIONS)
def test_the_packets_of_a_session_have_the_size_that_they_say(
    user: str, password: str, text: str, clean: bool, version: int
):
    client = SimpleNamespace(id="micr00OS", keep_alive=60, will=(text, text))
    one = SimpleNamespace(pattern=text, quality=1, stale=False)

    for packet in (
        mqtt_session.connect(client, version, user, password, clean),
        mqtt_session.subscribe(7, one, version),
        mqtt_session.unsubscribe(7, text, version),
    ):
        taken = mqtt.varint(packet, 1)
        assert taken is not None
        assert sum(taken) == len(packet)
