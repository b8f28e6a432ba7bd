"""Whether a release comes to this node: who vouches for it, how old it is, whether it fits, and where.

Each step forgets the code of the one before: together they would take more memory than there is.
"""

import os

from micropython import const

RARE = True
_RECORD = const("data/.update")
_INCOMING = const("sys/manifest.new")  # where the manifest lies
_PLACE = const(16)  # bytes of the index for each file, rather more than less


def decide(session, said: tuple) -> dict:
    """Make the other slot ready for a release whose manifest has come.

    Returns what it says of itself. Raises: TepalError, why it is refused; OSError.
    """
    node = session.node
    head, digest = said[0], said[-1]
    _believe(node, said)
    node.sweep()
    fit(node.board(), head)
    node.sweep()
    release = digest.hex()
    for effect in _effects(session, release):
        _EFFECTS[effect](session.target, _INCOMING)
    return {"version": head["version"], "sequence": head["sequence"], "release": release}


def _believe(node, said: tuple) -> None:
    where = node.vault
    keys, own = _known(where)
    node.sweep()
    trust = (keys, own, node.id, _sequence(node.slot), node.config.get("update_strict") != "none")
    node.sweep()
    after = _trusted(said, trust)
    node.sweep()
    if after != keys:
        from tepal.core import release_keys

        release_keys.require_room(where, after)


def _known(where) -> tuple:
    from tepal.core import release_keys, secrets

    return release_keys.read(where), bytes.fromhex(secrets.get(where, "key") or "")


def _sequence(slot: str) -> int:
    from tepal.core import slots

    return slots.version(slot)[1]


def _trusted(said: tuple, trust: tuple) -> list:
    """Return the keys to trust behind this release."""
    from tepal.core import release_trust

    manifest = release_trust.Said(*said)
    level = release_trust.check(manifest, release_trust.Trust(*trust))
    return release_trust.keys_after(manifest, trust[0], level)


def fit(board, head: dict) -> None:
    """Refuse what this node could not run. Raises: TepalError ``release_unfit``."""
    from tepal.formats import fitting

    fitting.check(head, fitting.About(*board.flash().about()))


def _effects(session, release: str) -> tuple:
    from tepal.core import slots, storage
    from tepal.core.update import IDLE, State, step

    given_up = (storage.newest(_RECORD)[0] or {}).get("given_up", "")
    state = State(IDLE, session.node.slot, slots.release(session.node.slot), given_up)
    here = slots.release(session.target)
    return step(state, ("offered", release, here, session.asked))[1]


def require_room(slot: str, path: str) -> None:
    """Raise TepalError ``full`` unless the flash has room for what a manifest lists, in ``slot``.

    A tenth more is wanted; what ``slot`` holds now counts as free.
    """
    from tepal.core.listing import OWN, Listing, size_of
    from tepal.formats.errors import TepalError

    status = os.statvfs(".")
    block, free = status[1], status[3]
    if free > status[2]:  # littlefs counts some blocks twice, and then goes below zero
        free = 0

    def blocks(size: int) -> int:
        return (size + block - 1) // block

    listing = Listing(path)
    wanted = 0
    with listing:
        entry = listing.next()
        while entry:
            if entry[3] == OWN:
                wanted += blocks(entry[1])
            entry = listing.next()
    wanted += blocks(listing.start + _PLACE * listing.count)
    wanted += wanted // 10
    folder = "sys/" + slot
    for name in os.listdir(folder) if slot in os.listdir("sys") else ():
        free += blocks(size_of(folder + "/" + name))
    if wanted > free:
        text = "%d KB of flash wanted, %d KB are free"
        raise TepalError("full", text % (wanted * block // 1024, free * block // 1024))


def _clear(slot: str, path: str) -> None:
    from tepal.core import slots

    slots.clear(slot)


def _adopt(slot: str, path: str) -> None:
    from tepal.core.listing import manifest

    os.rename(path, manifest(slot))


_EFFECTS = {"room": require_room, "clear": _clear, "adopt": _adopt}
