"""The rules of an update, without any IO: what has happened goes in, what is to be done comes out.

One slot runs, the other one is filled, tried, then confirmed or given up. Power may fail before, in
and behind each effect. Each can be done again, and their order is what matters: a slot starts only
after it was checked, and what is needed to go back is there before, and until all else is done.

Events:
    ("offered", release, here, asked)  a manifest that is believed and fits; what the other slot holds;
                                       whether somebody has asked for it
    ("reverted",)                      somebody wants what the other slot holds
    ("filled",)                        the last file is there
    ("closed",)                        whoever brought the files is gone
    ("booted", trial, release, kept)   the slot that is on trial and the digest of what it holds, "" for
                                       none; the slot that a trial was prepared for, "" for none
    ("well",)                          the release on trial does what it must
    ("unwell",)                        it does not, or somebody wants the one before

Effects, names all: look for ``room``, ``clear`` the other slot, ``adopt`` the manifest, ``index`` and
``check`` the slot, ``keep`` what it takes to go back, ``arm`` the trial, ``migrate`` and ``restore``
the configuration, ``confirm`` or ``settle`` the pointer, ``trust`` the keys that the release brings,
``praise`` it or ``blame`` it for those who ask later, ``forget`` what was kept, ``restart``.
"""

from collections import namedtuple

from tepal.formats.errors import TepalError

RARE = True
IDLE = "idle"
FILLING = "filling"
ARMED = "armed"  # the next start is that of the other slot
TRIAL = "trial"

# slot: the one that runs; runs: the digest of its release; given_up: that of the last one rolled back
State = namedtuple("State", ("phase", "slot", "runs", "given_up"))


def step(state: State, event: tuple) -> tuple:
    """Return (the state behind all effects, the effects in their order).

    Raises: TepalError ``update_busy``, ``update_current``, ``update_rolled_back``.
    """
    return _RULES[event[0]](state, *event[1:])


def _offered(state: State, release: str, here: str, asked: bool) -> tuple:
    if state.phase != IDLE:
        raise TepalError("update_busy", "one is " + state.phase)
    if release == state.runs:
        raise TepalError("update_current", release[:8])
    if release == state.given_up and not asked:
        raise TepalError(
            "update_rolled_back", release[:8] + " is taken only if somebody asks for it"
        )
    # The manifest that came may carry other signatures than the one that is there.
    effects = ("room", "adopt") if release == here else ("room", "clear", "adopt")
    return _in(state, FILLING), effects


def _reverted(state: State) -> tuple:
    if state.phase != IDLE:
        raise TepalError("update_busy", "one is " + state.phase)
    return _in(state, FILLING), ()


def _filled(state: State) -> tuple:
    if state.phase != FILLING:
        raise TepalError("update_busy", "none is filling")
    return _in(state, ARMED), ("index", "check", "keep", "arm")


def _closed(state: State) -> tuple:
    return _in(state, IDLE if state.phase == FILLING else state.phase), ()


def _booted(state: State, trial: str, release: str, kept: str) -> tuple:
    if trial == state.slot:
        return _in(state, TRIAL), ("migrate",)
    if trial:  # and it did not come up, or not for long
        return State(IDLE, state.slot, state.runs, release), (
            "blame",
            "restore",
            "settle",
            "forget",
        )
    if kept == state.slot:  # the power failed while it was confirmed
        return _in(state, IDLE), ("trust", "praise", "forget")
    if kept:  # … before the trial was armed, or behind a roll back
        return _in(state, IDLE), ("forget",)
    return _in(state, IDLE), ()


def _well(state: State) -> tuple:
    if state.phase != TRIAL:
        return state, ()
    return _in(state, IDLE), ("confirm", "trust", "praise", "forget")


def _unwell(state: State) -> tuple:
    if state.phase != TRIAL:
        return state, ()
    effects = ("blame", "restore", "settle", "forget", "restart")
    return State(ARMED, state.slot, state.runs, state.runs), effects


def _in(state: State, phase: str) -> State:
    return State(phase, state.slot, state.runs, state.given_up)


_RULES = {
    "offered": _offered,
    "reverted": _reverted,
    "filled": _filled,
    "closed": _closed,
    "booted": _booted,
    "well": _well,
    "unwell": _unwell,
}
