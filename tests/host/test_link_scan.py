"""Knocking at shells: the original ones too, and whoever else listens there."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from umbel.link import scan
from umbel.model import Address

if TYPE_CHECKING:
    from conftest import Listen

NOBODY = Address("127.3.1.9", 19009)


async def micros(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """The original takes what one read gives for one command."""
    writer.write(b"veranda $ ")
    if (await reader.read(2048)).strip() == b"hello":
        writer.write(b"hello:veranda:micr500291863428OS:dev\nveranda $ ")
    await reader.read(1)


async def test_an_original_node_is_found(listen: Listen):
    address = await listen(micros)

    (one,) = await scan.knock([address, NOBODY])

    assert (one.name, one.address, one.system) == ("veranda", address, "micrOS")


async def test_every_address_is_reported(listen: Listen):
    done: list[int] = []

    await scan.knock([await listen(micros), NOBODY], report=done.append)

    assert sum(done) == 2


@pytest.mark.parametrize(
    "greeting", [b"", b"SSH-2.0-OpenSSH\r\n", b"x" * 5000, b"\xff\xfe $ ", b"attic $ bye\n"]
)
async def test_others_are_no_nodes(greeting: bytes, listen: Listen):
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(greeting)

    assert await scan.knock([await listen(talk)]) == ()


async def test_who_says_nothing_is_not_waited_for(listen: Listen, monkeypatch: pytest.MonkeyPatch):
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)

    monkeypatch.setattr(scan, "_ANSWER_TIMEOUT", 0.05)
    assert await scan.knock([await listen(talk)]) == ()
