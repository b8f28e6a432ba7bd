"""Apps on a flash that loses power: at every program and every erase, clean and torn.

app_power_cuts.py <take every n-th point>

Runs on MicroPython, with the engine that boards have. Behind each cut the flash is mounted again,
as a boot does it: all of the app must be as before or as afterwards, nothing may be left behind, and
the next installation must succeed. Prints a line for each scenario, as power_cuts.py does.
"""

import asyncio
import gc
import os
import sys

import flash_device
from app_archives import archive, install, put, read, remove, tree
from cutting import empty, fill, play, play_full, prepared, run
from flash_device import Flash
from nothing import Nothing

BLOCKS = 80
KEPT = ("apps/garden/data/mine", "apps/garden/share/ours")


class Bus(Nothing):
    """Knows all commands."""

    def resolve(self, call, caller):
        pass


class Node:
    """As much of a node as apps look at."""

    id = "micr00OS"
    vault = "secrets"
    slot = "a"
    session = None

    def __init__(self):
        self.log = Nothing(info=lambda text: None)
        self.config = Nothing(get=lambda key: "none")
        self.commands = Bus()

    def board(self):
        return Nothing(flash=Nothing)

    def app_pack(self):
        from tepal.hal import app_pack

        return app_pack

    def sweep(self):
        pass


SCRIPT = b"""
def run(app):
    with open(app.path("made"), "w") as file:
        file.write(app.version)
"""


def garden(number, **more):
    """Return the archive of a version, some of it larger than a block of flash."""
    files = {
        "main.mpy": bytes([number]) * 5000,
        "part.mpy": bytes([number + 16]) * 300,
        "data/begin": b"begin",
        "share/all": b"all",
    }
    files.update(more)
    return archive("garden", "%d.0.0" % number, files, key=None)


class World:
    """Archives, and how large the flash is for them."""

    blocks = BLOCKS

    def __init__(self):
        self.first = garden(1)
        self.second = garden(2, **{"setup/upgrade.py": SCRIPT})
        self.third = garden(3)
        self.fence = archive("fence", key=None, fields={"dependencies": ["garden-1.0.0"]})


def do(coroutine):
    return asyncio.run(coroutine)


# --- scenarios: what is on flash before, and what is done when the power fails


def _empty(world):
    os.mkdir("apps")


def _installed(world):
    do(install(Node(), world.first))
    put(KEPT[0], b"mine")
    put(KEPT[1], b"ours")


def _pinned(world):
    _installed(world)
    do(install(Node(), world.fence))


def _beside(world):
    _pinned(world)
    do(install(Node(), world.second))


def _first(world):
    do(install(Node(), world.first))


def _second(world):
    do(install(Node(), world.second))


def _third(world):
    do(install(Node(), world.third))


def _older(world):
    do(install(Node(), world.first, downgrade=True))


def _remove(world):
    do(remove(Node(), "garden"))


def _purge(world):
    do(remove(Node(), "garden", purge=True))


def _remove_fence(world):
    do(remove(Node(), "fence"))


def _replay(world):
    """A boot, in which the power fails once more."""
    from tepal.core import app_journal

    do(app_journal.replay(Node()))


def _decided(world):
    """An upgrade of which the journal is written, and nothing else done."""
    from tepal.core import app_journal

    _pinned(world)
    real = app_journal.forward

    async def fail(work):
        raise OSError(5)

    app_journal.forward = fail
    try:
        _second(world)
    except Exception as error:
        assert "5" in str(error), error
    app_journal.forward = real


SCENARIOS = (
    ("app: install", _empty, _first),
    ("app: upgrade, with a script", _installed, _second),
    ("app: upgrade, the old one pinned", _pinned, _second),
    ("app: upgrade once more", _beside, _third),
    ("app: downgrade", _beside, _older),
    ("app: remove", _installed, _remove),
    ("app: remove all", _installed, _purge),
    ("app: remove who pins", _beside, _remove_fence),
    ("app: boot that goes on", _decided, _replay),
)


# --- cutting


def settled(world, data):
    """Return all that is on flash after a boot."""
    flash_device.mount(Flash(data))
    try:
        _replay(world)
        return tree()
    finally:
        flash_device.unmount()


def judge(world, data, states):
    """Return 0 for the state before, 1 for the one afterwards, once a boot has seen to it."""
    found = settled(world, data)
    assert found in states, "%s is neither before nor afterwards" % sorted(found)
    flash_device.mount(Flash(data))
    try:
        do(install(Node(), garden(4)))
        assert read("apps/garden/manifest").find(b"version: 4.0.0") > 0
    finally:
        flash_device.unmount()
    return states.index(found)


def cut(world, name, prepare, action, every):
    """Cut a scenario at its points; tell whether all of it ended well."""
    before = prepared(world, prepare)
    after = bytearray(before)
    run(world, after, action)
    states = [settled(world, bytearray(before)), settled(world, after)]
    assert action is _replay or states[0] != states[1]
    return play(world, name, before, action, lambda *left: judge(*left, states), every)


def full(world):
    """Upgrade while somebody else fills the flash; tell whether all of it ended well."""
    before = prepared(world, _pinned)
    state = settled(world, bytearray(before))
    return play_full(
        "app: flash full",
        BLOCKS,
        lambda free: _with_few_blocks(world, bytearray(before), free, state),
    )


def _with_few_blocks(world, data, free, before):
    """Tell whether an upgrade succeeds when so many blocks are left once it has begun to come."""
    from tepal.core import app_trust
    from tepal.formats.errors import TepalError

    flash_device.mount(Flash(data))
    real = app_trust.require_room

    def fill_up(work):
        try:
            fill(free)
        except OSError:  # so many were not even used
            pass

    app_trust.require_room = fill_up
    is_new = True
    try:
        os.mkdir("data")
        try:
            _second(world)
        except TepalError as error:
            assert error.code == "full", error
            is_new = False
        app_trust.require_room = real
        empty()
        if not is_new:
            found = tree()
            assert found == before, "%s has changed" % [
                path for path in list(found) + list(before) if found.get(path) != before.get(path)
            ]
        _second(world)
        assert read("apps/garden/data/made") == b"2.0.0"
        return is_new
    finally:
        app_trust.require_room = real
        flash_device.unmount()


def main(every):
    world = World()
    gc.threshold(200000)
    is_good = full(world)
    for name, prepare, action in SCENARIOS:
        is_good = cut(world, name, prepare, action, int(every)) and is_good
    sys.exit(0 if is_good else 1)


if __name__ == "__main__":
    main(sys.argv[1])
