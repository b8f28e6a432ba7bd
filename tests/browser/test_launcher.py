"""The apps of a node on its page: a grid of icons, and a card that starts, stops and explains."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.async_api import Locator, expect

from umbel.link.api import Api

from .conftest import Open, Shelve, Simulate, Visit, faults, url_of

pytestmark = pytest.mark.asyncio(loop_scope="session")

CRASH = "async def main(app):\n    raise ValueError('no soil')\n"


def app(made: Visit, title: str) -> Locator:
    """The button of an app in the grid."""
    return made.page.locator(".apps").get_by_role("listitem").get_by_role("button", name=title)


def card(made: Visit, title: str) -> Locator:
    """What is shown of an app when its button was pressed."""
    return made.page.get_by_role("article", name=title)


async def test_a_node_without_apps_shows_no_launcher_and_sends_none(
    simulate: Simulate, visit: Open
):
    running = await simulate("attic", boothook="dimmer load")

    made = await visit(url_of(running.nodes[0].node))

    await expect(made.page.get_by_role("article", name="dimmer")).to_be_visible()
    await expect(made.page.get_by_role("heading", name="Apps")).to_have_count(0)
    sent = await made.page.evaluate(
        'performance.getEntriesByType("resource").map((entry) => entry.name)'
    )
    assert not [name for name in sent if name.endswith(".js")]


async def test_an_app_is_found_started_looked_at_and_stopped(
    simulate: Simulate, visit: Open, shelve: Shelve
):
    running = await simulate("attic")
    shelve(running, "garden", title="Garden light", description="Light at night",
           permissions=["pins"])  # fmt: skip
    shelve(running, "a-b.1", title="Another one")
    made = await visit(url_of(running.nodes[0].node))
    garden = app(made, "Garden light")
    await expect(garden).to_contain_text("stopped")
    icons = made.page.locator(".apps img")
    await expect(icons).to_have_count(2)
    for icon in await icons.all():
        await expect(icon).to_have_js_property("complete", True)
        assert await icon.evaluate("(icon) => icon.naturalWidth") >= 64

    await garden.click()
    shown = card(made, "Garden light")
    await expect(shown).to_contain_text("Light at night")
    await expect(shown).to_contain_text("1.2.3")
    await expect(shown).to_contain_text("pins")
    await made.button("Start Garden light").click()

    await expect(garden).to_contain_text("running")
    await expect(shown.get_by_role("log")).to_contain_text("the lamp is on")
    await expect(shown).to_contain_text("Memory")
    await expect(app(made, "Another one")).to_contain_text("stopped")
    await made.button("Stop Garden light").click()
    await expect(garden).to_contain_text("stopped")
    await app(made, "Another one").click()
    await made.button("Start Another one").click()
    await expect(app(made, "Another one")).to_contain_text("running")


async def test_an_app_that_fails_says_why(simulate: Simulate, visit: Open, shelve: Shelve):
    running = await simulate("attic")
    shelve(
        running,
        "garden",
        '__import__("nothing_of_that_name")\n\n\ndef main(app):\n    pass\n',
        title="Garden",
    )
    made = await visit(url_of(running.nodes[0].node))
    made.forgive("400|500|409")
    await app(made, "Garden").click()

    await made.button("Start Garden").click()

    await expect(app(made, "Garden")).to_contain_text("failed")
    await expect(card(made, "Garden").locator(".problem").first).to_contain_text(
        "nothing_of_that_name"
    )


async def test_what_another_door_starts_shows_within_seconds(
    simulate: Simulate, visit: Open, shelve: Shelve
):
    running = await simulate("attic")
    shelve(running, "garden", title="Garden")
    made = await visit(url_of(running.nodes[0].node))
    await expect(app(made, "Garden")).to_contain_text("stopped")

    await made.command("app start garden")

    await expect(app(made, "Garden")).to_contain_text("running")


async def test_titles_are_in_the_language_of_the_node(
    simulate: Simulate, visit: Open, shelve: Shelve
):
    running = await simulate("attic")
    german = json.dumps({"title": "Gartenlicht", "description": "Licht bei Nacht"})
    shelve(running, "garden", title="Garden light", german=german)
    shelve(running, "plain", title="Plain")
    async with Api(running.nodes[0].node) as api:
        await api.configure({"language": "de_AT"})

    made = await visit(url_of(running.nodes[0].node), locale="de-DE")

    await expect(app(made, "Gartenlicht")).to_contain_text("angehalten")
    await expect(app(made, "Plain")).to_be_visible()


async def test_a_damaged_app_and_an_odd_title_do_no_harm(
    simulate: Simulate, visit: Open, shelve: Shelve
):
    running = await simulate("attic")
    shelve(running, "garden", title="<script>alert(1)</script>")
    shelve(running, "broken", title="Broken")
    flash = running.folder.board(running.nodes[0].board).flash
    (flash / "apps" / "broken" / "pack").write_bytes(b"\xff" * 200)
    made = await visit(url_of(running.nodes[0].node))

    await expect(app(made, "<script>alert(1)</script>")).to_be_visible()
    await expect(app(made, "broken")).to_contain_text("damaged")
    await app(made, "broken").click()

    await expect(card(made, "broken")).to_contain_text("install it again")
    await expect(made.button("Start broken")).to_have_count(0)


async def test_it_is_used_with_the_keyboard_alone(simulate: Simulate, visit: Open, shelve: Shelve):
    running = await simulate("attic")
    shelve(running, "garden", title="Garden")
    made = await visit(url_of(running.nodes[0].node))
    garden = app(made, "Garden")
    await garden.focus()

    await made.page.keyboard.press("Enter")
    await expect(garden).to_have_attribute("aria-expanded", "true")
    await made.page.keyboard.press("Tab")
    await expect(made.button("Start Garden")).to_be_focused()
    await made.page.keyboard.press("Escape")

    await expect(card(made, "Garden")).to_have_count(0)
    await expect(garden).to_be_focused()


async def test_who_may_only_look_cannot_start_anything(
    simulate: Simulate, visit: Open, shelve: Shelve
):
    running = await simulate("attic", is_open=False)
    shelve(running, "garden", title="Garden")
    async with Api(running.nodes[0].node) as api:
        await api.configure({"viewpwd": "only-looking"})
    made = await visit(url_of(running.nodes[0].node))
    await made.page.get_by_label("Password").fill("only-looking")
    await made.button("Log in").click()

    await app(made, "Garden").click()

    await expect(card(made, "Garden")).to_be_visible()
    await expect(made.page.locator(".apps img")).to_have_count(1)
    await expect(made.button("Start Garden")).to_have_count(0)


@pytest.mark.parametrize("color_scheme", ["light", "dark"])
async def test_everybody_can_use_it(
    simulate: Simulate, visit: Open, shelve: Shelve, color_scheme: str, tmp_path: Path
):
    running = await simulate("attic", boothook="dimmer load; rgb load")
    german = json.dumps({"title": "Gartenlicht", "description": "Licht bei Nacht"})
    shelve(running, "garden", title="Garden light", description="Light at night", german=german)
    shelve(running, "plants", CRASH, title="Plants", description="Waters them")
    shelve(running, "lib", title="A library of lamps")
    made = await visit(url_of(running.nodes[0].node), color_scheme=color_scheme)
    await app(made, "Garden light").click()
    await made.button("Start Garden light").click()
    await expect(card(made, "Garden light").get_by_role("log")).to_be_visible()
    await expect(made.page.locator(".apps img")).to_have_count(3)

    assert await faults(made.page) == []
    await made.page.screenshot(path=tmp_path / "launcher.png", full_page=True)
    await made.page.close()
    narrow = await visit(url_of(running.nodes[0].node), color_scheme=color_scheme, width=360)
    await app(narrow, "Garden light").click()
    await expect(card(narrow, "Garden light").get_by_role("log")).to_be_visible()
    fits = "document.documentElement.scrollWidth <= innerWidth"
    assert await narrow.page.evaluate(fits)
    await narrow.page.screenshot(path=tmp_path / "narrow.png", full_page=True)
