"""The setup portal, as somebody meets it who has just joined a new node's own network."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from umbel.link.api import Api
from umbel.sim.flash import SSID
from umbel.sim.simulated_node import SimulatedNode

from .conftest import PASSWORD, Open, Simulate, Visit, faults, url_of

pytestmark = pytest.mark.asyncio(loop_scope="session")

FIG, PLUM = "Feigenbaum 2.4", "Pflaume; nein"
NETWORKS = [
    {"ssid": "Gäste", "rssi": -71},
    {"ssid": FIG, "password": "ein Feigenblatt", "rssi": -52},
    {"ssid": "Fern & Farn", "password": "nobody-knows", "rssi": -83},
    {"ssid": "", "hidden": True, "password": "secret-name"},
]


async def new_node(simulate: Simulate) -> SimulatedNode:
    running = await simulate("fern", knows_wifi=False, is_open=False)
    node = running.nodes[0]
    await node.ask({"do": "wifi", "networks": NETWORKS})
    return node


async def arrive(node: SimulatedNode, visit: Open, **options: object) -> Visit:
    """What opens by itself on a phone: it asks for something else, and lands on the page."""
    made = await visit(url_of(node.node) + "generate_204", **options)
    await expect(made.page).to_have_url(url_of(node.node) + "setup")
    return made


async def fill(made: Visit, network: str, password: str) -> None:
    await made.page.get_by_role("radio", name=network).check()
    await made.page.get_by_label("Wi-Fi password").fill(password)


async def test_a_new_node_is_given_a_network(simulate: Simulate, visit: Open):
    node = await new_node(simulate)
    made = await arrive(node, visit, width=360)
    status = made.page.get_by_role("status")
    names = made.page.locator("#list label span")
    await expect(names).to_have_text([FIG, "Gäste", "Fern & Farn", "Another network"])
    assert await faults(made.page) == []

    await fill(made, FIG, "ein Lindenblatt")
    await made.button("Join").click()
    await expect(status).to_have_text(f"{FIG}: wrong password")
    await fill(made, FIG, "ein Feigenblatt")
    await made.button("Join").click()
    await expect(status).to_contain_text(f"Connected with {FIG}")

    assert await faults(made.page) == []
    address = made.page.get_by_role("link", name=node.node.address.host)
    await expect(address).to_have_attribute("href", url_of(node.node))
    seen = await node.ask({"do": "read"})
    assert isinstance(seen, dict)
    assert seen["wifi"]["access_point"]["open"] is True  # until everybody has read it


async def test_what_cannot_be_is_said_where_it_was_typed(simulate: Simulate, visit: Open):
    node = await new_node(simulate)
    made = await arrive(node, visit)
    status = made.page.get_by_role("status")
    made.forgive("400")

    await made.page.get_by_role("radio", name="Another network").check()
    await made.page.get_by_label("Name of the network").fill(PLUM)
    await made.button("Join").click()
    await expect(status).to_contain_text("without ;")
    await made.page.get_by_label("Name of the network").fill("Birne")
    await made.button("Join").click()
    await expect(status).to_have_text("Birne: not found")

    await made.page.get_by_role("radio", name="Gäste").check()
    await expect(made.page.get_by_label("Wi-Fi password")).to_be_hidden()
    await made.button("Join").click()
    await expect(status).to_contain_text("Connected with Gäste")


async def test_it_speaks_german_and_has_a_night_side(simulate: Simulate, visit: Open):
    node = await new_node(simulate)

    made = await arrive(node, visit, locale="de-AT", color_scheme="dark", width=360)

    await expect(
        made.page.get_by_text("Welchem WLAN soll dieser Knoten beitreten?")
    ).to_be_visible()
    await expect(made.button("Verbinden")).to_be_visible()
    await expect(made.page.get_by_role("radio")).to_have_count(4)
    assert await faults(made.page) == []
    width = await made.page.evaluate("document.documentElement.scrollWidth")
    assert width <= 360


async def test_a_node_that_belongs_to_somebody_wants_a_password(simulate: Simulate, visit: Open):
    running = await simulate("fern", is_open=False)
    node = running.nodes[0]
    await node.ask({"do": "wifi", "networks": [*NETWORKS, {"ssid": SSID}]})
    async with Api(node.node) as api:
        opened = await api.run("network portal")
    made = await arrive(node, visit)
    status = made.page.get_by_role("status")
    made.forgive("401")
    assert opened.text == made.page.url

    await fill(made, FIG, "ein Feigenblatt")
    await made.page.get_by_label("Admin password of the node").fill("guessed it")
    await made.button("Join").click()
    await expect(status).to_have_text("Wrong admin password.")
    await made.page.get_by_label("Admin password of the node").fill(PASSWORD)
    await made.button("Join").click()
    await expect(status).to_contain_text(f"Connected with {FIG}")

    async with Api(node.node) as api:
        config = await api.config()
    assert config["staessid"]["value"] == f"{SSID};{FIG}"  # what it knew before is not forgotten
