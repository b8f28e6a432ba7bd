"""Finding neighbours: by the question that nodes answer, by host name, or where they were before."""

import json
from collections import namedtuple

from micropython import const

from tepal.core import datagram, names
from tepal.formats.errors import TepalError

RARE = True
_QUESTION = const(b"tepal?")
_ROUNDS = const(2)  # datagrams get lost
_MOST_KNOWN = const(8)
_MOST_ANSWERS = const(32)
_GOOD_FOR_MS = const(300000)

# Where a node is. id: "" for an original micrOS node, which does not answer the question
Place = namedtuple("Place", ("name", "id", "host", "port", "until_ms"))


async def find(peers, host: str):
    """Return the Place that ``host`` means: the name of a node, a host name or an address.

    Raises: TepalError ``unreachable``, ``ambiguous`` (two nodes have that name).
    """
    name = plain(host)
    known = peers.known.get(name)
    if known and known.until_ms > peers.node.clock.uptime_ms():
        return known
    if name == peers.node.name:
        raise TepalError("unreachable", host + " is this node itself")
    is_address = names.is_address(host)
    places = [(host, peers.port)] if is_address else _everywhere(peers)
    for _ in range(_ROUNDS):
        answers = await _ask(peers, places)
        found = [one for one in answers if is_address or one.name == name]
        if found:
            return _remember(peers, name, found)
    if not is_address:
        host = await names.resolve(*_host_name(peers, host))
    place = Place("" if is_address else name, "", host, peers.port, _until(peers))
    return _keep(peers, name, place)


async def members(peers) -> list:
    """Return the Place of each neighbour that answers; two with one name are logged."""
    found = {}
    for _ in range(_ROUNDS):
        for one in await _ask(peers, _everywhere(peers)):
            found[one.id] = one
    seen = {peers.node.name: peers.node.id}
    for one in found.values():
        if seen.setdefault(one.name, one.id) != one.id:
            peers.node.log.warn("two nodes are called " + one.name + ": give each its own devfid")
    return sorted(found.values())


def forget(peers, host: str) -> None:
    """Look anew when ``host`` is wanted again."""
    peers.known.pop(plain(host), None)


def plain(host: str) -> str:
    """Return the name of a node in a host name: what stands before ``.local``."""
    return host[:-6] if host.endswith(".local") else host


async def _ask(peers, places: list) -> list:
    """Return who answers at ``places``. Where many hear us we wait for all: two may have one name."""
    most = 1 if len(places) == 1 and names.is_address(places[0][0]) else _MOST_ANSWERS

    def is_enough(answers: dict) -> bool:
        return len(answers) >= most

    answers = await datagram.ask(_QUESTION, places, peers.wait_ms, is_enough)
    found = [_read(peers, host, answers[host]) for host in answers]
    return [one for one in found if one]


def _read(peers, host: str, answer: bytes):
    """Return the Place that an answer describes; None if it is ours, or makes no sense."""
    try:
        about = json.loads(answer)
        name, number, port = about["name"], about["id"], about["shell"]
    except (ValueError, KeyError, TypeError):
        return None
    if not (isinstance(name, str) and isinstance(number, str) and isinstance(port, int)):
        return None
    if number == peers.node.id:
        return None
    return Place(name[:32], number[:32], host, port, _until(peers))


def _remember(peers, name: str, found: list):
    """Return the one Place in ``found``, and keep it for the next time."""
    ids = {one.id: one for one in found}
    if len(ids) > 1:
        hosts = ", ".join(sorted([one.host for one in found]))
        text = name + " is the name of " + hosts + ": use an address"
        peers.node.log.warn("two nodes with one name: " + text)
        raise TepalError("ambiguous", text)
    return _keep(peers, name, found[0])


def _keep(peers, name: str, place):
    if len(peers.known) >= _MOST_KNOWN:
        peers.known.pop(min(peers.known, key=lambda known: peers.known[known].until_ms))
    peers.known[name] = place
    return place


def _until(peers) -> int:
    return peers.node.clock.uptime_ms() + _GOOD_FOR_MS


def _everywhere(peers) -> list:
    return [(host, peers.port) for host in peers.node.board().discovery().broadcasts()]


def _host_name(peers, host: str) -> tuple:
    """Return (host name, servers to ask): a bare name is one of our own network."""
    station = peers.node.network.station
    return (host if "." in host else host + ".local"), [station.ifconfig()[3]]
