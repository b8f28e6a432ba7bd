"""A command for all neighbours at once: a few at a time, one answer for each."""

import asyncio

from micropython import const

from tepal.core import calling
from tepal.formats import command
from tepal.formats.errors import TepalError

RARE = True
_AT_ONCE = const(3)  # a Pico W has five connections for everything
_MOST = const(32)


async def run(peers, line: str, caller) -> dict:
    """Return {name: answer} of each neighbour to the command ``line``.

    An error is an answer too: a node that fails stops no other. Two nodes with one name are told
    apart by their addresses. Raises: TepalError ``denied``, ``syntax``.
    """
    call = command.parse(line)
    calling.refuse_hop(peers.node, call, caller)
    places = (await members(peers))[:_MOST]
    answers = {}

    async def work() -> None:
        while places:
            place = places.pop(0)
            name = place["name"]
            if name in answers:
                name += " " + place["address"]
            answers[name] = ""  # holds the name while others look
            answers[name] = await _ask(peers, place["address"] or place["name"], call)

    await asyncio.gather(*[work() for _ in range(_AT_ONCE)])
    return answers


async def members(peers) -> list:
    """Return name, address and way (``tcp`` or ``espnow``) of each neighbour."""
    found = []
    for place in await peers.members():
        found.append({"name": place.name, "address": place.host, "way": "tcp"})
    known = [one["name"] for one in found]
    for name in peers.radio.names() if peers.radio else ():
        if name not in known:
            found.append({"name": name, "address": "", "way": "espnow"})
    return found


async def _ask(peers, host: str, call) -> str:
    try:
        return await peers.call(host, call)
    except TepalError as error:
        return str(error)
