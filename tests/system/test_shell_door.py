"""The shell of a real node under bad input: it answers or closes, others do not notice, it forgets."""

from __future__ import annotations

import asyncio
import json
import selectors
import socket
import time
from collections.abc import AsyncGenerator, Generator
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress

import pytest
from patience import PATIENCE

from umbel.errors import LinkError, NodeError
from umbel.link import shell
from umbel.model import Access, Address, Node

CONNECTIONS = 1000
CROWD = 1.5  # seconds
LEAK = 2048  # bytes; less is a matter of rounding
MEGABYTE = 1 << 20


@pytest.fixture
def node(house) -> Node:
    """The node that this file treats badly."""
    return house.node("node02")


@pytest.fixture
async def caller(node: Node) -> AsyncGenerator[shell.Shell]:
    """Somebody who is in and behaves."""
    async with shell.connect(node) as opened:
        yield opened


@asynccontextmanager
async def unharmed(caller: shell.Shell) -> AsyncGenerator[None]:
    """While the block runs ``caller`` is served, and afterwards no memory is missing.

    How long he waits at most is for ``bench crowd`` to say.
    """
    await memory_free(caller)  # loads what the question itself needs
    before = await memory_free(caller)
    asking = asyncio.create_task(keep_asking(caller))
    try:
        yield
    finally:
        asking.cancel()
        with suppress(asyncio.CancelledError):
            await asking  # raises what went wrong, if a question had no answer
    assert await settles(caller, before - LEAK)


async def keep_asking(caller: shell.Shell) -> None:
    """Until it is cancelled, or a question is not answered."""
    while True:
        await asyncio.shield(caller.run("system heartbeat"))


async def memory_free(caller: shell.Shell) -> int:
    return (await caller.run("system gclean"))["memfree"]


async def settles(caller: shell.Shell, wanted: int) -> bool:
    deadline = time.monotonic() + PATIENCE
    while await memory_free(caller) < wanted:
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(0.1)
    return True


@contextmanager
def raw(address: Address) -> Generator[socket.socket]:
    with socket.create_connection((address.host, address.port), timeout=PATIENCE) as sock:
        yield sock


def exchange(address: Address, data: bytes) -> bytes:
    """All that the node says to ``data``, until it closes."""
    with raw(address) as sock:
        answer = b""
        with suppress(OSError):  # closed while we were still sending
            sock.sendall(data)
            sock.shutdown(socket.SHUT_WR)
        with suppress(ConnectionResetError):
            while part := sock.recv(65536):
                answer += part
        return answer


NONSENSE = {
    "nothing": b"",
    "an empty line": b"\n",
    "many empty lines": b"\n" * 1000,
    "zeros": b"\0" * 1000 + b"\n",
    "every byte": bytes(range(256)) * 4 + b"\n",
    "no UTF-8": b"\xff\xfe\n",
    "a brace": b"{\n",
    "half a request": b'{"id": 1,',
    "brackets in a request": b'{"id": 1, "cmd": ' + b"[" * 900 + b"\n",
    "a request of wrong types": b'{"id": {"a": 1}, "call": 5}\n',
    "brackets": b"[" * 1000 + b"\n",
    "HTTP": b"GET / HTTP/1.1\r\nHost: node\r\n\r\n",
}


@pytest.mark.parametrize("data", NONSENSE.values(), ids=NONSENSE)
async def test_nonsense_is_answered_or_closed(data: bytes, node: Node, caller: shell.Shell):
    async with unharmed(caller):
        answer = await asyncio.to_thread(exchange, node.address, data)

    assert answer.startswith(b"[password] node02 $ ")


@pytest.mark.parametrize("begin", [b"x", b"{", b"system notify "], ids=repr)
async def test_a_line_without_end_is_refused(begin: bytes, node: Node, caller: shell.Shell):
    async with unharmed(caller):
        answer = await asyncio.to_thread(exchange, node.address, begin + b"a" * MEGABYTE)

    assert b"too large" in answer or answer == b"[password] node02 $ "


async def test_many_long_lines_in_a_row_are_refused_one_by_one(caller: shell.Shell):
    for _ in range(20):
        with pytest.raises(NodeError) as refusal:
            await caller.run("system notify " + "[" * 1000)
        assert refusal.value.code == "syntax"


async def test_who_stops_in_the_middle_holds_nobody_up(node: Node, caller: shell.Shell):
    async with unharmed(caller):
        with raw(node.address) as sock:
            sock.sendall(b'{"id": 1, "cm')
            await asyncio.sleep(0.5)


async def test_a_thousand_connections_hold_nobody_up(node: Node, caller: shell.Shell):
    async with unharmed(caller):
        arrived = await asyncio.to_thread(crowd, node.address)

    assert arrived > 10
    async with shell.connect(node) as late:
        assert await late.run("system heartbeat") == "<3 heartbeat"


def crowd(address: Address) -> int:
    """How many of a thousand connections that say nothing were accepted, before all are closed."""
    with ExitStack() as sockets, selectors.DefaultSelector() as selector:
        for _ in range(CONNECTIONS):
            sock = sockets.enter_context(socket.socket())
            sock.setblocking(False)
            sock.connect_ex((address.host, address.port))
            selector.register(sock, selectors.EVENT_WRITE)
        arrived = 0
        deadline = time.monotonic() + CROWD
        while time.monotonic() < deadline:
            for key, _ in selector.select(0.05):
                selector.unregister(key.fileobj)
                arrived += 1
        return arrived


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("nothing here", "unknown_module"),
        ("../../secrets here", "unknown_module"),
        ("system nothing", "unknown_function"),
        ("system __init__", "unknown_function"),
        ("system _private", "unknown_function"),
        ("system heartbeat 1 2 3", "arguments"),
        ("system setclock a b c d e f", "arguments"),
        ("system pinmap [1, 2", "syntax"),
        ("system notify " + "[" * 100, "syntax"),
        ('system notify "open', "syntax"),
        ("system notify 1e999", "syntax"),
        ("", "syntax"),
    ],
)
async def test_a_wrong_command_is_refused_with_its_reason(
    line: str, code: str, caller: shell.Shell
):
    with pytest.raises(NodeError) as refusal:
        await caller.run(line)

    assert refusal.value.code == code


async def test_twenty_wrong_passwords_do_not_get_in_and_hold_nobody_up(
    node: Node, caller: shell.Shell
):
    codes = []
    async with unharmed(caller):
        for number in range(20):
            guess = Node(
                name="guess", address=node.address, access=Access(password=f"guess{number}")
            )
            with pytest.raises((NodeError, LinkError)) as refusal:
                async with shell.connect(guess):
                    pass
            codes.append(getattr(refusal.value, "code", None))

    assert set(codes) == {"wrong_password", "wait"}
    assert codes.count("wrong_password") < 10


async def test_nobody_gets_in_without_login(node: Node):
    stranger = Node(name="stranger", address=node.address)

    async with shell.connect(stranger) as opened:
        assert (await opened.run("hello")).startswith("hello:node02:")
        for request in ({"cmd": "system info"}, {"about": True}, {"config": True}):
            with pytest.raises(NodeError) as refusal:
                await opened.request(request)
            assert refusal.value.code == "denied"


def test_people_get_text_and_programs_get_json_at_the_same_port(node: Node):
    text = exchange(node.address, b"hello\n")
    lines = exchange(node.address, b'{"id": 7, "cmd": "hello"}\n').splitlines()

    assert text.startswith(b"[password] node02 $ hello:node02:micr")
    assert json.loads(lines[1])["id"] == 7
