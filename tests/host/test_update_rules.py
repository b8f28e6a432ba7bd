"""Whatever happens to a node, and wherever the power fails, its rules leave it a whole release."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tepal.core import update
from tepal.formats.errors import TepalError

RULES: Any = update  # which says no types that are for the host

TRIES = 3
HALF = "half of "
NEVER = 1 << 30


class PowerCut(Exception):
    pass


@dataclass
class Node:
    """What is on flash, and what runs. A configuration is named after the release that made it."""

    slots: dict[str, str] = field(default_factory=lambda: {"a": "r0", "b": ""})
    current: str = "a"
    trial: str = ""
    tries: int = 0
    config: str = "r0"
    kept: str = ""  # the slot in the record of the trial
    kept_config: str = ""
    is_checked: bool = False
    given_up: str = ""
    keys: str = "r0"
    told: str = ""
    offered: str = ""
    state: Any = field(default_factory=lambda: RULES.State(RULES.IDLE, "a", "r0", ""))
    left: int = NEVER  # effects before the power fails

    @property
    def slot(self) -> str:
        return self.state.slot

    @property
    def other(self) -> str:
        return "b" if self.slot == "a" else "a"

    def happen(self, *event: object) -> None:
        """Let something happen; a cut of the power ends with a boot."""
        try:
            state, effects = RULES.step(self.state, event)
            for effect in effects:
                if self.left == 0:
                    raise PowerCut
                self.left -= 1
                getattr(self, effect)()
                self.look()
            self.state = state
        except TepalError:
            pass
        except PowerCut:
            self.left = NEVER
            self.boot()

    def boot(self) -> None:
        slot = self.current
        if self.trial and self.tries:
            self.tries -= 1
            slot = self.trial
        self.state = RULES.State(RULES.IDLE, slot, self.slots[slot], self.given_up)
        kept = self.slots[self.trial] if self.trial else ""
        self.happen("booted", self.trial, kept, self.kept)

    def look(self) -> None:
        """What must hold behind each effect."""
        assert self.is_whole(self.current)
        assert self.is_whole(self.slot)
        if self.trial:
            assert self.is_whole(self.trial)
            assert self.kept and self.kept_config == self.slots[self.current]

    def is_whole(self, slot: str) -> bool:
        return bool(self.slots[slot]) and not self.slots[slot].startswith(HALF)

    # --- the effects

    def room(self) -> None: ...

    def clear(self) -> None:
        self.slots[self.other] = ""
        self.is_checked = False

    def adopt(self) -> None:
        if not self.slots[self.other].endswith(self.offered):
            self.slots[self.other] = HALF + self.offered
        self.is_checked = False

    def index(self) -> None: ...

    def check(self) -> None:
        if not self.is_whole(self.other):
            raise TepalError("release_file", "half")
        self.is_checked = True

    def keep(self) -> None:
        self.kept, self.kept_config = self.other, self.config

    def arm(self) -> None:
        assert self.is_checked
        self.current, self.trial, self.tries = self.slot, self.other, TRIES

    def migrate(self) -> None:
        self.config = self.slots[self.slot]

    def restore(self) -> None:
        self.config = self.kept_config

    def confirm(self) -> None:
        self.current, self.trial = self.slot, ""

    def settle(self) -> None:
        assert self.config == self.slots[self.current]
        self.trial = ""

    def trust(self) -> None:
        self.keys = self.slots[self.slot]

    def praise(self) -> None:
        self.told = f"confirmed {self.slots[self.slot]}"

    def blame(self) -> None:
        self.given_up = self.slots[self.trial]
        self.told = f"rolled back {self.given_up}"

    def forget(self) -> None:
        assert not self.trial
        self.kept = self.kept_config = ""

    def restart(self) -> None:
        self.state = RULES.State("armed", self.slot, self.slots[self.slot], "")
        self.boot()


HAPPENING = st.one_of(
    st.tuples(st.just("offer"), st.sampled_from(["r1", "r2", "r3"]), st.booleans()),
    st.sampled_from([("bring",), ("finish",), ("close",), ("revert",)]),
    st.sampled_from([("boot",), ("well",), ("unwell",)]),
    st.tuples(
        st.just("whole"), st.sampled_from(["r1", "r2", "r3"])
    ),  # or it would hardly come to that
)


WHOLE = [("offer", "r1", True), ("bring",), ("finish",), ("boot",)]  # or it hardly came to that
HAPPENINGS = st.one_of(HAPPENING.map(lambda one: [one]), st.just(WHOLE))


@settings(max_examples=600)
@given(happenings=st.lists(st.tuples(HAPPENINGS, st.integers(0, 12)), max_size=12))
def test_a_node_always_has_a_whole_release_and_the_configuration_of_it(
    happenings: list[tuple[list[tuple[Any, ...]], int]],
):
    node = Node()

    for some, left in happenings:
        node.left = left
        for happening in some:
            play(node, *happening)
            node.look()
        node.left = NEVER

    for _ in range(TRIES + 2):
        node.boot()
    assert not node.trial
    assert not node.kept
    assert node.slot == node.current
    assert node.config == node.slots[node.current]
    assert node.keys == node.slots[node.current]


def play(node: Node, name: str, *more: object) -> None:
    if name == "offer":
        before, node.offered = node.offered, str(more[0])
        node.happen("offered", node.offered, node.slots[node.other].removeprefix(HALF), more[1])
        if node.state.phase != "filling":
            node.offered = before
    elif name == "bring" and node.state.phase == "filling":
        node.slots[node.other] = node.slots[node.other].removeprefix(HALF)
    elif name == "finish":
        node.happen("filled")
    elif name == "close":
        node.happen("closed")
    elif name == "revert":
        node.happen("reverted")
    elif name == "boot":
        node.boot()
    elif name in ("well", "unwell"):
        node.happen(name)
