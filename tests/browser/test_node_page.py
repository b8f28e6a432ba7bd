"""The page that a node serves itself, in a browser, on a node that runs."""

from __future__ import annotations

import asyncio
import itertools
import re

import pytest
from patience import PATIENCE
from playwright.async_api import Page, expect

from umbel.link.api import Api
from umbel.sim.simulation import Simulation

from .conftest import PASSWORD, Open, Simulate, Visit, faults, url_of

pytestmark = pytest.mark.asyncio(loop_scope="session")

LAMPS = "dimmer load; rgb load; switch load"


async def state(simulation: Simulation, module: str) -> dict[str, int]:
    """What a module of the first node says of itself."""
    async with Api(simulation.nodes[0].node) as api:
        answer = await api.call(module, "status")
    assert isinstance(answer.value, dict)
    return answer.value


async def until(condition, within: float = PATIENCE) -> None:
    """Return when ``await condition()`` is true."""
    async with asyncio.timeout(within):
        while not await condition():  # noqa: ASYNC110 - the node has no event for us
            await asyncio.sleep(0.05)


async def is_live(made: Visit) -> None:
    await expect(made.page.locator("header").get_by_text("live", exact=True)).to_be_visible()


async def test_it_shows_the_node_and_what_it_has(simulate: Simulate, visit: Open):
    running = await simulate("attic", boothook=LAMPS)

    made = await visit(url_of(running.nodes[0].node))

    await is_live(made)
    await expect(made.page).to_have_title("attic")
    await expect(made.page.get_by_role("heading", name="attic", level=1)).to_be_visible()
    await expect(made.page.get_by_text("Tepal 0.1.0")).to_be_visible()
    await expect(made.page.get_by_text(re.compile(r"[KM]B free"))).to_be_visible()
    for module in ("dimmer", "rgb", "switch"):
        await expect(made.page.get_by_role("article", name=module)).to_be_visible()
    await expect(made.button("Load dht22")).to_be_visible()
    await expect(made.page.get_by_text("“auth” is off")).to_be_visible()


async def test_it_runs_a_command_and_finds_it_again(simulate: Simulate, visit: Open):
    running = await simulate("attic")
    made = await visit(url_of(running.nodes[0].node))
    await is_live(made)

    await made.command("system heartbeat")

    box = made.page.get_by_role("textbox", name="Command line")
    await expect(made.page.get_by_text("<3 heartbeat")).to_be_visible()
    await box.press("ArrowUp")
    await expect(box).to_have_value("system heartbeat")
    await box.fill("system hear")
    await box.press("ArrowRight")
    await expect(box).to_have_value("system heartbeat")


async def test_what_the_node_refuses_is_one_readable_sentence(simulate: Simulate, visit: Open):
    running = await simulate("attic")
    made = await visit(url_of(running.nodes[0].node))
    made.forgive("404|400")
    await is_live(made)

    await made.command("rgbb color 1 2 3")
    await expect(made.page.get_by_text("There is no module “rgbb”.")).to_be_visible()
    await made.command('rgb "')

    await expect(made.page.get_by_text("The line cannot be read")).to_be_visible()


async def test_the_node_follows_a_slider(simulate: Simulate, visit: Open):
    running = await simulate("attic", boothook=LAMPS)
    made = await visit(url_of(running.nodes[0].node))
    slider = made.page.get_by_role("article", name="dimmer").get_by_label("Set value")
    await expect(slider).to_have_value("500")

    await slider.fill("820")

    async def follows() -> bool:
        return await state(running, "dimmer") == {"X": 820, "S": 1}

    await until(follows)
    await expect(slider).to_have_value("820")
    toggle = made.page.get_by_role("article", name="dimmer").get_by_role("switch")
    await expect(toggle).to_be_checked()


async def test_a_slider_that_is_dragged_sends_little_and_the_last_value(
    simulate: Simulate, visit: Open
):
    running = await simulate("attic", boothook=LAMPS)
    made = await visit(url_of(running.nodes[0].node))
    slider = made.page.get_by_role("article", name="dimmer").get_by_label("Set value")
    await expect(slider).to_have_value("500")

    await slider.evaluate(
        """async (box) => {
            for (let value = 0; value < 1000; value += 10) {
                box.value = value;
                box.dispatchEvent(new Event("input", { bubbles: true }));
                await new Promise(requestAnimationFrame);
            }
        }"""
    )

    async def has_arrived() -> bool:
        return (await state(running, "dimmer"))["X"] == 990

    await until(has_arrived)
    sent = await made.page.evaluate(
        """performance.getEntriesByType("resource")
            .filter((entry) => entry.name.includes("set_value"))
            .map((entry) => entry.startTime)"""
    )
    gaps = [later - earlier for earlier, later in itertools.pairwise(sent)]
    assert 0 < len(gaps) < 99
    assert min(gaps) > 180  # milliseconds, by the browser's own clock


async def test_what_others_switch_shows(simulate: Simulate, visit: Open):
    running = await simulate("attic", boothook=LAMPS)
    made = await visit(url_of(running.nodes[0].node))
    await is_live(made)
    toggle = made.page.get_by_role("article", name="switch").get_by_role(
        "switch", name="Toggle", exact=True
    )

    async with Api(running.nodes[0].node) as api:
        await api.run("switch set_state True")

    await expect(toggle).to_be_checked()


async def test_a_colour_reaches_the_lamp(simulate: Simulate, visit: Open):
    running = await simulate("attic", boothook=LAMPS)
    made = await visit(url_of(running.nodes[0].node))
    card = made.page.get_by_role("article", name="rgb")
    await expect(card.get_by_label("Brightness")).to_have_value("70")

    await card.get_by_label("Hue").fill("240")

    async def is_blue() -> bool:
        lamp = await state(running, "rgb")
        return lamp["S"] == 1 and lamp["B"] > 600 and lamp["R"] == lamp["G"] == 0

    await until(is_blue)


async def test_a_log_line_appears_as_it_is_written(simulate: Simulate, visit: Open):
    running = await simulate("attic")
    made = await visit(url_of(running.nodes[0].node))
    await is_live(made)

    async with Api(running.nodes[0].node) as api:
        await api.run('system notify "dinner is ready"')

    await expect(
        made.page.get_by_role("log", name="Log").get_by_text("dinner is ready")
    ).to_be_visible()
    await expect(made.page.get_by_role("status").get_by_text("dinner is ready")).to_be_visible()


async def test_a_module_is_loaded_and_unloaded(simulate: Simulate, visit: Open):
    running = await simulate("attic")
    made = await visit(url_of(running.nodes[0].node))

    await made.button("Load dimmer").click()
    card = made.page.get_by_role("article", name="dimmer")
    await expect(card.get_by_label("Set value")).to_be_visible()
    await card.get_by_text("All commands").click()
    await made.button("Unload dimmer").click()
    await made.button("Really?").click()

    await expect(made.button("Load dimmer")).to_be_visible()
    await expect(card).to_have_count(0)


async def test_any_command_has_a_form(simulate: Simulate, visit: Open):
    running = await simulate("attic", boothook="genIO load")
    made = await visit(url_of(running.nodes[0].node))
    card = made.page.get_by_role("article", name="genIO")

    await card.get_by_text("All commands").click()
    form = card.locator("form", has_text="set_out")
    await form.get_by_label("pin").fill("4")
    await form.get_by_label("state").fill("True")
    await made.button("Run set_out").click()

    await expect(form.get_by_text("state: 1")).to_be_visible()


async def test_tasks_are_listed_and_ended(simulate: Simulate, visit: Open):
    running = await simulate("attic")
    made = await visit(url_of(running.nodes[0].node))
    await is_live(made)

    await made.command("system clock &&200")
    await made.button("End system.clock").click()
    await made.button("Really?").click()

    tasks = made.page.get_by_role("region", name="Tasks")
    await expect(tasks.get_by_role("listitem").filter(has_text="system.clock")).to_contain_text(
        "ended"
    )


async def test_only_what_changed_is_saved(simulate: Simulate, visit: Open):
    running = await simulate("attic")
    made = await visit(url_of(running.nodes[0].node) + "#settings")
    made.forgive("400")
    puts: list[str] = []
    made.page.on(
        "request",
        lambda request: (
            request.method == "PUT" and puts.append(f"{request.url} {request.post_data}")
        ),
    )

    await made.page.get_by_label("Scheduled commands").fill("*:8:0:0!version")
    await made.page.get_by_label("Minutes ahead of UTC").fill("5000")
    await made.page.get_by_label("Seconds a client may be silent").fill("31")
    await made.page.get_by_role("button", name="Save changes (3)").click()
    await expect(made.page.get_by_text("utc: -720..840 expected")).to_be_visible()
    await expect(made.page.get_by_label("Minutes ahead of UTC")).to_be_focused()

    assert [re.sub(r".*/config/", "", put) for put in puts] == [
        'crontasks {"value":"*:8:0:0!version"}',
        'utc {"value":"5000"}',
        'soctout {"value":"31"}',
    ]
    await expect(
        made.page.get_by_text("counts after a restart.", exact=False).last
    ).to_be_visible()
    async with Api(running.nodes[0].node) as api:
        saved = await api.config()
    assert saved["crontasks"]["value"] == "*:8:0:0!version"
    assert saved["soctout"]["value"] == 31
    assert saved["utc"]["value"] != 5000


async def test_secrets_are_written_and_never_shown(simulate: Simulate, visit: Open):
    running = await simulate("attic")
    made = await visit(url_of(running.nodes[0].node) + "#settings")
    box = made.page.get_by_label("Password for controls")
    await expect(box).to_have_value("")
    assert await box.get_attribute("type") == "password"

    await box.fill("hedgehog-in-the-shed")
    await made.page.get_by_role("button", name="Save changes (1)").click()

    await expect(made.page.get_by_text("Saved.", exact=True)).to_be_visible()
    await expect(box).to_have_value("")


async def test_the_page_survives_a_restart_of_the_node(simulate: Simulate, visit: Open):
    running = await simulate("attic", boothook=LAMPS)
    made = await visit(url_of(running.nodes[0].node))
    made.forgive("ERR_|Failed to load resource")
    await is_live(made)

    await made.command("reboot")

    await expect(made.page.get_by_text("no answer", exact=True)).to_be_visible()
    await is_live(made)
    await expect(made.page.get_by_text("after a restart")).to_be_visible()
    await made.command("dimmer set_value 130")
    slider = made.page.get_by_role("article", name="dimmer").get_by_label("Set value")
    await expect(slider).to_have_value("130")


async def test_the_page_tells_when_the_power_is_cut_and_comes_back_with_it(
    simulate: Simulate, visit: Open
):
    running = await simulate("attic", boothook=LAMPS)
    made = await visit(url_of(running.nodes[0].node))
    made.forgive("ERR_")
    await is_live(made)

    running.nodes[0].cut_power()
    await expect(made.page.get_by_text("This page goes on trying.")).to_be_visible()
    running.nodes[0].restore_power()

    await is_live(made)
    await expect(made.page.get_by_text("This page goes on trying.")).to_have_count(0)


async def test_somebody_who_knows_the_password_gets_in_and_out(simulate: Simulate, visit: Open):
    running = await simulate("attic", boothook=LAMPS, is_open=False)
    made = await visit(url_of(running.nodes[0].node))
    made.forgive("401")
    box = made.page.get_by_label("Password")
    asked: list[str] = []
    made.page.on("request", lambda request: asked.append(request.url.rpartition("/")[2]))

    await box.fill("blackthorn")
    await made.button("Log in").click()
    await expect(
        made.page.get_by_role("alert").get_by_text("That is not the password.")
    ).to_be_visible()
    assert set(asked) == {"login"}
    await box.fill(PASSWORD)
    await made.button("Log in").click()
    await is_live(made)
    await expect(made.page.get_by_role("article", name="dimmer")).to_be_visible()
    await made.page.reload()
    await is_live(made)
    await made.button("Log out").click()

    await expect(made.page.get_by_label("Password")).to_be_visible()
    await expect(made.page.get_by_role("article")).to_have_count(0)
    assert await made.page.evaluate("fetch('/api/v1/node').then(answer => answer.status)") == 401


async def test_after_a_restart_the_password_is_asked_again(simulate: Simulate, visit: Open):
    running = await simulate("attic", is_open=False)
    made = await visit(url_of(running.nodes[0].node))
    made.forgive("ERR_|401|Failed to load resource")
    await made.page.get_by_label("Password").fill(PASSWORD)
    await made.button("Log in").click()
    await is_live(made)

    await made.command("reboot")

    await expect(made.page.get_by_text("Log in again.")).to_be_visible()
    await made.page.get_by_label("Password").fill(PASSWORD)
    await made.button("Log in").click()
    await is_live(made)


async def test_who_may_only_look_sees_no_controls(simulate: Simulate, visit: Open):
    running = await simulate("attic", boothook=LAMPS, is_open=False)
    async with Api(running.nodes[0].node) as api:
        await api.configure({"viewpwd": "only-looking"})
    made = await visit(url_of(running.nodes[0].node))

    await made.page.get_by_label("Password").fill("only-looking")
    await made.button("Log in").click()

    await is_live(made)
    await expect(made.page.get_by_role("article", name="dimmer")).to_be_visible()
    await expect(made.page.get_by_role("slider")).to_have_count(0)
    await expect(made.button("Load dht22")).to_have_count(0)
    await expect(made.page.get_by_role("link", name="Settings")).to_have_count(0)


async def test_it_takes_two_connections_at_most(simulate: Simulate, visit: Open):
    running = await simulate("attic", boothook=LAMPS)
    made = await visit(url_of(running.nodes[0].node))
    await is_live(made)
    await expect(made.button("Load dht22")).to_be_visible()

    most = 0
    async with Api(running.nodes[0].node) as api:
        for value in range(10):
            await made.command(f"dimmer set_value {value}")
            most = max(most, (await api.about())["doors"]["http"] - 1)

    assert most <= 2


async def test_a_page_that_is_reloaded_often_leaves_room_for_others(
    simulate: Simulate, visit: Open
):
    running = await simulate("attic")
    made = await visit(url_of(running.nodes[0].node))
    for _ in range(6):
        await is_live(made)
        await made.page.reload()

    async with Api(running.nodes[0].node) as api:
        assert await api.about()
    await is_live(made)


async def test_a_second_page_is_served_without_a_stream(simulate: Simulate, visit: Open):
    running = await simulate("attic", boothook=LAMPS)
    first = await visit(url_of(running.nodes[0].node))
    await is_live(first)

    second = await visit(url_of(running.nodes[0].node))
    second.forgive("429|503")

    await expect(second.page.get_by_text("every 5 s", exact=True)).to_be_visible()
    slider = second.page.get_by_role("article", name="dimmer").get_by_label("Set value")
    await slider.fill("200")
    await expect(
        first.page.get_by_role("article", name="dimmer").get_by_label("Set value")
    ).to_have_value("200")


@pytest.mark.slow
async def test_everything_works_at_a_kilobyte_a_second(simulate: Simulate, visit: Open):
    running = await simulate("attic", boothook="dimmer load")
    made = await visit(url_of(running.nodes[0].node))
    await is_live(made)
    session = await made.page.context.new_cdp_session(made.page)
    await session.send("Network.enable")
    slow = {"offline": False, "latency": 150, "downloadThroughput": 1024, "uploadThroughput": 1024}
    await session.send("Network.emulateNetworkConditions", slow)

    await made.page.reload()  # the page itself is not sent again: its checksum is known

    slider = made.page.get_by_role("article", name="dimmer").get_by_label("Set value")
    await expect(slider).to_have_value("500")
    await slider.fill("310")
    await made.command("system heartbeat")
    await expect(made.page.get_by_text("<3 heartbeat")).to_be_visible()
    assert (await state(running, "dimmer"))["X"] == 310


async def test_the_keyboard_alone_reaches_everything(simulate: Simulate, visit: Open):
    running = await simulate("attic", boothook="dimmer load")
    made = await visit(url_of(running.nodes[0].node))
    await is_live(made)
    slider = made.page.get_by_role("article", name="dimmer").get_by_label("Set value")
    await expect(slider).to_have_value("500")

    walked = await walk(made.page)
    await slider.focus()
    await made.page.keyboard.press("ArrowRight")

    async def has_moved() -> bool:
        return (await state(running, "dimmer"))["X"] == 510

    await until(has_moved)
    assert walked[0] == "Skip to the controls"
    for name in (
        "Controls",
        "Settings",
        "Set value",
        "Toggle",
        "Load rgb",
        "Command line",
        "Run",
        "Log",
    ):
        assert name in walked
    order = [walked.index(name) for name in ("Settings", "Set value", "Command line", "Log")]
    assert order == sorted(order)


async def walk(page: Page) -> list[str]:
    """The names of what the tab key reaches, each seen to show where it is."""
    walked: list[str] = []
    while len(walked) < 80:
        await page.keyboard.press("Tab")
        name, is_marked = await page.evaluate(
            """() => {
                const at = document.activeElement;
                const label = at.getAttribute('aria-label') || at.labels?.[0]?.innerText || at.innerText;
                const style = getComputedStyle(at);
                return [at === document.body ? '' : label.trim(),
                        style.outlineStyle !== 'none' && style.outlineWidth !== '0px'];
            }"""
        )
        if not name or name in walked[:1]:
            break
        assert is_marked, f"{name} has the focus, and nobody sees it"
        walked.append(name)
    return walked


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("place", ["", "#settings"])
@pytest.mark.parametrize("width", [360, 1280])
async def test_nobody_is_kept_out_by_how_it_looks(
    simulate: Simulate, visit: Open, scheme: str, place: str, width: int
):
    running = await simulate("attic", boothook=f"{LAMPS}; system heartbeat")
    made = await visit(url_of(running.nodes[0].node) + place, width=width, color_scheme=scheme)
    await is_live(made)
    settled = made.page.get_by_label("Name") if place else made.button("Load dht22")
    await expect(settled.first).to_be_visible()
    if not place:
        await made.page.get_by_role("article", name="dimmer").get_by_text("All commands").click()

    assert await faults(made.page) == []
    assert await made.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_it_speaks_german(simulate: Simulate, visit: Open):
    running = await simulate("attic", boothook=LAMPS)
    made = await visit(url_of(running.nodes[0].node), width=360, locale="de-AT")

    await expect(made.page.get_by_role("heading", name="Regler")).to_be_visible()
    assert await made.page.evaluate("document.documentElement.lang") == "de"
    await made.page.get_by_label("Sprache").select_option("en")
    await expect(made.page.get_by_role("heading", name="Controls")).to_be_visible()
    await made.page.reload()

    await expect(made.page.get_by_role("heading", name="Controls")).to_be_visible()


async def test_nothing_moves_for_who_wants_no_motion(simulate: Simulate, visit: Open):
    running = await simulate("attic")
    made = await visit(url_of(running.nodes[0].node), reduced_motion="reduce")
    await is_live(made)

    assert await made.page.evaluate("document.getAnimations().length") == 0


async def test_a_script_from_elsewhere_has_no_chance(simulate: Simulate, visit: Open):
    running = await simulate("attic")
    made = await visit(url_of(running.nodes[0].node))
    made.forgive("Content Security Policy")
    await is_live(made)

    await made.page.evaluate(
        """() => {
            const script = document.createElement('script');
            script.textContent = 'window.intruded = true';
            document.body.append(script);
        }"""
    )

    assert await made.page.evaluate("window.intruded") is None
    assert any("Content Security Policy" in complaint for complaint in made.complaints)


async def test_the_page_of_a_module_that_lies_does_no_harm(simulate: Simulate, visit: Open):
    running = await simulate("attic")
    node = running.nodes[0]
    evil = (
        'HELP = ("TEXTBOX <img/src=x/onerror=alert(1)>", "SLIDER a b=<5-5-0>", "COLOR c", "EMBED",\n'
        '        \'EMBED{"callback":"//elsewhere.example/x","image":true} e\', "BUTTON d e=<,>")\n'
        "def status():\n    return {'X': '<b>', 'S': []}\n"
    )
    module = running.folder.board("attic").flash / "modules" / "LM_evil.py"
    await asyncio.to_thread(module.write_text, evil)
    made = await visit(url_of(node.node))
    made.forgive("404|400|500")
    await is_live(made)

    await made.button("Load evil").click()

    await expect(made.page.get_by_role("article", name="evil")).to_be_visible()
    assert await made.page.locator("article img").count() == 0
