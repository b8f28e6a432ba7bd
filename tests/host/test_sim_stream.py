"""MicroPython's streams on CPython: what a node relies on."""

from __future__ import annotations

import asyncio
import os
import ssl
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from umbel.sim import stream
from umbel.sim.stream import Stream

# A key for nothing but this test, and its certificate for localhost, good until 2126.
KEY_AND_CERTIFICATE = """\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgaJHDyP6o//vKKXd3
+6JkkNQm5l3IOsjML3JUGc6N0zGhRANCAATHkePs07TJV9ETjtxIgQzjvHwDe9DT
Yow9ObgJV5vfJ9PKwTXB1olI4tmX4CQVyJw3EuEr0VpEqVtmMFNEFYMJ
-----END PRIVATE KEY-----
-----BEGIN CERTIFICATE-----
MIIBlDCCATugAwIBAgIUbVGLY8lOXBqRcAj0QeAssj9M9X0wCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMTE4MDkyMFoYDzIxMjYxMDI4
MTgwOTIwWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAATHkePs07TJV9ETjtxIgQzjvHwDe9DTYow9ObgJV5vfJ9PKwTXB1olI
4tmX4CQVyJw3EuEr0VpEqVtmMFNEFYMJo2kwZzAdBgNVHQ4EFgQUTBgkVPUWjv6h
ztho2auNMM0AZWgwHwYDVR0jBBgwFoAUTBgkVPUWjv6hztho2auNMM0AZWgwDwYD
VR0TAQH/BAUwAwEB/zAUBgNVHREEDTALgglsb2NhbGhvc3QwCgYIKoZIzj0EAwID
RwAwRAIgO+d+Kk7oGNO2MtRWyQSrhF1x7sNT9mfr/XoCE8zZ9E8CIHOU7DecFa9k
HQy/bQEXa+AS8gclBaujURRtvYLv+mld
-----END CERTIFICATE-----
"""

# Runs at the same time must not share addresses.
HOST = f"127.{100 + os.getpid() % 100}.4.1"


async def pair() -> tuple[Stream, Stream, stream.Server]:
    """Two ends of a connection."""
    accepted: asyncio.Future[Stream] = asyncio.get_running_loop().create_future()

    def accept(reader: Stream, writer: Stream) -> None:
        assert reader is writer
        accepted.set_result(reader)

    server = await stream.start_server(accept, HOST, 19011)
    client, _ = await stream.open_connection(HOST, 19011)
    return client, await accepted, server


@pytest.fixture
async def ends() -> AsyncGenerator[tuple[Stream, Stream]]:
    """A client and the node's end of its connection."""
    client, node, server = await pair()
    yield client, node
    server.close()
    await server.wait_closed()
    for end in (client, node):
        end.close()
        await end.wait_closed()


Ends = tuple[Stream, Stream]


async def test_what_is_written_is_sent_at_once(ends: Ends):
    client, node = ends
    node.write(b"hello\nworld")

    assert node.out_buf == b""
    assert await client.readline() == b"hello\n"
    assert await client.readexactly(5) == b"world"


async def test_what_does_not_leave_at_once_waits_for_drain(ends: Ends):
    client, node = ends
    data = os.urandom(8 << 20)
    node.write(data)
    assert node.out_buf

    async def take() -> bytes:
        return await client.readexactly(len(data))

    taking = asyncio.create_task(take())
    await node.drain()

    assert await taking == data
    assert node.out_buf == b""


async def test_a_buffer_is_filled(ends: Ends):
    client, node = ends
    buffer = bytearray(4)
    client.write(b"abcdef")

    assert await node.readinto(memoryview(buffer)[:3]) == 3
    assert buffer == b"abc\0"


async def test_the_end_is_seen(ends: Ends):
    client, node = ends
    client.write(b"last")
    await client.wait_closed()

    assert await node.read() == b"last"
    assert await node.readinto(bytearray(4)) == 0
    assert await node.readline() == b""
    with pytest.raises(EOFError):
        await node.readexactly(1)


async def test_a_node_knows_who_calls(ends: Ends):
    _, node = ends

    assert "127." in str(node.get_extra_info("peername"))


async def test_a_port_is_free_again_when_the_server_is_closed():
    for _ in range(2):
        client, node, server = await pair()
        server.close()
        await server.wait_closed()
        for end in (client, node):
            await end.wait_closed()


async def test_a_port_that_is_taken_is_an_error():
    _, _, server = (ends := await pair())
    with pytest.raises(OSError, match="in use"):
        await stream.start_server(lambda reader, writer: None, HOST, 19011)
    server.close()
    await server.wait_closed()
    for end in ends[:2]:
        await end.wait_closed()


async def test_nobody_there_is_an_error():
    with pytest.raises(ConnectionRefusedError):
        await stream.open_connection(HOST, 19012)


async def test_a_wait_ends_when_there_is_something_to_read():
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb", buffering=0) as source, os.fdopen(writing, "wb", 0) as sink:
        waiting = asyncio.create_task(stream.readable(source))
        await asyncio.sleep(0.01)
        assert not waiting.done()
        sink.write(b"x")
        await asyncio.wait_for(waiting, 60)


async def test_a_stream_speaks_tls_and_checks_with_whom(tmp_path: Path):
    pem = tmp_path / "tls.pem"
    pem.write_text(KEY_AND_CERTIFICATE)
    server_side = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server_side.load_cert_chain(pem)
    client_side = ssl.create_default_context(cafile=str(pem))

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(await reader.read(100))
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, HOST, 19012, ssl=server_side)
    client, _ = await stream.open_connection(HOST, 19012, client_side, "localhost")
    client.write(b"hello")
    await client.drain()

    assert await client.read(100) == b"hello"
    assert await client.read(100) == b""
    client.close()
    await client.wait_closed()
    with pytest.raises(ssl.SSLCertVerificationError):
        await stream.open_connection(HOST, 19012, client_side, "elsewhere")
    server.close()
    await server.wait_closed()
