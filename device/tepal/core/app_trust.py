"""Installing an app: who vouches for it, whether it fits this node, and whether there is room."""

# Of the part apps, which a release can leave out.

import os

from micropython import const

from tepal.formats.errors import TepalError

RARE = True
_RESERVE = const(24576)  # bytes of flash that folders take, and that the node needs to go on
_PLACE = const(12)  # bytes of the index for each file, rather more than less


def believe(work) -> None:
    """Refuse what nobody has signed whom this node knows: the rules are those of releases.

    Raises: TepalError ``release_unsigned``, ``release_signature``.
    """
    node = work.node
    if work.trust:
        keys, own = _known(node.vault)
        node.sweep()
        trust = (keys, own, node.id, 0, node.config.get("update_strict") != "none")
        node.sweep()
        _believe(work.said, trust)
    work.said = work.said[0]


def fit(work) -> None:
    """Refuse what this node could not run. Raises: TepalError ``release_unfit``."""
    from tepal.formats import fitting

    head, work.said = work.said, None
    fitting.check(head, fitting.About(*work.node.board().flash().about()))


def require_room(work) -> None:
    """Raise TepalError ``full`` unless the flash has room for what the manifest lists."""
    from tepal.core.listing import Listing, size_of

    listing = Listing("apps/.new/manifest")
    listed = size_of(listing.path)
    with listing:
        while listing.next():
            pass
    status = os.statvfs(".")
    free = status[1] * (status[3] if status[3] <= status[2] else 0)  # littlefs counts some twice
    wanted = listing.start + _PLACE * listing.count
    if wanted + _RESERVE > free:
        text = "%d KB of flash wanted, %d KB are free"
        raise TepalError("full", text % ((wanted + listed + _RESERVE) // 1024, free // 1024))


def _known(where) -> tuple:
    from tepal.core import release_keys, secrets

    return release_keys.read(where), bytes.fromhex(secrets.get(where, "key") or "")


def _believe(said: tuple, known: tuple) -> None:
    from tepal.core import release_trust

    release_trust.level(release_trust.Said(*said), release_trust.Trust(*known))
