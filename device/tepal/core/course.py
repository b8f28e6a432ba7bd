"""What the network does next: decisions alone, from what is known and what time it is. Pure."""

from micropython import const

RARE = True
ROUNDS_ALONE = const(3)  # through all known networks in vain, before our own opens
_STEADY_MS = const(30000)  # a link that lasted so long was a good one
_FIRST_PAUSE_MS = const(2000)
_LONGEST_PAUSE_MS = const(300000)
_READING_MS = const(60000)  # how long a visitor of the portal may think between two requests
_GRACE_MS = const(30000)  # after the last request to a portal that nobody needs any longer
_ON_DEMAND_MS = const(600000)
_NEVER_MS = const(3600000)  # ago
_FOREVER_MS = const(1 << 60)


def action(state: str, linked: bool, alone: bool, portal: "dict | None", now: int) -> str:
    """Return what to do: try, stay, lost, close, open or search.

    ``linked`` the radio has a link and an address; ``alone`` no network is known, or none wanted;
    ``portal`` what the open setup portal remembers; ``now`` the uptime in ms.
    """
    quiet_ms = now - portal["used"] if portal else _NEVER_MS
    if portal and portal["wanted"]:
        return "try"
    if state == "joined" and not linked:
        return "lost"
    if state == "joined" or (alone and state == "access_point"):
        return "close" if portal and quiet_ms > _patience_ms(state, portal["asked"]) else "stay"
    if alone:
        return "open"
    # A search would leave the channel on which the visitor hears us.
    return "stay" if quiet_ms < _READING_MS else "search"


def _patience_ms(state: str, asked: bool) -> int:
    """Return how long the portal stays open with nobody there."""
    if asked:
        return _ON_DEMAND_MS
    return _GRACE_MS if state == "joined" else _FOREVER_MS


def is_steady(linked_ms: int) -> bool:
    """Tell whether a link that lasted so long begins a new count of rounds."""
    return linked_ms >= _STEADY_MS


def pause_ms(rounds: int, chance: int) -> int:
    """Return how long to wait after so many rounds in vain: doubling, up to five minutes.

    ``chance`` 0..255 moves it by up to a quarter each way, so that a house full of nodes does not
    come back in step after a power cut.
    """
    base_ms = min(_FIRST_PAUSE_MS << min(max(rounds - 1, 0), 8), _LONGEST_PAUSE_MS)
    return base_ms * 3 // 4 + base_ms * chance // 510


def quick(known: list, last: str) -> list:
    """Return the (name, password) pair to try before any look around: the last good one, or all
    there is; else nothing.
    """
    if len(known) == 1:
        return known
    return [pair for pair in known if pair[0] == last][:1]


def order(known: list, seen: list, tried: list) -> list:
    """Return the pairs left to try, the strongest first, then those that were not seen.

    ``seen`` as ``radio.scan`` gives it. Who is not seen may hide its name.
    """
    names = [entry[0] for entry in seen]
    left = [pair for pair in known if pair not in tried]
    visible = sorted(
        [pair for pair in left if pair[0] in names], key=lambda pair: names.index(pair[0])
    )
    return visible + [pair for pair in left if pair[0] not in names]
