"""Which versions? For each app that somebody wants, one version of everything that it needs.

The search is resolvelib's. Apps are looked at one after another, each on its own, because a node
can have several versions of an app side by side; what was chosen before is preferred all the same,
so that most things are there once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from resolvelib import (
    AbstractProvider,
    BaseReporter,
    ResolutionImpossible,
    ResolutionTooDeep,
    Resolver,
)

from umbel.apps import explain, thorough
from umbel.apps.index import Offer, Offers
from umbel.apps.wanted import Wanted
from umbel.errors import UmbelError

if TYPE_CHECKING:
    from resolvelib.structs import RequirementInformation

    Information = RequirementInformation["Wanted", Offer]

_MOST_ROUNDS = 2_000  # of choosing and taking back; who needs more has written a puzzle
_MOST_APPS = 64  # that one app needs; a node has no room for more


Choice = Mapping[str, Offer]  # by name


def resolve(
    index: Offers, wanted: Sequence[Wanted], kept: Mapping[str, Sequence[str]] | None = None
) -> dict[str, Choice]:
    """For each of ``wanted``, as text, the versions that make it run.

    ``kept`` has versions that are installed or locked: they stay where they will do.

    Raises:
        UmbelError: there are none; the message says who wants what, and what there is.
    """
    preferred = {uid: list(versions) for uid, versions in (kept or {}).items()}
    found: dict[str, Choice] = {}
    for one in wanted:
        choice = _choose(index, one, preferred)
        _refuse_cycles(choice, one.uid)
        found[str(one)] = choice
        for offer in choice.values():
            preferred.setdefault(offer.uid, []).append(offer.version)
    return found


def _choose(index: Offers, wanted: Wanted, preferred: Mapping[str, Sequence[str]]) -> Choice:
    provider = _Provider(index, preferred)
    resolver: Resolver[Wanted, Offer, str] = Resolver(provider, _Limit())
    try:
        result = resolver.resolve([wanted], max_rounds=_MOST_ROUNDS)
    except ResolutionImpossible as exc:  # pyright: ignore[reportUnknownVariableType]
        if found := thorough.search(wanted, lambda one: provider.matching(one.uid, [one], ())):
            return dict(sorted(found.items()))
        causes = cast("list[Information]", exc.causes)  # pyright: ignore[reportUnknownMemberType]
        demands = [(one.requirement, one.parent) for one in causes]
        raise explain.conflict(index, wanted, demands) from None
    except ResolutionTooDeep:
        raise UmbelError(
            f"{wanted}: {_MOST_ROUNDS:,} tries have not shown what fits together",
            remedy="ask for exact versions of some of what it needs",
        ) from None
    return dict(sorted(result.mapping.items()))


class _Provider(AbstractProvider["Wanted", Offer, str]):
    """What resolvelib asks."""

    def __init__(self, index: Offers, preferred: Mapping[str, Sequence[str]]) -> None:
        self._index = index
        self._preferred = preferred

    def identify(self, requirement_or_candidate: Wanted | Offer) -> str:
        return requirement_or_candidate.uid

    def get_preference(
        self,
        identifier: str,
        resolutions: Mapping[str, Offer],
        candidates: Mapping[str, Iterator[Offer]],
        information: Mapping[str, Iterator[Information]],
        backtrack_causes: Sequence[Information],
    ) -> Any:
        """What stood in the way before goes first, then what leaves the least choice."""
        is_cause = any(
            identifier in {cause.requirement.uid, cause.parent.uid if cause.parent else ""}
            for cause in backtrack_causes
        )
        is_exact = any(one.requirement.is_exact for one in information[identifier])
        return (not is_cause, not is_exact, identifier)

    def find_matches(
        self,
        identifier: str,
        requirements: Mapping[str, Iterator[Wanted]],
        incompatibilities: Mapping[str, Iterator[Offer]],
    ) -> Iterable[Offer]:
        """What will do: first what is there already, then the newest."""
        refused = [one.version for one in incompatibilities[identifier]]
        return self.matching(identifier, list(requirements[identifier]), refused)

    def matching(
        self, identifier: str, wanted: Sequence[Wanted], refused: Sequence[str]
    ) -> list[Offer]:
        """What all of ``wanted`` take, in the order in which it is tried."""
        kept = self._preferred.get(identifier, ())
        is_exact = any(one.is_exact for one in wanted)
        fitting = [
            offer
            for offer in self._index.offers(identifier)
            if offer.version not in refused
            and all(one.takes(offer) for one in wanted)
            and (offer.yanked is None or is_exact or offer.version in kept)
        ]
        return sorted(fitting, key=lambda offer: offer.version not in kept)

    def is_satisfied_by(self, requirement: Wanted, candidate: Offer) -> bool:
        return requirement.takes(candidate)

    def get_dependencies(self, candidate: Offer) -> Iterable[Wanted]:
        return [Wanted(uid=uid, versions=versions) for uid, versions in candidate.dependencies]


class _Limit(BaseReporter["Wanted", Offer, str]):
    """Ends a search that no node has room for."""

    def ending_round(self, index: int, state: Any) -> None:
        if len(state.mapping) > _MOST_APPS + 1:
            raise UmbelError(
                f"it needs more than {_MOST_APPS} other apps",
                remedy="an app for a small board needs few others",
            )


def _refuse_cycles(choice: Choice, root: str) -> None:
    """Refuse apps that need each other: none of them could be installed first."""
    done: set[str] = set()

    def walk(uid: str, path: list[str]) -> None:
        if uid in path:
            circle = " → ".join(choice[one].name for one in [*path[path.index(uid) :], uid])
            raise UmbelError(
                f"these apps need each other: {circle}",
                remedy="move what they share to an app of its own",
            )
        if uid not in done:
            for name, _ in choice[uid].dependencies:
                walk(name, [*path, uid])
            done.add(uid)

    walk(root, [])
