"""Addresses as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from umbel.model import Address

PORTS = st.integers(min_value=1, max_value=65535)


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("127.0.1.1", "127.0.1.1", 9008),
        ("127.0.1.1:80", "127.0.1.1", 80),
        ("attic.local", "attic.local", 9008),
        ("attic:9009", "attic", 9009),
        ("::1", "::1", 9008),
        ("[::1]", "::1", 9008),
        ("[::1]:80", "::1", 80),
    ],
)
def test_an_address_is_a_host_and_may_be_a_port(text: str, host: str, port: int):
    assert Address.parse(text) == Address(host, port)


@pytest.mark.parametrize(
    "text",
    (
        *("", ":", ":80", "attic:", "attic:0", "attic:65536", "attic:-1", "attic:٣", "a b"),
        *("../x", "[::1", "[::1]80", "[]:80", "attic:80:90", "-attic", "attic-"),
    ),
)
def test_what_is_no_address_is_refused_with_what_was_expected(text: str):
    with pytest.raises(ValueError, match="expected"):
        Address.parse(text)


@given(st.ip_addresses(), PORTS)
def test_an_address_reads_as_it_was_written(host: object, port: int):
    address = Address(str(host), port)

    assert Address.parse(str(address)) == address


@given(st.text())
def test_no_text_crashes_the_parser(text: str):
    try:
        address = Address.parse(text)
    except ValueError:
        return
    assert 0 < address.port < 65536
