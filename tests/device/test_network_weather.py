import random

import simulated
from radio_world import build, leave, network, step

TROUBLES = ("", "", "refuses", "silent", "no address", "empty", "hidden")


def storm(dice):
    """Return networks as they may be at some moment, and what the radio itself has."""
    around = []
    for ssid, password in (("home", "secret-1"), ("attic", "secret-2"), ("cafe", "x" * 8)):
        if dice(3):
            trouble = TROUBLES[dice(len(TROUBLES))]
            right = password if dice(4) else "another-1"
            around.append(
                network(ssid, right, rssi=-30 - dice(60), trouble=trouble, hidden=not dice(4))
            )
    return {
        "networks": around,
        "up": bool(dice(5)),
        "fault": ("", "", "", "scan", "connect")[dice(5)],
    }


async def test_whatever_the_air_does_the_node_is_back_soon_after():
    for seed in range(4):
        random.seed(seed)
        node = build(names="home;attic", passwords="secret-1;secret-2")
        net = node.network
        clear = {"up": True, "fault": "", "networks": [network("attic", "secret-2")]}
        for _ in range(25):
            simulated.wifi.update(storm(lambda sides: random.getrandbits(16) % sides))
            await step(node, 1 + random.getrandbits(2))
            assert net.joined.is_set() == (net.state == "joined")
            assert (net.state == "joined") or net.reason

            simulated.wifi.update(clear)
            since = node.clock.now
            while net.state != "joined" or not net.isconnected():
                await step(node)
                assert node.clock.now - since < 500000, (seed, net.state, net.reason)
            assert (net.ssid, net.reason) == ("attic", "")
        node.clock.now += 120000
        await step(node)
        assert net.portal is None
        assert not simulated.wifi["access_point"]["open"]
        await leave(node)
