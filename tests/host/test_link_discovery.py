"""One question over UDP, to some addresses or to all, and who answers it."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import cast

import pytest

from umbel.link import discovery
from umbel.model import Address

# Runs at the same time must not share addresses.
NETWORK = f"127.{100 + os.getpid() % 100}.0"
PORT = 20000 + os.getpid() % 10000


class Node(asyncio.DatagramProtocol):
    """Answers the question of a search, or something else."""

    def __init__(self, name: str, *, ignored: int = 0, answer: bytes | None = None) -> None:
        told = {"tepal": "1", "name": name, "id": name, "auth": True, "shell": PORT, "web": None}
        self._answer = answer or json.dumps(told).encode()
        self._ignored = ignored

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        assert data == b"tepal?"
        if self._ignored:
            self._ignored -= 1
            return
        self._transport.sendto(self._answer, addr)


@asynccontextmanager
async def listening(host: str, node: Node) -> AsyncGenerator[Address]:
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(lambda: node, local_addr=(host, PORT))
    try:
        yield Address(host, PORT)
    finally:
        transport.close()


async def test_those_who_are_there_answer():
    async with (
        listening(f"{NETWORK}.1", Node("attic")) as attic,
        listening(f"{NETWORK}.2", Node("kitchen")) as kitchen,
    ):
        found = await discovery.ask([attic, kitchen])

    assert {one.name: one.address for one in found} == {"attic": attic, "kitchen": kitchen}


async def test_the_search_ends_when_all_have_answered():
    async with listening(f"{NETWORK}.1", Node("attic")) as attic:
        await asyncio.wait_for(discovery.ask([attic], wait=3600), 60)


async def test_who_is_not_there_is_not_found():
    async with listening(f"{NETWORK}.1", Node("attic")) as attic:
        found = await discovery.ask([attic, Address(f"{NETWORK}.9", PORT)], wait=0.1)

    assert [one.name for one in found] == ["attic"]


async def test_a_lost_question_is_asked_again():
    async with listening(f"{NETWORK}.1", Node("attic", ignored=2)) as attic:
        found = await discovery.ask([attic], wait=0.3)

    assert [one.name for one in found] == ["attic"]


async def test_a_broadcast_reaches_whoever_listens():
    async with listening("127.255.255.255", Node("attic")):
        found = await discovery.ask([Address("127.255.255.255", PORT)], wait=0.1)

    assert [one.name for one in found] == ["attic"]


@pytest.mark.parametrize("answer", [b"\xff", b"{}", b"[" * 1000, b"x" * 4000])
async def test_nonsense_is_nobody(answer: bytes):
    async with listening(f"{NETWORK}.1", Node("attic", answer=answer)) as attic:
        assert await discovery.ask([attic], wait=0.05) == ()


async def test_nobody_to_ask_is_nobody_found():
    assert await discovery.ask([], wait=0.05) == ()
