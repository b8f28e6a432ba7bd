"""What the node reads from strangers and from old files: for every input, not only those we know."""

# A node's code carries no types where inference will do, and is checked by itself.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false

from __future__ import annotations

import ipaddress
import sys
from types import ModuleType

from hypothesis import assume, given
from hypothesis import strategies as st

_micropython = sys.modules.setdefault("micropython", ModuleType("micropython"))
_micropython.const = getattr(_micropython, "const", lambda value: value)  # type: ignore[attr-defined]

from tepal.formats import checks, dns, fixed, wifi  # noqa: E402
from tepal.formats.errors import TepalError  # noqa: E402

TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=40)
LABELS = st.binary(min_size=1, max_size=63)
HERE = b"\xc0\xa8\x04\x01"


def asked(labels: list[bytes], kind: int, number: int) -> bytes:
    name = b"".join(bytes([len(label)]) + label for label in labels) + b"\0"
    head = number.to_bytes(2) + b"\x01\0\0\x01\0\0\0\0\0\0"
    return head + name + kind.to_bytes(2) + b"\0\x01"


@given(st.binary(max_size=600))
def test_any_datagram_is_answered_or_passed_over(datagram: bytes):
    answer = dns.answer(datagram, HERE)

    assert answer is None or (answer[:2] == datagram[:2] and len(answer) <= len(datagram) + 16)


@given(st.lists(LABELS, max_size=4), st.integers(0, 0xFFFF), st.integers(0, 0xFFFF))
def test_every_question_is_answered_and_only_an_address_by_ours(
    labels: list[bytes], kind: int, number: int
):
    question = asked(labels, kind, number)
    assume(len(question) < 250)

    answer = dns.answer(question, HERE)

    assert answer is not None
    assert answer[12 : len(question)] == question[12:]
    assert answer.endswith(HERE) == (kind in (1, 255)) or kind.to_bytes(2) + b"\0\x01" == HERE


@given(st.integers(0, 2**32 - 1), st.integers(8, 30))
def test_a_fixed_address_is_understood_as_python_does(number: int, bits: int):
    interface = ipaddress.IPv4Interface((number, bits))
    net = interface.network
    is_host = interface.ip not in (net.network_address, net.broadcast_address)

    try:
        own, mask, gateway, server = fixed.addresses(str(interface))
    except TepalError as error:
        assert not is_host or not 0 < number >> 24 < 224
        assert error.detail.endswith("expected")
    else:
        assert is_host
        assert (own, mask) == (str(interface.ip), str(net.netmask))
        assert ipaddress.IPv4Address(gateway) == net.network_address + 1
        assert server == gateway


@given(TEXTS)
def test_any_text_is_a_fixed_address_or_refused_with_a_sentence(text: str):
    try:
        addresses = fixed.addresses(text)
    except TepalError as error:
        assert error.detail.endswith("expected")
    else:
        assert [ipaddress.IPv4Address(address) for address in addresses]


@given(st.lists(st.tuples(TEXTS, TEXTS), max_size=12))
def test_what_was_added_is_what_is_known_later(added: list[tuple[str, str]]):
    pairs: list[tuple[str, str]] = []
    for name, password in added:
        try:
            checks.check_name(name)
        except TepalError:
            continue
        pairs = checks.added(pairs, name, password)
    names = ";".join(name for name, _ in pairs)
    assume(names not in ("n/a", "your_wifi_name"))

    assert len(pairs) <= 8
    checks.check_names(names)
    assert wifi.known(names, [password for _, password in pairs]) == pairs
