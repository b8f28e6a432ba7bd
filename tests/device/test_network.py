import asyncio

import simulated
from house import run
from radio_world import build, leave, lines, network, step

from tepal.core import hosting, joining, secrets


async def test_the_only_known_network_is_joined_at_once():
    node = build(network("home", "secret-1"), names="home", passwords="secret-1")
    net = node.network
    simulated.wifi["fault"] = "scan"  # nobody looks around where there is nothing to choose

    await step(node)

    assert (net.state, net.ssid, net.reason) == ("joined", "home", "")
    assert net.joined.is_set()
    assert len(lines(node, "Wi-Fi home: 127.0.0.1")) == 1
    assert await run(node, "network status") == {
        "state": "joined",
        "reason": "",
        "ssid": "home",
        "address": "127.0.0.1",
        "losses": 0,
        "portal": False,
    }
    assert (await run(node, "system info"))["network"] == "joined: home"
    await leave(node)


async def test_the_strongest_of_several_is_chosen_and_a_hidden_one_is_found_blind():
    node = build(
        network("home", "secret-1", rssi=-80),
        network("attic", "secret-2", rssi=-60),
        network("cellar", "secret-3", hidden=True),
        names="home;attic;cellar", passwords="secret-1;secret-2;secret-3",
    )  # fmt: skip

    await step(node)
    assert node.network.ssid == "attic"

    simulated.wifi["networks"] = simulated.wifi["networks"][2:]
    await step(node, 2)  # it is lost, then the rest is tried
    assert (node.network.state, node.network.ssid) == ("joined", "cellar")
    await leave(node)


async def test_every_kind_of_refusal_has_its_name():
    for trouble, expected in (
        ({"password": "another1"}, "wrong password"),
        ({"ssid": "away"}, "not found"),
        ({"trouble": "refuses"}, "refuses the node"),
        ({"trouble": "silent"}, "gives no answer"),
        ({"trouble": "empty"}, "gives no address"),
    ):
        station = dict(network("home", "secret-1"), **trouble)
        node = build(station, names="home", passwords="secret-1")

        await step(node)

        assert (node.network.state, node.network.reason) == ("joining", "home: " + expected)
        assert not node.network.joined.is_set()
        assert len(lines(node, "[WARN] Wi-Fi home: " + expected)) == 1
        assert node.network.due > node.clock.now
        await leave(node)


async def test_a_radio_that_raises_stops_nothing():
    for fault in ("connect", "scan"):
        node = build(
            network("home", "secret-1"), names="home;attic", passwords="secret-1;secret-2"
        )
        simulated.wifi["fault"] = fault

        await step(node)
        if fault == "scan":  # then the known ones are tried blind
            assert node.network.ssid == "home"
        else:
            assert "home: Wifi Internal State Error" in node.network.reason
            simulated.wifi["fault"] = ""
            await step(node)

        assert node.network.state == "joined"
        await leave(node)


async def test_hours_without_a_network_are_one_line_in_the_log_and_few_tries():
    node = build(names="home;attic", passwords="secret-1;secret-2")

    await step(node, 40)

    assert node.clock.now > 3600000
    assert len(lines(node, "Wi-Fi attic: not found, home: not found")) == 1
    assert node.network.state == "access_point"
    assert len(lines(node, "access point")) == 1
    await leave(node)


async def test_our_own_network_opens_after_three_rounds_and_closes_when_the_station_is_back():
    node = build(names="home", passwords="secret-1", devfid="fern")
    secrets.put(node.auth.secrets, "ap_password", "rosehip-tea")

    await step(node, 2)
    assert node.network.state == "joining"
    assert not simulated.wifi["access_point"]["open"]

    await step(node)
    own = simulated.wifi["access_point"]
    assert node.network.state == "access_point"
    assert (own["open"], own["ssid"], own["password"]) == (True, "fern", "rosehip-tea")
    assert own["security"]  # an ESP32 that is not told of it lets everybody in
    assert "rosehip" not in "".join(node.log.lines)

    simulated.wifi["networks"] = [network("home", "secret-1")]
    await step(node)
    assert node.network.state == "joined"
    node.clock.now += 60000
    await step(node)
    assert node.network.portal is None
    assert not own["open"]
    await leave(node)


async def test_a_new_node_opens_its_own_network_with_a_password_of_its_own():
    node = build()

    await step(node)

    own = simulated.wifi["access_point"]
    assert own["open"]
    assert own["ssid"][:7] == "node01-"
    assert len(own["password"]) >= 8
    assert own["password"] == secrets.get(node.auth.secrets, "ap_password")
    assert node.network.reason == "no network known"
    assert node.network.portal
    await leave(node)


async def test_the_password_of_our_own_network_can_be_chosen():
    node = build(nwmd="AP")
    await node.config.set("ap_password", "rosehip-tea")

    await step(node)

    assert simulated.wifi["access_point"]["password"] == "rosehip-tea"
    assert node.config.get("ap_password") == "***"
    await leave(node)


async def test_a_node_that_shall_be_its_own_network_has_no_portal():
    node = build(network("home"), names="home", nwmd="AP")

    await step(node, 3)

    assert node.network.state == "access_point"
    assert node.network.portal is None
    assert lines(node, "portal") == []
    await leave(node)


async def test_a_lost_network_is_tried_again_at_once_and_counted():
    node = build(network("home", "secret-1"), names="home", passwords="secret-1")
    net = node.network
    await step(node)
    node.clock.now += 3600000

    simulated.wifi["up"] = False
    await step(node)
    assert (net.state, net.reason, net.losses) == ("joining", "lost", 1)
    assert not net.joined.is_set()
    assert net.due <= node.clock.now

    simulated.wifi["up"] = True
    await step(node)
    assert (net.state, net.reason) == ("joined", "")
    assert net.joined.is_set()
    await leave(node)


async def test_a_network_that_takes_us_and_drops_us_is_left_alone_longer_and_longer():
    node = build(network("home", "secret-1"), names="home", passwords="secret-1")
    pauses = []

    for _ in range(12):
        simulated.wifi["up"] = True
        await step(node)
        assert node.network.state == "joined"
        simulated.wifi["up"] = False
        node.clock.now += 1000
        await node.network.step()
        pauses.append(node.network.due - node.clock.now)

    assert pauses[0] < 3000
    assert pauses[-1] > 200000
    assert len(lines(node, "[WARN]") + lines(node, "[BOOT] Wi-Fi")) == 1  # what goes to flash
    await leave(node)


async def test_a_link_without_an_address_is_no_link():
    station = network("home", "secret-1")
    node = build(station, names="home", passwords="secret-1")
    await step(node)

    station["trouble"] = "empty"
    assert node.network.station.isconnected()
    await step(node)

    assert node.network.state == "joining"
    await leave(node)


async def test_a_fixed_address_is_given_to_the_radio():
    node = build(network("home"), names="home", devip="10.0.0.7/16,10.0.9.9")

    await step(node)

    assert node.network.station.ifconfig() == ("10.0.0.7", "255.255.0.0", "10.0.9.9", "10.0.9.9")
    await leave(node)


async def test_a_fixed_address_that_is_none_is_refused_and_does_no_harm_in_an_old_file():
    node = build(network("home"), names="home", devip="10.0.0.300")

    await step(node)

    assert node.network.state == "joined"
    assert "devip: 10.0.0.300 is none" in str(node.config.faults)
    for key, value in (
        ("devip", "10.0.0.0"),
        ("staessid", "x" * 33),
        ("stapwd", "short"),
        ("country", "Peru"),
        ("ap_password", "short"),
    ):
        try:
            await node.config.set(key, value)
        except Exception as error:
            assert getattr(error, "code", "") == "config_value", error
            assert str(error).startswith("config value: " + key + ": "), error
        else:
            raise AssertionError(key)
    await leave(node)


async def test_an_error_nobody_thought_of_does_not_end_the_search():
    node = build(network("home"), names="home")
    net = node.network
    steps = []

    async def step():
        steps.append(node.clock.now)
        if len(steps) == 1:
            raise RuntimeError("odd")
        raise asyncio.CancelledError

    net.step = step
    slept = asyncio.sleep_ms

    async def sleep_ms(milliseconds):
        node.clock.now += milliseconds
        await slept(0)

    asyncio.sleep_ms = sleep_ms
    try:
        await net.run()
    except asyncio.CancelledError:
        pass
    finally:
        asyncio.sleep_ms = slept

    assert len(steps) == 2
    assert steps[1] - steps[0] >= 30000
    assert len(lines(node, "RuntimeError: odd")) == 1
    await leave(node)


async def test_the_passwords_of_networks_may_hold_what_a_list_cannot():
    node = build(network("home", "a;b c;d "), names="attic", passwords="secret-2")

    hosting.keep(node, "home", "a;b c;d ")
    await step(node)

    assert node.network.ssid == "home"
    assert node.config.get("staessid") == "attic;home"
    assert joining.known(node) == [("attic", "secret-2"), ("home", "a;b c;d ")]
    await leave(node)
