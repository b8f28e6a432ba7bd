"""From a slot that is full to one that the next start tries."""

import hashlib

from tepal.core.listing import BLOCK, OWN, Listing, manifest, pause, place, read, size_of
from tepal.formats.errors import TepalError

RARE = True


async def switch(node) -> None:
    """Check the slot that does not run, and arm its trial.

    Raises: TepalError ``release_file``, what is wrong with it; OSError.
    """
    target, effects = _effects(node)
    for effect in effects:
        doing = _EFFECTS[effect](node, target)
        if doing:
            await doing
        node.sweep()  # or what each of them needs would add up


def _effects(node) -> tuple:
    from tepal.core import slots
    from tepal.core.update import FILLING, State, step

    state = State(FILLING, node.slot, "", "")
    return slots.other(node.slot), step(state, ("filled",))[1]


async def check(slot: str) -> None:
    """Read a whole slot. Raises: TepalError ``release_file``, with what is wrong; OSError."""
    listing = Listing(manifest(slot))
    block = memoryview(bytearray(BLOCK))
    while True:
        await pause(0)
        with listing:
            entry = listing.next()
        if not entry:
            break
        hashed = hashlib.sha256()
        name, start = place(slot, entry)
        await read(hashed, name, start, entry[1], block)
        is_whole = entry[3] != OWN or size_of(name) == entry[1]
        if not is_whole or hashed.digest().hex() != entry[2]:
            raise TepalError("release_file", entry[0] + " is damaged on flash")
    start = listing.start
    with open("sys/" + slot + "/pack", "rb") as file:
        file.seek(start)
        for part in _index_of(listing):
            if file.read(len(part)) != part:
                raise TepalError("release_file", "the index is damaged on flash")
        if file.read(1):
            raise TepalError("release_file", "there is more than the index on flash")


def _index_of(listing):
    """Return what yields the index, part by part."""
    from tepal.formats.pack import index

    def packed():
        listing.rewind()
        with listing:
            entry = listing.next()
            while entry:
                if entry[3] != OWN:
                    yield entry[:2]
                entry = listing.next()

    return index(packed)


def _index(node, slot: str) -> None:
    write_index(Listing(manifest(slot)), "sys/" + slot + "/pack")


def write_index(listing: Listing, path: str) -> None:
    """Write the index of a pack behind its contents. Raises: OSError."""
    listing.rewind()
    with listing:
        while listing.next():
            pass
    start = listing.start
    with open(path, "r+b" if start else "wb") as file:
        file.seek(start)
        for part in _index_of(listing):
            file.write(part)


def _check(node, slot: str):
    return check(slot)


def _keep(node, slot: str) -> None:
    from tepal.core import boots, kept

    boots.forgive()  # the trial begins with a count of its own
    kept.keep({"slot": slot, "network": node.network.state})


def _arm(node, slot: str) -> None:
    from tepal.core import slots

    slots.point(node.slot, slot, slots.TRIES)


_EFFECTS = {"index": _index, "check": _check, "keep": _keep, "arm": _arm}
