"""The client that reads block by block, against servers of all manners."""

from house import build_node, end, fails
from web_server import WebServer, chunked, ok

from tepal.core.download import Source

CONTENT = bytes(range(256)) * 20


async def opened(answers):
    node = build_node()
    server = await WebServer(answers).open()
    return node, server, Source(node, server.url)


async def closed(node, server, source):
    await source.close()
    server.close()
    await end(node)


async def everything(source):
    data = b""
    block = await source.read()
    while block:
        assert len(block) <= 4096
        data += block
        block = await source.read()
    return data


async def test_one_connection_serves_for_all_manners_of_answers():
    plain = b"HTTP/1.0 200 OK\r\n\r\n" + CONTENT
    answers = {
        "/length": ok(CONTENT),
        "/tiny": chunked(CONTENT, 7),
        "/chunks": chunked(CONTENT, 1500),
        "/empty": ok(b""),
        "/last": (plain, "close"),
    }
    node, server, source = await opened(answers)

    for path in ("/length", "/tiny", "/chunks", "/empty", "/length"):
        assert await source.get(path) == 200, path
        assert await everything(source) == (b"" if path == "/empty" else CONTENT), path
    assert server.connections == 1
    assert await source.get("/last") == 200
    assert await everything(source) == CONTENT
    assert await source.get("/other") == 404
    assert server.connections == 2
    await closed(node, server, source)


async def test_what_is_here_already_does_not_come_again():
    def part(head):
        start = int(head.split("range: bytes=")[1].split("-")[0])
        line = "HTTP/1.1 206 Partial\r\nContent-Range: bytes %d-5119/5120\r\n" % start
        line += "Content-Length: %d\r\n\r\n" % (5120 - start)
        return line.encode() + CONTENT[start:]

    lie = b"HTTP/1.1 206 Partial\r\nContent-Range: bytes 0-9/10\r\nContent-Length: 10\r\n\r\n"
    answers = {"/part": part, "/whole": ok(CONTENT), "/all": chunked(CONTENT, 999), "/lie": lie}
    node, server, source = await opened(answers)

    for path in ("/part", "/whole", "/all"):
        assert await source.get(path, 3001) == 200
        assert await everything(source) == CONTENT[3001:], path
    assert source.size == -1
    await source.get("/whole", 3001)
    assert source.size == 5120 - 3001
    await fails(source.get("/lie", 3001), "no_answer")
    await closed(node, server, source)


async def test_a_connection_that_was_closed_meanwhile_is_opened_again():
    node, server, source = await opened({"/a": (ok(b"one"), "close"), "/b": ok(b"two")})

    await source.get("/a")
    assert await everything(source) == b"one"
    await source.get("/b")

    assert await everything(source) == b"two"
    assert server.connections == 2
    await closed(node, server, source)


async def test_what_was_not_read_is_not_taken_for_the_next_answer():
    node, server, source = await opened({"/a": ok(CONTENT), "/b": ok(b"two")})

    await source.get("/a")
    await source.read()
    await source.get("/b")

    assert await everything(source) == b"two"
    await closed(node, server, source)


async def test_servers_that_stall_close_or_lie_are_named():
    head = b"HTTP/1.1 200 OK\r\n"
    answers = {
        "/cut": (head + b"content-length: 9\r\n\r\n1234", "close"),
        "/cut-chunk": (head + b"transfer-encoding: chunked\r\n\r\n9\r\n1234", "close"),
        "/odd-chunk": head + b"transfer-encoding: chunked\r\n\r\nzz\r\n1234",
        "/huge-chunk": head + b"transfer-encoding: chunked\r\n\r\nfffffffff\r\n1234",
        "/endless-chunk": head + b"transfer-encoding: chunked\r\n\r\n" + b"0" * 4000,
        "/odd-length": head + b"content-length: -5\r\n\r\n",
        "/long": head + b"x: y\r\n" * 2000,
        "/odd": b"SSH-2.0-OpenSSH\r\n\r\n",
        "/hang-up": b"",
        "/silence": lambda _: None,
    }
    node, server, source = await opened(answers)
    source.silence_ms = 300

    for path in answers:

        async def fetch(path=path):
            await source.get(path)
            await everything(source)

        await fails(fetch(), "no_answer")
        await source.close()
    server.close()
    await source.close()
    gone = Source(node, "http://127.0.0.1:1")
    await fails(gone.get("/"), "unreachable")
    await end(node)
