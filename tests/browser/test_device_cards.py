"""What hangs on a node, on its page: a card for each, drawn from metadata, that switches and follows."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from patience import PATIENCE
from playwright.async_api import Locator, expect

from umbel.errors import UmbelError
from umbel.link.api import Api
from umbel.sim.simulation import Simulation

from .conftest import Open, Simulate, Visit, faults, url_of

pytestmark = pytest.mark.asyncio(loop_scope="session")

HOME: dict[str, Any] = {
    "schedule_keywords": {"bedtime": "22:30"},
    "device1": {
        "_type": "pwm", "nickname": "Hall", "pin": 4, "default_rule": 500,
        # Where nobody knows its place the sun never sets, so that the hour of a test counts nothing.
        "schedule": {"sunset": 700, "mon-fri sunset+60": "fade/100/600"},
    },
    "device2": {
        "_type": "relay", "nickname": "Fan", "pin": 18, "default_rule": "enabled", "schedule": {},
    },
    "sensor1": {
        "_type": "pir", "nickname": "Motion", "pin": 16, "default_rule": 5, "schedule": {},
        "targets": ["device1"],
    },
    "sensor2": {
        "_type": "dummy", "nickname": "Evening", "default_rule": "off", "schedule": {},
        "targets": ["device2"],
    },
}  # fmt: skip


async def furnished(simulate: Simulate, config: object = HOME, **new: Any) -> Simulation:
    """A node with devices that live."""
    running = await simulate("attic", **new)
    async with Api(running.nodes[0].node) as api:
        await api.request("PUT", "files/config/devices.json", config)
        await api.run("reboot")
        async with asyncio.timeout(PATIENCE):
            while not await has_devices(api):  # noqa: ASYNC110 - the node has no event for us
                await asyncio.sleep(0.1)
    return running


async def has_devices(api: Api) -> bool:
    """Whether the node is back, with all that hangs on it."""
    try:
        answer = await api.request("GET", "devices")
    except UmbelError:
        return False
    return isinstance(answer, dict) and bool(answer["instances"] or answer["faults"])


async def told(running: Simulation, line: str) -> None:
    """Give the node a command behind the back of the page."""
    async with Api(running.nodes[0].node) as api:
        await api.run(line)


async def status(running: Simulation, name: str) -> dict[str, Any]:
    """What an instance says of itself."""
    async with Api(running.nodes[0].node) as api:
        answer = await api.call(name, "status")
    assert isinstance(answer.value, dict)
    return answer.value


async def until(running: Simulation, name: str, **wanted: object) -> None:
    """Return when an instance says what it should."""
    async with asyncio.timeout(PATIENCE):
        while True:
            found = await status(running, name)
            if all(found[key] == value for key, value in wanted.items()):
                return
            await asyncio.sleep(0.05)


def card(made: Visit, name: str) -> Locator:
    """The card of an instance."""
    return made.page.get_by_role("article").filter(
        has=made.page.get_by_role("heading", name=name, level=3)
    )


async def test_a_card_for_each_is_drawn_from_metadata(simulate: Simulate, visit: Open):
    running = await furnished(simulate)

    made = await visit(url_of(running.nodes[0].node))

    hall = card(made, "Hall LED Strip")
    await expect(hall.get_by_role("slider", name="Rule")).to_have_value("500")
    await expect(hall.get_by_role("slider", name="Rule")).to_have_attribute("max", "1023")
    await expect(hall.get_by_role("list", name="Schedule")).to_contain_text("sunset")
    await expect(hall.get_by_role("list", name="Schedule")).to_contain_text("fade/100/600")
    await expect(card(made, "Fan Relay").get_by_role("switch", name="On")).not_to_be_checked()
    await expect(card(made, "Fan Relay").get_by_role("slider")).to_have_count(0)
    await expect(card(made, "Motion PIR Sensor").get_by_text("5 min")).to_be_visible()
    await expect(card(made, "Evening Dummy").get_by_role("switch", name="Rule")).to_be_visible()


async def test_a_switch_switches_and_a_slider_sets_the_rule(simulate: Simulate, visit: Open):
    running = await furnished(simulate)
    made = await visit(url_of(running.nodes[0].node))
    hall = card(made, "Hall LED Strip")

    await hall.get_by_role("switch", name="On").click()
    await hall.get_by_role("slider", name="Rule").fill("820")

    await until(running, "device1", turned_on=True, current_rule=820)
    await expect(hall.get_by_text("Set by hand")).to_be_visible()
    await hall.get_by_role("button", name="Follow the schedule").click()
    await expect(hall.get_by_role("slider", name="Rule")).to_have_value("500")
    await expect(hall.get_by_text("Set by hand")).to_have_count(0)
    await hall.get_by_role("switch", name="Takes part").click()
    await until(running, "device1", enabled=False, turned_on=False)
    await expect(hall.get_by_role("switch", name="On")).to_be_disabled()


async def test_a_fade_is_seen_on_its_way(simulate: Simulate, visit: Open):
    running = await furnished(simulate)
    made = await visit(url_of(running.nodes[0].node))
    hall = card(made, "Hall LED Strip")
    slider = hall.get_by_role("slider", name="Rule")
    await expect(slider).to_have_value("500")

    await hall.get_by_label("Fade, in seconds").fill("2")
    await slider.fill("900")

    levels = set()
    await expect(slider).not_to_have_value("900")  # it has let go of what the reader wants
    async with asyncio.timeout(PATIENCE):
        while 900 not in levels:
            levels.add(int(await slider.input_value()))
            await asyncio.sleep(0.05)
    assert len(levels - {500, 900}) >= 2, levels


async def test_what_others_do_and_what_sensors_see_shows_at_once(simulate: Simulate, visit: Open):
    running = await furnished(simulate)
    made = await visit(url_of(running.nodes[0].node))
    fan, evening = card(made, "Fan Relay"), card(made, "Evening Dummy")
    await expect(fan.get_by_role("switch", name="On")).not_to_be_checked()

    await evening.get_by_role("switch", name="Rule").click()
    await expect(fan.get_by_role("switch", name="On")).to_be_checked()
    await told(running, "device2 turn_off")
    await expect(fan.get_by_role("switch", name="On")).not_to_be_checked()
    motion = card(made, "Motion PIR Sensor")
    await expect(motion.get_by_text("✗")).to_be_visible()
    await motion.get_by_role("button", name="Trigger").click()
    await expect(motion.get_by_text("✓")).to_be_visible()
    await expect(card(made, "Hall LED Strip").get_by_role("switch", name="On")).to_be_checked()


async def test_a_schedule_is_edited(simulate: Simulate, visit: Open):
    running = await furnished(simulate)
    made = await visit(url_of(running.nodes[0].node))
    hall = card(made, "Hall LED Strip")
    schedule = hall.get_by_role("list", name="Schedule")

    await hall.get_by_role("button", name="Remove sunset", exact=True).click()
    await expect(schedule).not_to_contain_text("700")
    await hall.get_by_text("All commands").click()
    form = hall.locator("form", has_text="add_schedule_rule")
    await form.get_by_label("time", exact=True).fill("06:45")
    await form.get_by_label("rule", exact=True).fill("200")
    await form.get_by_role("button").click()

    await expect(schedule).to_contain_text("06:45")
    kept = await status(running, "device1")
    assert kept["schedule"] == {"06:45": 200, "mon-fri sunset+60": "fade/100/600"}


async def test_what_is_wrong_is_said(simulate: Simulate, visit: Open):
    broken = {**HOME, "device2": {**HOME["device2"], "_type": "teapot"}}
    running = await furnished(simulate, broken)

    made = await visit(url_of(running.nodes[0].node))
    made.forgive("400")

    await expect(
        made.page.locator(".cards").get_by_text("teapot is no device type")
    ).to_be_visible()
    hall = card(made, "Hall LED Strip")
    await hall.get_by_text("All commands").click()
    form = hall.locator("form", has_text="set_rule")
    await form.get_by_label("rule", exact=True).fill("5000")
    await form.get_by_role("button").click()
    await expect(form.get_by_text("0 to 1023 expected")).to_be_visible()


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1200, 360])
async def test_everybody_can_use_the_cards(
    color_scheme: str, width: int, simulate: Simulate, visit: Open
):
    running = await furnished(simulate, boothook="dimmer load")
    await told(running, "device1 set_rule 800 30")

    made = await visit(url_of(running.nodes[0].node), width=width, color_scheme=color_scheme)

    hall = card(made, "Hall LED Strip")
    await expect(hall.get_by_text("Set by hand until")).to_be_visible()
    await hall.get_by_text("All commands").click()
    assert await faults(made.page) == []
    assert await made.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
