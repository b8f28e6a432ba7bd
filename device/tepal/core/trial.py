"""The trial of a release: what a boot makes of it, when it is good, and the way back.

It is good when the node is on its network as it was before, the shell answers, the boot hook has
run, and it has lasted for ``update_trial`` seconds. Otherwise the release before comes back, with
its configuration; the reason is kept, and nobody but a person brings this one again. A set of files,
see journal, is on trial in the same way.
"""

import asyncio

from micropython import const

from tepal.core import journal, kept, listing, slots, storage
from tepal.core.update import IDLE, TRIAL, State, step
from tepal.formats.errors import TepalError

RARE = True
_RECORD = const("data/.update")
_LOOK_MS = const(250)
_PATIENCE_MS = const(20000)  # at least, for what is not well when it should be
_ENDED = const("the run before ended by ")  # as boots tells it
_LONGEST = const(200)  # characters of a reason
_ROOM = const(4096)  # bytes in one piece, as a caller needs them; see ``node``
_ON_NETWORK = const(("joined", "access_point"))


def begin(node, news: list):
    """Do what is due before the configuration is read; ``news`` is what boots has to tell.

    Returns ``watch`` if this boot is a trial, else None. Raises: OSError, TepalError, the trial
    cannot begin; the release before comes back.
    """
    _, trial, _ = slots.pointer(node.slot)
    state = _state(node, IDLE)
    release = slots.release(trial) if trial else ""
    reason = "it did not come up"
    for told in news:
        if told.startswith(_ENDED):
            reason = told[len(_ENDED) :]
    state, effects = step(state, ("booted", trial, release, kept.read().get("slot", "")))
    try:
        perform(node, effects, reason)
    except (OSError, ValueError, TepalError) as error:
        if state.phase != TRIAL:  # it is tried again at the next boot
            news.append("update: " + str(error))
            return None
        perform(node, step(state, ("unwell",))[1][:-1], "the configuration: " + str(error))
        raise
    if "blame" in effects:
        news.append("the release on trial was rolled back: " + reason)
    return watch if state.phase == TRIAL or journal.pending() else None


async def watch(node) -> None:
    """Confirm the release when it is good; go back if it is not, and will not be."""
    good_ms = node.config.get("update_trial") * 1000
    network = (journal.pending() or kept.read()).get("network")
    while True:
        await asyncio.sleep_ms(_LOOK_MS)
        if not (slots.pointer(node.slot)[1] or journal.pending()):  # somebody has decided
            return
        uptime_ms = node.clock.uptime_ms()
        if uptime_ms < good_ms:
            continue
        fault = await _fault(node, network)
        try:
            if not fault:
                confirm(node)
            elif uptime_ms > good_ms + max(2 * good_ms, _PATIENCE_MS):
                give_up(node, fault)
        except (OSError, TepalError) as error:  # the rest is done at the next boot
            node.log.err("update: " + str(error))
            await asyncio.sleep_ms(_PATIENCE_MS)


def confirm(node) -> bool:
    """Keep what is on trial; tell whether there is something. Raises: OSError."""
    if journal.confirm():
        node.log.boot("update: the files are confirmed")
        return True
    return _decide(node, ("well",), "")


def give_up(node, reason: str) -> bool:
    """Go back to what was before; tell whether something is on trial. Raises: OSError."""
    if journal.roll_back(reason[:_LONGEST]):
        node.log.err("update: the files are rolled back: " + reason)
        node.restart(hard=True)
        return True
    return _decide(node, ("unwell",), reason)


def _decide(node, event: tuple, reason: str) -> bool:
    if slots.pointer(node.slot)[1] != node.slot or not node.slot:
        return False
    effects = step(_state(node, TRIAL), event)[1]
    if reason:
        node.log.err("update: %s is rolled back: %s" % (node.version, reason))
    perform(node, effects, reason)
    if not reason:
        node.log.boot("update: %s is confirmed" % node.version)
    return True


def _state(node, phase: str) -> State:
    return State(phase, node.slot, slots.release(node.slot), "")


async def _fault(node, network) -> str:
    """Return what is not as it must be; nothing if all is well."""
    if node.safe:
        return "it came up in safe mode"
    if network in _ON_NETWORK and node.network.state not in _ON_NETWORK:
        return "it is on no network: " + (node.network.reason or node.network.state)
    if "shell" not in [door.name for door in node.doors]:
        return "the shell does not listen"
    if node.config.get("boothook") != "n/a":
        hooks = node.tasks.find("boothook")
        if not hooks or hooks[0].state == "running":
            return "the boot hook does not end"
        if hooks[0].state == "failed":
            return "the boot hook failed: " + hooks[0].out
    return await _answer(node)


async def _answer(node) -> str:
    from tepal.core import commands
    from tepal.formats import command

    try:
        bytearray(_ROOM)
        text = await node.commands.run(
            command.parse("hello"), commands.Caller("shell", commands.VIEW, "update")
        )
    except TepalError as error:
        return "the shell does not answer: " + str(error)
    except MemoryError:
        return "it has no memory left"
    return "" if node.name in text else "the shell does not know its name"


# --- what the rules ask for


def perform(node, effects: tuple, reason: str) -> None:
    """Do what the rules ask for, in that order. Raises: OSError, TepalError."""
    for effect in effects:
        _EFFECTS[effect](node, reason)


def _migrate(node, reason: str) -> None:
    kept.migrate()


def _confirm(node, reason: str) -> None:
    slots.point(node.slot)


def _settle(node, reason: str) -> None:
    from tepal.core import boots

    boots.forgive()  # the release before has not failed, the boots of this one are none of its
    slots.point(slots.pointer(node.slot)[0])


def _trust(node, reason: str) -> None:
    """Take over the keys that the release brings; where there are some, a publisher has signed it."""
    from tepal.core import release_keys
    from tepal.core.release_trust import PUBLISHER, keys_after
    from tepal.formats.manifest import Manifest

    keys = release_keys.read(node.vault)
    manifest = Manifest()
    for line in storage.lines(listing.manifest(node.slot)):
        manifest.take(line.encode())
    after = keys_after(manifest, keys, PUBLISHER) if keys else keys
    if after != keys:
        release_keys.write(node.vault, after)


def _praise(node, reason: str) -> None:
    _note({"state": "confirmed", "reason": ""})


def _blame(node, reason: str) -> None:
    trial = slots.pointer(node.slot)[1]
    _note(
        {
            "state": "rolled back",
            "reason": reason[:_LONGEST],
            "given_up": slots.release(trial),
        }
    )


def _note(news: dict) -> None:
    storage.make_folder("data")
    record = storage.newest(_RECORD)[0] or {}
    record.update(news)
    storage.write(_RECORD, record)


def _restore(node, reason: str) -> None:
    kept.restore()


def _forget(node, reason: str) -> None:
    kept.forget()


def _restart(node, reason: str) -> None:
    node.restart(hard=True)


_EFFECTS = {
    "migrate": _migrate,
    "confirm": _confirm,
    "settle": _settle,
    "trust": _trust,
    "praise": _praise,
    "blame": _blame,
    "restore": _restore,
    "forget": _forget,
    "restart": _restart,
}
