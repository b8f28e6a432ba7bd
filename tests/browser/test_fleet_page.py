"""The page of the gateway, in a browser, on nodes that run."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import AsyncExitStack

import pytest
import pytest_asyncio
from playwright.async_api import Locator, expect

from umbel import api
from umbel.fleet import Fleet
from umbel.model import Node
from umbel.sim.simulation import Simulation

from .conftest import Open, Shelve, Simulate, Visit, faults

pytestmark = pytest.mark.asyncio(loop_scope="session")

TOKEN = "a-token-of-this-test"
Serve = Callable[..., Awaitable[tuple[str, Fleet]]]


@pytest_asyncio.fixture(loop_scope="session")
async def serve() -> AsyncGenerator[Serve]:
    """``await serve(nodes)``: the address of a gateway, with its token, and its fleet."""
    async with AsyncExitStack() as stack:

        async def serve(nodes: Iterable[Node], token: str | None = TOKEN) -> tuple[str, Fleet]:
            fleet = Fleet(nodes)
            await stack.enter_async_context(fleet.watched())
            ready: asyncio.Future[str] = asyncio.get_running_loop().create_future()
            serving = asyncio.create_task(
                api.serve(fleet, port=0, token=token, on_ready=ready.set_result)
            )
            stack.push_async_callback(_end, serving)
            return await ready, fleet

        yield serve


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait([task])


def nodes_of(running: Simulation) -> list[Node]:
    return [one.node for one in running.nodes]


def row(made: Visit, name: str) -> Locator:
    return made.page.get_by_role("row").filter(has=made.page.get_by_role("rowheader", name=name))


async def test_it_shows_every_node(simulate: Simulate, serve: Serve, visit: Open):
    running = await simulate("attic", "cellar", "shed", is_open=False)
    url, _ = await serve(nodes_of(running))

    made = await visit(url)

    await expect(made.page.get_by_text("3 of 3 nodes answer")).to_be_visible()
    for one in running.nodes:
        line = row(made, one.board)
        await expect(line.get_by_text("up", exact=True)).to_be_visible()
        await expect(line).to_contain_text(f"{one.node.address.host}:8080")
        await expect(line).to_contain_text("0.1.0")
        await expect(line).to_contain_text("KB")
        await expect(line.get_by_role("link")).to_have_attribute("href", str(one.node.url))
        await expect(line.get_by_role("progressbar")).to_be_visible()
    await expect(made.page.get_by_text("open to everybody")).to_have_count(0)


async def test_the_token_leaves_the_address_at_once(simulate: Simulate, serve: Serve, visit: Open):
    running = await simulate("attic")
    url, _ = await serve(nodes_of(running))

    made = await visit(url)
    await expect(made.page.get_by_text("1 of 1 nodes answer")).to_be_visible()

    assert TOKEN not in made.page.url
    assert TOKEN not in await made.page.evaluate("document.cookie")
    assert await made.page.evaluate("history.length") <= 2


async def test_who_has_no_token_sees_nothing_and_may_type_it(
    simulate: Simulate, serve: Serve, visit: Open
):
    running = await simulate("attic")
    url, _ = await serve(nodes_of(running))
    made = await visit(url.partition("?")[0])
    made.forgive("401")
    box = made.page.get_by_label("Access token")

    await box.fill("guess")
    await made.button("Open").click()
    await expect(made.page.get_by_text("That is not the token of this gateway.")).to_be_visible()
    await expect(made.page.get_by_text("attic")).to_have_count(0)
    await box.fill(TOKEN)
    await made.button("Open").click()

    await expect(row(made, "attic")).to_be_visible()


async def test_a_node_that_is_killed_turns_offline_and_comes_back(
    simulate: Simulate, serve: Serve, visit: Open
):
    running = await simulate("attic", "cellar", "shed")
    url, _ = await serve(nodes_of(running))
    made = await visit(url)
    await expect(made.page.get_by_text("3 of 3 nodes answer")).to_be_visible()

    running.node("cellar").cut_power()
    await expect(row(made, "cellar").get_by_text("offline")).to_be_visible()
    await expect(made.page.get_by_text("2 of 3 nodes answer")).to_be_visible()
    running.node("cellar").restore_power()

    await expect(row(made, "cellar").get_by_text("up", exact=True)).to_be_visible()


async def test_a_command_for_all_answers_for_each(simulate: Simulate, serve: Serve, visit: Open):
    running = await simulate("attic", "cellar", "shed")
    url, _ = await serve(nodes_of(running))
    made = await visit(url)
    await expect(made.page.get_by_text("for all 3 nodes that are shown")).to_be_visible()
    running.node("shed").cut_power()

    await made.command("system heartbeat")

    answers = made.page.get_by_role("log")
    await expect(answers.get_by_text("<3 heartbeat")).to_have_count(2)
    await expect(answers.get_by_text("It does not answer.")).to_have_count(1)


async def test_a_command_for_some_reaches_only_these(
    simulate: Simulate, serve: Serve, visit: Open
):
    running = await simulate("attic", "cellar", "shed")
    url, _ = await serve(nodes_of(running))
    made = await visit(url)

    await made.page.get_by_label("Select attic").check()
    await made.page.get_by_label("Select shed").check()
    await expect(made.page.get_by_text("for 2 selected nodes")).to_be_visible()
    await made.command("hello")

    answers = made.page.get_by_role("log")
    await expect(answers.get_by_text("hello:attic")).to_be_visible()
    await expect(answers.get_by_text("hello:shed")).to_be_visible()
    await expect(answers.get_by_text("hello:cellar")).to_have_count(0)


async def test_what_a_node_refuses_is_one_readable_sentence(
    simulate: Simulate, serve: Serve, visit: Open
):
    running = await simulate("attic", "cellar")
    url, _ = await serve(nodes_of(running))
    made = await visit(url)
    await expect(made.page.get_by_text("for all 2 nodes that are shown")).to_be_visible()

    await made.command("rgbb color 1 2 3")

    await expect(made.page.get_by_text("There is no module “rgbb”.")).to_have_count(2)


async def test_the_filter_lives_in_the_address(simulate: Simulate, serve: Serve, visit: Open):
    running = await simulate("attic", "cellar", "shed")
    url, _ = await serve(nodes_of(running))
    made = await visit(url)

    await made.page.get_by_label("Filter").fill("cel")
    await expect(made.page.get_by_role("rowheader")).to_have_count(1)
    await expect(made.page.get_by_text("for cellar", exact=True)).to_be_visible()
    assert made.page.url.endswith("/?q=cel")
    await made.page.reload()

    await expect(made.page.get_by_label("Filter")).to_have_value("cel")
    await expect(made.page.get_by_role("rowheader")).to_have_count(1)


async def test_it_is_sorted_by_what_is_pressed(simulate: Simulate, serve: Serve, visit: Open):
    running = await simulate("node2", "node10", "attic")
    url, _ = await serve(nodes_of(running))
    made = await visit(url)
    names = made.page.get_by_role("rowheader").get_by_role("link")
    await expect(names).to_have_text(["attic", "node2", "node10"])

    await made.button("Name").click()

    await expect(names).to_have_text(["node10", "node2", "attic"])
    header = made.page.get_by_role("columnheader", name="Name")
    await expect(header).to_have_attribute("aria-sort", "descending")


async def test_an_empty_fleet_tells_what_to_do_and_fills_by_itself(
    simulate: Simulate, serve: Serve, visit: Open
):
    running = await simulate("attic")
    url, fleet = await serve([])
    made = await visit(url)
    await expect(made.page.get_by_role("heading", name="No node yet")).to_be_visible()
    await expect(made.page.get_by_text("umbel sim --nodes 3")).to_be_visible()

    fleet.assign(nodes_of(running))
    await expect(row(made, "attic").get_by_text("up", exact=True)).to_be_visible()
    fleet.assign([])

    await expect(made.page.get_by_role("heading", name="No node yet")).to_be_visible()


async def test_it_says_what_a_node_wants_of_us(simulate: Simulate, serve: Serve, visit: Open):
    running = await simulate("attic", is_open=False)
    node = running.nodes[0].node
    stranger = Node(name="attic", address=node.address, web_port=node.web_port)
    url, _ = await serve([stranger])

    made = await visit(url)

    await expect(made.page.get_by_text("locked: UMBEL_PASSWORD is not set")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
async def test_nobody_is_kept_out_by_how_it_looks(
    simulate: Simulate, serve: Serve, visit: Open, scheme: str, width: int
):
    running = await simulate("attic", "cellar")
    url, _ = await serve(nodes_of(running), token=None)
    made = await visit(url, width=width, color_scheme=scheme)
    await expect(made.page.get_by_text("2 of 2 nodes answer")).to_be_visible()
    await made.command("system heartbeat")
    await expect(made.page.get_by_text("<3 heartbeat")).to_have_count(2)

    assert await faults(made.page) == []
    assert await made.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_it_speaks_german(simulate: Simulate, serve: Serve, visit: Open):
    running = await simulate("attic")
    url, _ = await serve(nodes_of(running))

    made = await visit(url, width=360, locale="de-DE")

    await expect(made.page.get_by_text("1 von 1 Knoten antworten")).to_be_visible()
    assert await made.page.evaluate("document.documentElement.lang") == "de"


async def test_the_apps_of_the_node_that_is_meant_start_and_stop(
    simulate: Simulate, serve: Serve, visit: Open, shelve: Shelve
):
    running = await simulate("attic", "cellar")
    shelve(running, "garden", title="Garden light")
    shelve(running, "odd", title="<b>odd</b>")
    url, _ = await serve(nodes_of(running))
    made = await visit(url)
    apps = made.page.get_by_role("region", name="Apps of attic")
    await expect(row(made, "attic")).to_contain_text("up")
    await expect(apps).to_have_count(0)

    await made.page.get_by_label("Select attic").check()
    await expect(apps.get_by_text("<b>odd</b>")).to_be_visible()
    await made.button("Start Garden light").click()

    await expect(made.button("Stop Garden light")).to_be_visible()
    await expect(apps.get_by_role("listitem").first).to_contain_text("running")
    widths = "(images) => images.map((image) => image.complete && image.naturalWidth)"
    assert await apps.locator("img").evaluate_all(widths) == [64, 64]
    assert await faults(made.page) == []
    await made.button("Stop Garden light").click()
    await expect(made.button("Start Garden light")).to_be_visible()
    await made.page.get_by_label("Select attic").uncheck()
    await made.page.get_by_label("Select cellar").check()
    await expect(apps).to_have_count(0)
