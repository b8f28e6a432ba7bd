"""Takes the pictures of the README anew: ``.venv/bin/python docs/images/draw.py``."""

from __future__ import annotations

import asyncio
import os
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path

from playwright.async_api import Browser, Page, async_playwright

from umbel import api, runtimes
from umbel.fleet import Fleet
from umbel.link.api import Api
from umbel.sim import runtime, simulation
from umbel.sim.plan import Board, Plan
from umbel.sim.simulation import Simulation

HERE = Path(__file__).parent
BOARDS = (
    Board(name="greenhouse", boothook="dht22 load; dimmer load; rgb load"),
    Board(name="kitchen", boothook="rgb load"),
    Board(name="stairs", boothook="switch load"),
    Board(name="workshop"),
)
SIZE = {"width": 1200, "height": 920}
SETTLE_MS = 2500
PASSWORD = "for-the-picture"  # noqa: S105 - gone with the nodes


async def main() -> None:
    """Run a few nodes and their gateway, and look at them."""
    with tempfile.TemporaryDirectory() as state:
        os.environ["UMBEL_STATE"] = state
        async with AsyncExitStack() as stack:
            plan = Plan(boards=BOARDS, first_address="127.0.22.1", password=PASSWORD)
            running = await stack.enter_async_context(
                simulation.running(plan, runtime.choose("auto"))
            )
            await asyncio.gather(*(node.is_up.wait() for node in running.nodes))
            playwright = await stack.enter_async_context(async_playwright())
            chromium = runtimes.named("chromium").find()
            browser = await playwright.chromium.launch(
                executable_path=chromium, args=["--no-sandbox"]
            )
            stack.push_async_callback(browser.close)
            await draw_node(running, await page_in(browser, "light"))
            await draw_fleet(running, await page_in(browser, "light"), stack)


async def page_in(browser: Browser, scheme: str) -> Page:
    """A page with nothing in it."""
    context = await browser.new_context(viewport=SIZE, color_scheme=scheme, locale="en-GB")
    return await context.new_page()


async def draw_node(running: Simulation, page: Page) -> None:
    """The page of a node that somebody uses."""
    greenhouse = running.nodes[0]
    await greenhouse.ask({"do": "climate", "number": 32, "temperature": 21.5, "humidity": 63})
    async with Api(greenhouse.node) as node:
        for line in ("rgb color 180 900 520", "dimmer set_value 640", "dht22 measure"):
            await node.run(line)
        await page.goto(f"{greenhouse.node.url}/")
        await page.get_by_label("Password").fill(PASSWORD)
        await page.keyboard.press("Enter")
        box = page.get_by_role("textbox", name="Command line")
        await page.get_by_text("live", exact=True).wait_for()
        for line in ("dht22 measure", "rgb brightness 80"):
            await box.fill(line)
            await box.press("Enter")
            await page.wait_for_timeout(700)
    await box.fill("dimmer tr")
    await page.wait_for_timeout(SETTLE_MS)
    await page.screenshot(path=HERE / "node-page.png")


async def draw_fleet(running: Simulation, page: Page, stack: AsyncExitStack) -> None:
    """The page of the gateway, with one node that is away."""
    fleet = Fleet(node.node for node in running.nodes)
    await stack.enter_async_context(fleet.watched())
    ready: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    serving = asyncio.create_task(
        api.serve(fleet, port=0, token=api.new_token(), on_ready=ready.set_result)
    )
    stack.callback(serving.cancel)
    await page.goto(await ready)
    running.nodes[3].cut_power()
    await page.get_by_text("offline").wait_for()
    box = page.get_by_role("textbox", name="Command line")
    await box.fill("system heartbeat")
    await box.press("Enter")
    await page.wait_for_timeout(SETTLE_MS)
    await page.screenshot(path=HERE / "fleet-page.png")
    serving.cancel()
    await asyncio.wait([serving])


if __name__ == "__main__":
    asyncio.run(main())
