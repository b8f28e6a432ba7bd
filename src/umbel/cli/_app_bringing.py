"""Apps brought to many nodes at a time: look, tell what is to be done, do it, tell how it ended."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from umbel.apps import held, installing
from umbel.apps.held import Held
from umbel.apps.installing import Outcome, Sending
from umbel.apps.planning import Step
from umbel.apps.supply import Supply
from umbel.errors import LinkError, UmbelError
from umbel.gathering import gather
from umbel.link.api import Api
from umbel.link.outcome import UP_TO_DATE
from umbel.model import Node

_AT_ONCE = 16
Planner = Callable[[Held], "list[Step]"]
Work = list[tuple[Node, list[Sending]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """What was to be done on a node, and how it ended."""

    outcome: Outcome
    steps: Sequence[Step] = ()

    def as_json(self) -> dict[str, object]:
        """For programs."""
        steps = [
            {
                "app": one.offer.uid,
                "version": one.offer.version,
                "was": one.was,
                "beside": one.beside,
            }
            for one in self.steps
        ]
        outcome = self.outcome
        return {
            "node": outcome.node.name,
            "result": outcome.result,
            "reason": outcome.reason,
            "steps": steps,
        }


async def carry_out(
    nodes: Sequence[Node], plan: Planner, supply: Supply, *, is_dry: bool, as_json: bool = False
) -> list[Ended]:
    """Look at all nodes, tell what is to be done, and do it.

    Raises:
        UmbelError: nothing can be done on any of them, for the same reason.
    """
    seen = await gather(_look, nodes, at_once=_AT_ONCE)
    looked = list(zip(nodes, seen, strict=True))
    work, ended = _planned(looked, plan, supply)
    say = _silent if as_json else _print
    for one in ended:
        say(f"{one.outcome.node.name}: {one.outcome}")
    for node, sending in work:
        if sending:
            say(f"{node.name}: {', '.join(str(step) for step, _ in sending)}")

    async def bring(task: tuple[Node, list[Sending]]) -> Ended:
        node, sending = task
        outcome = await _outcome(node, sending, is_dry=is_dry)
        if outcome.result != installing.WOULD:
            say(f"{node.name}: {outcome}")
        return Ended(outcome=outcome, steps=[step for step, _ in sending])

    return ended + await gather(bring, work, at_once=_AT_ONCE)


async def _outcome(node: Node, sending: list[Sending], *, is_dry: bool) -> Outcome:
    if not sending:
        return Outcome(node=node, result=UP_TO_DATE)
    if is_dry:
        return Outcome(node=node, result=installing.WOULD)

    def tell(what: str) -> None:
        if sys.stdout.isatty():
            print(f"{node.name} {what}", flush=True)

    return await installing.send(node, sending, say=tell, patience=installing.PATIENT)


def _planned(
    looked: Sequence[tuple[Node, Held | UmbelError]], plan: Planner, supply: Supply
) -> tuple[Work, list[Ended]]:
    """What is to be sent where, every archive at hand; and what has ended before it began."""
    work: Work = []
    gone: list[tuple[Node, UmbelError]] = []
    troubles: list[tuple[Node, UmbelError]] = []
    for node, seen in looked:
        if isinstance(seen, UmbelError):
            gone.append((node, seen))
            continue
        try:
            steps = plan(seen)
            work.append((node, [(one, supply.archive(one.offer, seen.platform)) for one in steps]))
        except LinkError:
            raise  # not the node but the index cannot be reached
        except UmbelError as error:
            troubles.append((node, error))
    if troubles and not work and len({str(error) for _, error in troubles}) == 1:
        raise troubles[0][1]
    ended = [Ended(outcome=installing.failed(*one)) for one in (*gone, *troubles)]
    return work, ended


async def _look(node: Node) -> Held | UmbelError:
    try:
        async with Api(node) as api:
            return await held.look(api)
    except UmbelError as error:
        return error


def _print(line: str) -> None:
    print(line, flush=True)


def _silent(line: str) -> None:
    del line
