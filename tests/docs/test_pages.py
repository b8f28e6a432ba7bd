"""Every page of the documentation tells the truth: its commands run, and print what it shows.

Those with something to see in the browser are played by ``tests/browser/test_pages.py``.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from page_session import ROOT, Command, Look, Session, executed_pages, steps

PAGES = [path for path in executed_pages() if "```browser" not in path.read_text()]
LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)")
BUDGET = re.compile(r"^\| `(\w+)` \| (\d+) \|", re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=[page.stem for page in PAGES])
def test_a_page_tells_the_truth(page: Path, needs: Callable[[str], Path], tmp_path: Path):
    text = page.read_text()
    if "$ mosquitto " in text:
        needs("mosquitto")
    session = Session.of(text, tmp_path)

    try:
        for step in steps(text):
            assert not isinstance(step, Look)  # those pages are in tests/browser/test_pages.py
            session.take(step)
    finally:
        session.close()


@pytest.mark.parametrize(
    "page", [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")], ids=lambda page: page.stem
)
def test_a_link_leads_somewhere(page: Path):
    for link in LINK.findall(page.read_text()):
        assert (page.parent / link).exists(), link


def test_a_budget_on_a_page_is_the_one_that_is_kept():
    budgets = tomllib.loads((ROOT / "bench/budget.toml").read_text())

    shown = BUDGET.findall((ROOT / "docs/explanation/memory.md").read_text())

    assert len(shown) > 5
    for name, kilobytes in shown:
        assert budgets[name]["at_most_kb"] == int(kilobytes), name


@pytest.mark.parametrize(
    "shown, printed, is_right",
    [
        ("up …", "up 0:03\n", True),
        ("up …", "down\n", False),
        ("a\n…\nd", "a\nb\nc\nd\n", True),
        ("a\n…\nd", "a\nb\n", False),
        ("a", "a\nb\n", False),
    ],
)
def test_a_page_is_compared_line_by_line(shown: str, printed: str, is_right: bool):
    command = Command(line="x", printed=tuple(shown.split("\n")), fails=False)

    assert command.accepts(printed) == is_right
