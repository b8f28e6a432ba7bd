"""Wi-Fi without a radio: which networks are known, which comes next, what is to be done. Pure."""

from micropython import const

RARE = True
_UNSET = const(("your_wifi_name", "your_wifi_passwd", "n/a", ""))
_FIRST_PAUSE_MS = const(2000)
_LONGEST_PAUSE_MS = const(300000)
_READING_MS = const(60000)  # how long a visitor of the portal may think between two requests
_GRACE_MS = const(30000)  # after the last request to a portal that nobody needs any longer
_ON_DEMAND_MS = const(600000)
_NEVER_MS = const(3600000)  # ago
_FOREVER_MS = const(1 << 60)


def known(names: str, passwords: "str | list | None") -> list:
    """Return the (name, password) pairs of the configuration; "" is the password of an open one.

    ``passwords`` belong to the names by position; as a list they may hold any character.
    """
    left = list(passwords) if isinstance(passwords, list) else listed(passwords or "")
    found = []
    for name in listed(names):
        password = left.pop(0) if left else ""
        if name:
            found.append((name, password))
    return found


def listed(text: str) -> list[str]:
    """Return what a list separated by ``;`` holds; nothing where it was never set."""
    if text in _UNSET:
        return []
    return [part.strip() for part in text.split(";")]


def step(state: str, linked: bool, alone: bool, portal: "dict | None", now: int) -> str:
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
        patience_ms = _GRACE_MS if state == "joined" else _FOREVER_MS
        if portal and portal["admin"]:
            patience_ms = _ON_DEMAND_MS
        return "close" if portal and quiet_ms > patience_ms else "stay"
    if alone:
        return "open"
    # A search would leave the channel on which the visitor hears us.
    return "stay" if quiet_ms < _READING_MS else "search"


def pause_ms(rounds: int, number: int) -> int:
    """Return how long to wait after so many rounds in vain: doubling, up to five minutes.

    ``number``, any of 0..255, moves it by up to a quarter each way, so that a house full of nodes does not
    come back in step after a power cut.
    """
    base_ms = min(_FIRST_PAUSE_MS << min(max(rounds - 1, 0), 8), _LONGEST_PAUSE_MS)
    return base_ms * 3 // 4 + base_ms * number // 510


def order(known: list, seen: list, skip: list) -> list:
    """Return the pairs to try but those to ``skip``: the strongest first, then who was not seen.

    ``seen`` as ``radio.scan`` gives it. Who is not seen may hide its name.
    """
    names = [entry[0] for entry in seen]
    left = [entry for entry in known if entry not in skip]
    visible = sorted(
        [entry for entry in left if entry[0] in names], key=lambda entry: names.index(entry[0])
    )
    return visible + [entry for entry in left if entry[0] not in names]
