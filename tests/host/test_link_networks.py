"""Which addresses a search asks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from umbel.errors import UmbelError
from umbel.link import networks

ROUTES = """\
Iface	Destination	Gateway 	Flags	RefCnt	Use	Metric	Mask		MTU	Window	IRTT
eth0	00000000	0100A8C0	0003	0	0	0	00000000	0	0	0
eth0	0000A8C0	00000000	0001	0	0	0	00FFFFFF	0	0	0
wlan0	0080000A	00000000	0001	0	0	0	0080FFFF	0	0	0
tun0	0500080A	00000000	0005	0	0	0	FFFFFFFF	0	0	0
"""


def test_a_network_is_asked_host_by_host():
    assert networks.hosts("192.168.1.4/30") == ("192.168.1.5", "192.168.1.6")


def test_one_address_is_a_network_of_one():
    assert networks.hosts("192.168.1.4") == ("192.168.1.4",)


@pytest.mark.parametrize("text", ["", "attic", "192.168.1.0/33", "192.168.1"])
def test_what_is_no_network_is_refused(text: str):
    with pytest.raises(UmbelError, match="is no network"):
        networks.hosts(text)


def test_a_network_that_is_too_large_is_refused_and_a_part_is_proposed():
    with pytest.raises(UmbelError, match="at most 4096") as refusal:
        networks.hosts("10.0.0.0/8")

    assert refusal.value.remedy == "search a part of it: 10.0.0.0/20"


def test_broadcasts_are_those_of_the_networks_around_us():
    assert networks.of_routes(ROUTES) == {"192.168.0.255", "10.0.255.255"}


@given(st.text())
def test_no_table_crashes_us(table: str):
    networks.of_routes(table)


def test_everybody_is_always_asked():
    assert "255.255.255.255" in networks.broadcasts()
