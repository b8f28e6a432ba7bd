"""Updates of many nodes at a time, as the terminal shows them: bars, or lines where nobody looks."""

from __future__ import annotations

import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn

from umbel.cli._output import escaped
from umbel.gathering import gather
from umbel.link.outcome import UP_TO_DATE
from umbel.model import Node
from umbel.ota import push
from umbel.ota.push import Outcome
from umbel.release import Release

_AT_ONCE = 16
_COLOURS = {push.CONFIRMED: "green", UP_TO_DATE: "green", push.WOULD: "cyan"}


class _Show(Protocol):
    def doing(self, node: Node, what: str, done: float) -> None: ...

    def ended(self, outcome: Outcome) -> None: ...


async def run(
    nodes: Sequence[Node], release: Release, *, only_older: bool, is_dry: bool
) -> list[Outcome]:
    """How it went on each of ``nodes``; with ``only_older``, on those that need it."""
    said = release.manifest
    size = -(-said.size // 1024)
    print(
        f"{said.name} {said.version}, sequence {said.sequence}: {len(said.files)} files, {size} KB"
    )
    with _shown() as show:

        async def one(node: Node) -> Outcome | None:
            def say(what: str, done: float) -> None:
                show.doing(node, what, done)

            seen = await push.look(node)
            if isinstance(seen, Outcome):
                outcome = seen
            elif only_older and seen.sequence >= said.sequence:
                return None
            elif seen.release == said.digest.hex():
                outcome = Outcome(node=node, result=UP_TO_DATE)
            elif is_dry:
                now = f"it runs {seen.version}, sequence {seen.sequence}"
                outcome = Outcome(node=node, result=push.WOULD, reason=now)
            else:
                outcome = await push.push(node, release, say=say)
            show.ended(outcome)
            return outcome

        outcomes = await gather(one, nodes, at_once=_AT_ONCE)
    return [outcome for outcome in outcomes if outcome is not None]


@contextmanager
def _shown() -> Generator[_Show]:
    if not sys.stdout.isatty():
        yield _Lines()
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TextColumn("{task.fields[what]}"),
    )
    with Progress(*columns, console=Console(highlight=False), transient=True) as bars:
        yield _Bars(bars)


class _Lines:
    """A line for each new thing that a node does."""

    def __init__(self) -> None:
        self._doing: dict[str, str] = {}

    def doing(self, node: Node, what: str, done: float) -> None:
        del done
        if self._doing.get(node.name) != what:
            self._doing[node.name] = what
            print(f"{node.name} {what}", flush=True)

    def ended(self, outcome: Outcome) -> None:
        print(f"{outcome.node.name}: {outcome}", flush=True)


class _Bars:
    """A bar for each node that is at work; what is over stands above them."""

    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        self._tasks: dict[str, TaskID] = {}

    def doing(self, node: Node, what: str, done: float) -> None:
        if node.name not in self._tasks:
            self._tasks[node.name] = self._bars.add_task(escaped(node.name), total=1.0, what=what)
        self._bars.update(self._tasks[node.name], completed=done, what=what)

    def ended(self, outcome: Outcome) -> None:
        if outcome.node.name in self._tasks:
            self._bars.remove_task(self._tasks.pop(outcome.node.name))
        colour = _COLOURS.get(outcome.result, "red")
        name = escaped(outcome.node.name)
        self._bars.console.print(f"{name}: [{colour}]{escaped(str(outcome))}[/]")
