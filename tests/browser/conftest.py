"""A real browser on real pages: nodes are processes, and nothing leaves this machine.

``simulate`` starts nodes that belong to the test. ``visit`` opens a page in a browser of its own;
when the test ends, whatever the browser complained about fails it, and so does any request to a
place that is not this machine.
"""

from __future__ import annotations

import asyncio
import ipaddress
import json
import os
import re
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from patience import PATIENCE
from playwright.async_api import (
    Browser,
    ConsoleMessage,
    Locator,
    Page,
    Request,
    async_playwright,
    expect,
)

from umbel.apps import Source, pack, template
from umbel.build.compile import write_if_changed
from umbel.model import Node
from umbel.release import slot
from umbel.sim import runtime, simulation
from umbel.sim.plan import Board, Plan
from umbel.sim.simulation import Simulation

PASSWORD = "rosehip-tea"
WAIT = """
import asyncio


async def main(app):
    app.info("the lamp is on")
    await asyncio.Event().wait()
"""
PATIENCE_MS = 1000 * PATIENCE
AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"

_ADDRESSES = count(os.getpid() % 4096 * 16)
_ARGUMENTS = (
    "--no-sandbox",  # root has none; the pages are ours
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.*",
    "--disable-background-networking",
)
_WIDE = {"width": 1280, "height": 900}

expect.set_options(timeout=PATIENCE_MS)


@dataclass(kw_only=True)
class Visit:
    """One page in one browser, and what was odd about it."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    forgiven: list[str] = field(default_factory=list)

    def forgive(self, pattern: str) -> None:
        """Expect a complaint that matches ``pattern``: a browser logs every refusal."""
        self.forgiven.append(pattern)

    def judge(self) -> None:
        """Fail for everything that nobody expected."""
        unexpected = [
            complaint
            for complaint in self.complaints
            if not any(re.search(pattern, complaint) for pattern in self.forgiven)
        ]
        assert unexpected == []

    def button(self, name: str) -> Locator:
        """The button that says ``name``."""
        return self.page.get_by_role("button", name=name, exact=True)

    async def command(self, line: str) -> None:
        """Type a command line and send it."""
        box = self.page.get_by_role("textbox", name="Command line")
        await box.fill(line)
        await box.press("Enter")

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.type}: {message.text}")

    def _see(self, request: Request) -> None:
        if not _is_here(request.url):
            self.complaints.append(f"a request to {request.url}")

    def _listen(self) -> None:
        self.page.on("console", self._hear)
        self.page.on("request", self._see)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))


Open = Callable[..., Awaitable[Visit]]
Simulate = Callable[..., Awaitable[Simulation]]
Shelve = Callable[..., None]
Launch = Callable[[Path], Awaitable[Browser]]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def launch() -> AsyncGenerator[Launch]:
    """Start the one browser of all tests, when the first of them wants it."""
    async with AsyncExitStack() as stack:
        started: list[Browser] = []

        async def launch(executable: Path) -> Browser:
            if not started:
                playwright = await stack.enter_async_context(async_playwright())
                arguments = [*_ARGUMENTS]
                one = await playwright.chromium.launch(executable_path=executable, args=arguments)
                stack.push_async_callback(one.close)
                started.append(one)
            return started[0]

        yield launch


@pytest_asyncio.fixture(loop_scope="session")
async def browser(launch: Launch, needs: Callable[[str], Path]) -> Browser:
    """A Chromium."""
    return await launch(needs("chromium"))


@pytest_asyncio.fixture(loop_scope="session")
async def visit(browser: Browser) -> AsyncGenerator[Open]:
    """``await visit(url)``: the page at ``url``; ``width=360``, ``color_scheme="dark"`` …"""
    visits: list[Visit] = []

    async def visit(url: str, *, width: int = 1280, **options: object) -> Visit:
        settings = {"viewport": {**_WIDE, "width": width}, "locale": "en-GB", **options}
        context = await browser.new_context(**settings)
        context.set_default_timeout(PATIENCE_MS)
        made = Visit(page=await context.new_page())
        made._listen()
        visits.append(made)
        await made.page.goto(url)
        return made

    yield visit
    for made in visits:
        await made.page.context.close()
    for made in visits:
        made.judge()


@pytest_asyncio.fixture(loop_scope="session")
async def simulate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Simulate]:
    """``await simulate("attic", boothook="dimmer load")``: nodes that answer; see plan.Board."""
    monkeypatch.setenv("UMBEL_STATE", str(tmp_path / "state"))
    async with AsyncExitStack() as stack:

        async def simulate(*names: str, is_open: bool = True, **new: Any) -> Simulation:
            plan = Plan(
                boards=tuple(Board(name=name, **new) for name in names),
                first_address=_free_address(),
                is_open=is_open,
                password=PASSWORD,
            )
            running = simulation.running(plan, runtime.choose("auto"))
            started = await stack.enter_async_context(running)
            await asyncio.gather(*(node.is_up.wait() for node in started.nodes))
            return started

        yield simulate


@pytest.fixture
def shelve(tmp_path: Path) -> Shelve:
    """Put an app on the flash of a node: ``shelve(running, "garden", WAIT, title="Garden")``."""

    def put(running: Simulation, uid: str, main: str = WAIT, **said: Any) -> None:
        source = tmp_path / "sources" / uid
        template.write(source, "Garden light", "MIT")
        (source / "setup" / "install.py").unlink()
        config = json.loads((source / "config.json").read_text())
        texts = json.dumps({key: said[key] for key in ("title", "description") if key in said})
        written = {
            "main.py": main,
            "config.json": json.dumps({**config, "version": "1.2.3", **said}),
            "translate/en_US.json": texts,
            "translate/de.json": said.get("german", texts),
        }
        for name, content in written.items():
            write_if_changed(source / name, content.encode())
        flash = running.folder.board(running.nodes[0].board).flash
        for name, content in slot.laid_out(pack(Source.at(source))).items():
            write_if_changed(flash / "apps" / uid / name, content)

    return put


def url_of(node: Node) -> str:
    """Where the page of a node is."""
    assert node.url is not None
    return f"{node.url}/"


async def faults(page: Page) -> list[str]:
    """What axe finds wrong by WCAG 2.2 AA."""
    await page.evaluate(AXE.read_text())
    found = await page.evaluate(
        """async () => (await axe.run(document, {
            runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
        })).violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`)"""
    )
    return list(found)


def _free_address() -> str:
    number = next(_ADDRESSES) * 16
    return f"127.{64 + number // 65536 % 128}.{number // 256 % 256}.{number % 256 + 1}"


def _is_here(url: str) -> bool:
    parts = urlsplit(url)
    if parts.scheme in ("data", "about", "blob"):
        return True
    try:
        return ipaddress.ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False
