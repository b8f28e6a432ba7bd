"""An HTTP server that says what a test wants it to say, byte for byte."""

import asyncio

from house import port


class WebServer:
    """``answers`` are bytes by path, or functions of the head that return them; b"" hangs up.

    After an answer the connection is kept, unless the answer is a tuple (bytes, "close").
    """

    def __init__(self, answers):
        self.answers = answers
        self.heads = []
        self.connections = 0
        self.sent = 0
        self.port = port()
        self.server = None

    @property
    def url(self):
        return "http://127.0.0.1:%d" % self.port

    @property
    def paths(self):
        return [head.split(" ")[1] for head in self.heads]

    async def open(self):
        self.server = await asyncio.start_server(self.serve, "127.0.0.1", self.port)
        return self

    def close(self):
        self.server.close()

    async def serve(self, stream, _):
        self.connections += 1
        try:
            await self.talk(stream)
        except OSError:
            pass
        finally:
            stream.close()
            await stream.wait_closed()

    async def talk(self, stream):
        while True:
            data = b""
            while b"\r\n\r\n" not in data:
                part = await stream.read(1024)
                if not part:
                    return
                data += part
            head = data.decode()
            self.heads.append(head)
            path = head.split(" ")[1]
            answer = self.answers.get(path, self.answers.get(path.split("?")[0], NOT_FOUND))
            if callable(answer):
                answer = answer(head)
            if answer is None:  # silence
                await asyncio.sleep(3600)
            data, end = answer if isinstance(answer, tuple) else (answer, "")
            self.sent += len(data)
            for start in range(0, len(data), 700):
                stream.write(data[start : start + 700])
                await stream.drain()
            if end or not data:
                return


def ok(body: bytes, more: str = "") -> bytes:
    """Return an answer of known length."""
    return ("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n%s\r\n" % (len(body), more)).encode() + body


def chunked(body: bytes, size: int) -> bytes:
    """Return an answer in chunks."""
    parts = [b"HTTP/1.1 200 OK\r\nTRANSFER-encoding:  Chunked\r\n\r\n"]
    for start in range(0, len(body), size):
        part = body[start : start + size]
        parts.append(b"%x;ext=1\r\n%s\r\n" % (len(part), part))
    return b"".join(parts) + b"0\r\nx-trailer: y\r\n\r\n"


NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nContent-Length: 19\r\n\r\n404 page not found\n"
