"""Pages of the documentation with something to see: played like all others, with a browser."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from page_reader import Reader
from page_session import ROOT, Look, Session, executed_pages, steps
from playwright.async_api import Page, expect

from .conftest import PATIENCE_MS, Open

pytestmark = pytest.mark.asyncio(loop_scope="session")

PAGES = {
    str(path.relative_to(ROOT)): text
    for path in executed_pages()
    if "```browser" in (text := path.read_text())
}
RESTARTS = "ERR_|503"  # a browser logs that a node is away, or busy, as a tutorial may make it
SERVED = """
```console
$ python -u -m http.server 0 --bind 127.0.0.1 &
Serving …
```
"""
SHOP = """<link rel="icon" href="data:,">
<h1>Shop</h1>
<article><h3>Tea</h3><label>Cups <input type=range max=9 value=2></label>
<button onclick="this.outerHTML='<p>thanks</p>'">Buy</button></article>
<article><h3>Coffee</h3><label><input type=checkbox role=switch>Hot</label></article>
"""


async def play(page: str, text: str, visit: Open, folder: Path) -> None:
    """Do all that ``text`` says, in its order."""

    async def opened(url: str) -> Page:
        made = await visit(url)
        made.forgive(RESTARTS)
        return made.page

    session = Session.of(text, folder)
    reader = Reader(page=page, session=session, visit=opened, tmp=folder)
    try:
        for step in steps(text):
            if isinstance(step, Look):
                await reader.look(step)
            else:
                session.take(step)
    finally:
        session.close()


@pytest.mark.parametrize("page", PAGES)
async def test_a_page_tells_the_truth(
    page: str, visit: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("UMBEL_STATE", str(tmp_path / "state"))

    await play(page, PAGES[page], visit, tmp_path)


async def looked_at(lines: str, visit: Open, folder: Path) -> None:
    """Play a page that prints a URL and looks at what is there."""
    text = f"```html index.html\n{SHOP}```\n{SERVED}```browser http://…/\n{lines}\n```\n"
    await play("page.md", text, visit, folder)


async def test_a_reader_does_and_sees_what_the_page_says(visit: Open, tmp_path: Path):
    lines = """see "Sh…p"
in "Tea"
  see "Cups" at "2"
  set "Cups" to "7"
  see "Cups" at "7"
  click "Buy"
  see "thanks"
  see no "Buy"
in "Coffee"
  see "Hot" off
  click "Hot"
  see "Hot" on"""

    await looked_at(lines, visit, tmp_path)


@pytest.mark.parametrize("line", ['see "Milk"', 'click "Steal"', 'in "Milk"', "dance"])
async def test_a_reader_says_where_the_page_lies_and_what_was_there(
    line: str, visit: Open, tmp_path: Path
):
    expect.set_options(timeout=2000)
    try:
        with pytest.raises(AssertionError) as fault:
            await looked_at(f'see "Shop"\n{line}', visit, tmp_path)
    finally:
        expect.set_options(timeout=PATIENCE_MS)

    said = str(fault.value)
    assert re.search(rf"page\.md:\d+: {line}: .*\nthere was instead:\nShop", said)
    assert re.search(rf"^{tmp_path}/line\d+\.png$", said, re.MULTILINE)
