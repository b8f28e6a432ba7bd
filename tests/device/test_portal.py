import asyncio
import json

import simulated
from house import port, run, until
from http_client import ask, request
from radio_world import build, leave, lines, network, step

from tepal.core import login, secrets

PHONE = {"User-Agent": "Mozilla/5.0", "Sec-Fetch-Site": "same-origin"}
OWN = "127.0.0.1"


async def get(node, path, host=OWN, method="GET", body=None, **headers):
    sent = request(method, path, body, **headers).replace(
        b"Host: node01", b"Host: " + host.encode()
    )
    ((status, headers, body),) = await ask(node, sent)
    return status, headers, body


async def post(node, wanted, path="/setup/join", **more):
    headers = {"Content-Type": "application/json", "Sec-Fetch-Site": "same-origin"}
    headers.update(more)
    status, _, body = await get(node, path, method="POST", body=wanted, **headers)
    return status, json.loads(body)


async def state(node):
    return json.loads((await get(node, "/setup/state"))[2])


async def opened(*networks, **config):
    """Return a node that has taken its first step: if it knows no network, its portal is open."""
    node = build(*networks, **config)
    await step(node)
    return node


async def test_what_a_phone_asks_to_find_the_internet_leads_to_the_portal():
    node = await opened()

    for host, path in (
        ("connectivitycheck.gstatic.com", "/generate_204"),
        ("www.google.com", "/gen_204"),
        ("captive.apple.com", "/hotspot-detect.html"),
        ("captive.apple.com", "/"),
        ("www.apple.com", "/library/test/success.html"),
        ("www.msftconnecttest.com", "/connecttest.txt"),
        ("www.msftconnecttest.com", "/redirect"),
        ("www.msftncsi.com", "/ncsi.txt"),
        ("detectportal.firefox.com", "/canonical.html"),
        ("detectportal.firefox.com", "/success.txt?ipv4"),
        ("example.com:8080", "/some/page?x=1"),
        ("[2001:db8::1]:80", "/"),
        (OWN, "/generate_204"),
        (OWN, "/"),
    ):
        status, headers, body = await get(node, path, host)
        assert (status, headers["location"]) == (302, "http://127.0.0.1/setup"), (host, path)
        assert headers["cache-control"] == "no-store"
        assert b"/setup" in body
    assert (await get(node, "/generate_204", "x.org", "POST", {}))[0] == 403
    await leave(node)


async def test_the_other_doors_stay_as_they_are():
    node = await opened(webui=True)
    node.auth.enabled, node.auth.guest = True, 0

    assert (await get(node, "/api/v1/node"))[0] == 401
    assert (await get(node, "/rest/system/info"))[0] == 401
    assert (await get(node, "/metrics"))[0] == 401
    assert (await get(node, "/setupx"))[0] == 404
    await leave(node)
    node = build(network("home"), names="home")
    await step(node)
    assert (await get(node, "/setup/state"))[0] == 404  # it is not open
    assert (await get(node, "/generate_204"))[0] == 404
    await leave(node)


async def test_the_networks_in_reach_are_shown_strongest_first_and_not_looked_for_too_often():
    node = await opened(
        network("far", rssi=-88), network("near", "secret-1", rssi=-40), network("far", rssi=-70),
        network("none", hidden=True),
    )  # fmt: skip

    status, _, body = await get(node, "/setup/scan")
    assert status == 200
    assert json.loads(body)["networks"] == [["near", -40, True], ["far", -70, False]]

    simulated.wifi["networks"] = []
    assert json.loads((await get(node, "/setup/scan"))[2])["networks"] != []
    node.clock.now += 8000
    simulated.wifi["fault"] = "scan"
    assert json.loads((await get(node, "/setup/scan"))[2])["networks"] != []  # better than none
    node.clock.now += 8000
    simulated.wifi["fault"] = ""
    assert json.loads((await get(node, "/setup/scan"))[2])["networks"] == []
    await leave(node)


async def test_a_wrong_password_is_told_and_the_right_one_is_kept():
    node = await opened(network("home", "right-one"), webui=True)
    own = simulated.wifi["access_point"]

    status, answer = await post(node, {"ssid": "home", "password": "wrong-one"})
    assert (status, answer["result"]) == (202, {"ssid": "home", "state": "trying"})
    await step(node)
    assert (await state(node))["result"] == {"ssid": "home", "state": "wrong password"}
    assert own["open"]
    assert node.config.get("staessid") == "n/a"

    node.clock.now += 3000
    assert (await post(node, {"ssid": "home", "password": "right-one", "name": "fern"}))[0] == 202
    await step(node)
    node.clock.now += 110000
    await step(node)
    assert own["open"]  # or nobody could read this
    result = (await state(node))["result"]
    assert result == {"ssid": "home", "state": "joined", "address": "127.0.0.1"}
    assert node.network.state == "joined"
    assert node.config.get("staessid") == "home"
    assert secrets.get(node.auth.secrets, "stapwd") == ["right-one"]
    assert "right-one" not in "".join(node.log.lines)

    node.clock.now += 31000
    await step(node)
    assert not own["open"]
    assert node.network.portal is None
    assert node.config.get("devfid") == "fern"
    assert node.stop.is_set()  # the new name takes a restart
    await leave(node)


async def test_a_try_ends_with_what_went_wrong():
    for trouble, expected in (
        ({"ssid": "away"}, "not found"),
        ({"trouble": "refuses"}, "refuses the node"),
        ({"trouble": "silent"}, "gives no answer"),
        ({"trouble": "empty"}, "gives no address"),
    ):
        node = await opened(dict(network("home", "right-one"), **trouble))

        await post(node, {"ssid": "home", "password": "right-one"})
        assert (await get(node, "/setup/scan"))[0] == 200  # which must not end the try
        await step(node)

        assert (await state(node))["result"]["state"] == expected
        assert node.network.state == "access_point"
        await leave(node)


async def test_a_try_that_ends_in_an_error_is_no_try_for_ever():
    node = await opened(network("home"))
    node.network.station.connect = None  # which no radio has

    await post(node, {"ssid": "home"})
    try:
        await step(node)
    except TypeError:
        pass

    assert (await state(node))["result"]["state"] == "failed"
    await leave(node)


async def test_flash_that_is_full_is_told():
    node = await opened(network("home"))

    await post(node, {"ssid": "home"})
    node.auth.secrets = "no/such/folder"
    await step(node)

    assert (await state(node))["result"]["state"] == "not saved"
    assert len(lines(node, "[ERR] setup: home not saved")) == 1
    await leave(node)


async def test_a_password_that_cannot_be_saved_opens_our_own_network_all_the_same():
    node = build()
    node.auth.secrets = "no/such/folder"

    await step(node)

    assert simulated.wifi["access_point"]["open"]
    assert len(lines(node, "[ERR] ap_password not saved")) == 1
    await leave(node)


async def test_a_node_that_knows_a_network_wants_its_password_and_keeps_what_it_knows():
    node = await opened(network("new", "secret-2"), names="home", passwords="secret-1")
    await step(node, 3)
    node.auth.enabled, node.auth.guest = True, 0
    await login.keep_secret(node.auth, "appwd", "rosehip-tea")
    await login.keep_secret(node.auth, "ctlpwd", "apple-tree")
    wanted = {"ssid": "new", "password": "secret-2"}
    simulated.wifi["networks"][0]["trouble"] = "refuses"

    assert (await state(node))["login"] is True
    assert (await post(node, wanted))[0] == 401
    assert (await post(node, dict(wanted, login=5)))[0] == 401
    assert (await post(node, dict(wanted, login="wrong")))[0] == 401
    assert (await post(node, dict(wanted, login="apple-tree")))[0] == 403
    assert node.network.portal["wanted"] is None
    assert (await post(node, dict(wanted, login="rosehip-tea")))[0] == 202
    await step(node)
    assert node.config.get("staessid") == "home"
    assert secrets.get(node.auth.secrets, "stapwd") == "secret-1"

    simulated.wifi["networks"][0].pop("trouble")
    node.clock.now += 3000
    assert (await post(node, dict(wanted, login="rosehip-tea")))[0] == 202
    await step(node)
    assert node.config.get("staessid") == "home;new"
    assert secrets.get(node.auth.secrets, "stapwd") == ["secret-1", "secret-2"]
    await leave(node)


async def test_who_guesses_has_to_wait():
    node = await opened(network("new"), names="home")
    await step(node, 3)
    node.auth.enabled = True
    await login.keep_secret(node.auth, "appwd", "rosehip-tea")

    for _ in range(3):
        assert (await post(node, {"ssid": "new", "login": "wrong"}))[0] == 401
    status, problem = await post(node, {"ssid": "new", "login": "rosehip-tea"})
    assert (status, problem["code"]) == (429, "wait")

    node.auth.enabled = False
    assert (await post(node, {"ssid": "new"}))[0] == 202
    assert (await post(node, {"ssid": "new"}))[0] == 429  # one at a time
    await leave(node)


async def test_requests_of_every_kind_change_nothing():
    node = await opened(network("home"))

    for expected, method, path, body in (
        (404, "GET", "/setup/", None),
        (404, "GET", "/setup/secrets", None),
        (404, "GET", "/setup/../secrets", None),
        (405, "GET", "/setup/join", None),
        (405, "POST", "/setup/state", {}),
        (405, "DELETE", "/setup/join", None),
        (405, "PUT", "/setup", {}),
        (400, "POST", "/setup/join", b""),
        (400, "POST", "/setup/join", b"ssid=home"),
        (400, "POST", "/setup/join", b"\0\xff\xfe{}" * 20),
        (400, "POST", "/setup/join", b"[" * 300),
        (400, "POST", "/setup/join", []),
        (400, "POST", "/setup/join", "home"),
        (400, "POST", "/setup/join", {}),
        (400, "POST", "/setup/join", {"ssid": None}),
        (400, "POST", "/setup/join", {"ssid": ["home"]}),
        (400, "POST", "/setup/join", {"ssid": "x" * 33}),
        (400, "POST", "/setup/join", {"ssid": "a;b"}),
        (400, "POST", "/setup/join", {"ssid": "home", "password": "short"}),
        (400, "POST", "/setup/join", {"ssid": "home", "password": 12345678}),
        (400, "POST", "/setup/join", {"ssid": "home", "name": "x" * 33}),
        (400, "POST", "/setup/join", {"ssid": "home", "name": "a b"}),
        (400, "POST", "/setup/join", {"ssid": "home", "name": 7}),
        (413, "POST", "/setup/join", b" " * 5000),
    ):
        headers = {"Content-Type": "application/json"}
        status, _, _ = await get(node, path, method=method, body=body, **headers)
        assert status == expected, (status, method, path, body)
    wanted = {"ssid": "home"}
    for expected, headers in (
        (400, {"Content-Type": "text/plain"}),
        (400, {"Content-Type": ""}),
        (403, {"Sec-Fetch-Site": "cross-site"}),
        (403, {"Sec-Fetch-Site": "", "Origin": "http://evil.example"}),
        (403, {"Sec-Fetch-Site": "", "User-Agent": "Mozilla/5.0"}),
    ):
        assert (await post(node, wanted, **headers))[0] == expected, headers
    sent = request("POST", "/setup/join", wanted, **{"Content-Type": "application/json"})
    ((status, _, _),) = await ask(node, sent.replace(b"Host: node01", b"Host: evil.example"))
    assert status == 403

    assert node.network.portal["wanted"] is None
    assert node.config.get("staessid") == "n/a"
    assert (await post(node, wanted))[0] == 202
    await leave(node)


async def test_an_admin_opens_it_on_a_node_that_is_joined_and_it_closes_by_itself():
    node = await opened(
        network("home", "secret-1"), names="home", passwords="secret-1", webui=True
    )

    where = await run(node, "network portal")
    assert where == "http://127.0.0.1/setup"
    assert simulated.wifi["access_point"]["open"]
    assert node.network.state == "joined"
    assert (await get(node, "/hotspot-detect.html", "captive.apple.com"))[0] == 302
    assert (await get(node, "/", "fern.house.example"))[0] == 404  # a page like any other day

    node.clock.now += 599000
    await step(node)
    assert node.network.portal
    node.clock.now += 2000
    await step(node)
    assert node.network.portal is None
    assert not simulated.wifi["access_point"]["open"]
    assert node.network.state == "joined"
    await leave(node)


async def test_a_network_that_refuses_leaves_the_node_where_it_was():
    node = await opened(
        network("home", "secret-1"), network("new", trouble="refuses"),
        names="home", passwords="secret-1",
    )  # fmt: skip
    await run(node, "network portal")
    node.auth.enabled = False

    await post(node, {"ssid": "new"})
    await step(node)
    assert (await state(node))["result"]["state"] == "refuses the node"
    node.clock.now += 61000
    await step(node, 2)

    assert (node.network.state, node.network.ssid) == ("joined", "home")
    await leave(node)


async def test_it_brings_a_web_door_of_its_own_where_the_node_has_none_and_takes_it_away():
    node = await opened(webport=port())

    assert [door.name for door in node.doors] == ["http"]
    assert "portal" in [task.tag for task in node.tasks.all]
    await node.portal().close(node)
    await until(lambda: not node.tasks.find("portal"))

    assert node.doors == []
    assert node.tasks.find("portal") == []  # which held the socket for DNS
    await leave(node)


async def test_a_port_that_is_taken_leaves_the_rest_of_the_portal():
    web = port()
    node = build(webport=web)
    taken = await asyncio.start_server(print, node.listen_address, web)

    await step(node)

    assert len(lines(node, "[ERR] http: port %d" % web)) == 1
    assert node.network.portal
    taken.close()
    await leave(node)
