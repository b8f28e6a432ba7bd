"""How commands print: tables for people, JSON for programs, progress for who waits."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from umbel.errors import UmbelError

_UNLIMITED = 10_000  # columns: where nobody looks at a line, nothing need be cut


def print_json(value: object) -> None:
    print(json.dumps(value, indent=2, ensure_ascii=False))


def print_table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print rows under headings; they may carry rich's markup."""
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*row)
    width = None if sys.stdout.isatty() else _UNLIMITED
    Console(width=width, highlight=False).print(table)


def escaped(text: str) -> str:
    """``text`` from outside, with nothing in it that would be taken for markup."""
    from rich.markup import escape

    return escape(text)


def print_error(error: UmbelError) -> None:
    """Say what went wrong and what helps, as ``umbel.cli.main`` does, and go on."""
    print(f"error: {error}", file=sys.stderr)
    if error.remedy:
        print(f"try: {error.remedy}", file=sys.stderr)


@contextmanager
def progress(what: str, total: int) -> Generator[Callable[[int], None]]:
    """A bar on the terminal; call what you get with how many more are done."""
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(), transient=True, disable=not sys.stdout.isatty()) as bar:
        task = bar.add_task(what, total=total)
        yield lambda count: bar.advance(task, count)
