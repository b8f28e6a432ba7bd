"""HTTP/1.1: small, keep-alive, everything bounded. What a path answers is in the files beside."""

from tepal.core.commands import Caller
from tepal.formats.errors import TepalError
from tepal.services import rest

BUFFER = 2048  # bytes: the head of a request


async def serve(node, connection) -> None:
    """Answer requests until the client leaves or one of them makes the rest unreadable."""
    connection.trusted = True  # between two requests it may be silent as long as in one
    while True:
        request = Request(node, connection)
        try:
            head = connection.take(b"\r\n\r\n")
            while head is None:
                if not await connection.fill():
                    return
                head = connection.take(b"\r\n\r\n")
            request.parse(head)
            if request.path[:6] == "/rest/":
                await rest.handle(request)
            else:
                await _handle(request)
        except TepalError as error:
            await _fail(request, error)
        if request.unread:
            await _skip(request)
        if request.is_last:
            return


# What follows is apart from the loop above because a frame that lasts keeps what it has imported.


async def _handle(request) -> None:
    path = request.path
    if request.node.network.portal and await request.node.portal().handle(request):
        return
    if path == "/rest":
        door = rest
    elif path[:5] == "/api/":
        if path[:11] in "/api/v1/app /api/v1/upd":  # what needs memory that ``api`` would hold
            from tepal.services import update as door

            door = await door.admit(request)
        else:
            from tepal.services import api as door
    elif path == "/metrics":
        from tepal.services import metrics as door
    else:
        from tepal.services import web as door
    await door.handle(request)


async def _fail(request, error: TepalError) -> None:
    from tepal.services import problem

    await problem.answer(request, error)


async def _skip(request) -> None:
    from tepal.services import body

    await body.skip(request)


class Request:
    """One request and the way to answer it. Reading its body is in ``body``."""

    def __init__(self, node, connection):
        self.node = node
        self.connection = connection
        self.method = "GET"
        self.path = ""  # percent-encoded, as sent, without the query
        self.query = ""
        self.unread = 0  # bytes of the body
        self.is_last = True  # close the connection after the answer
        self.answered = False
        self.head = b""
        self.names = b""  # the head in lower case, to find header names in

    def parse(self, head: bytes) -> None:
        """Take the head of a request.

        Raises: TepalError ``bad_request``, ``http_version``, ``length_required``.
        """
        self.head = head
        self.names = names = head.lower()
        end = head.find(b"\r\n")
        try:
            line = head[:end] if end > 0 else head
            self.method, target, version = line.decode().split(" ")
        except (ValueError, UnicodeError):
            raise TepalError("bad_request", "a request line expected")
        if version != "HTTP/1.1":
            if version != "HTTP/1.0":
                raise TepalError("http_version", version[:12])
        elif b"\r\nconnection:" not in names or self.header("connection").lower() != "close":
            self.is_last = False
        self.path, _, self.query = target.partition("?")
        if self.path[:1] != "/" or b"\0" in head or b"\n " in head or b"\n\t" in head:
            raise TepalError("bad_request", "a path and plain header lines expected")
        if b"\r\ncontent-length:" in names:
            length = self.header("content-length")
            if not length.isdigit() or names.count(b"\r\ncontent-length:") > 1:
                raise TepalError("bad_request", "one decimal content-length expected")
            self.unread = int(length)
        if b"\r\ntransfer-encoding:" in names:
            raise TepalError("length_required", "a body with content-length expected")

    def header(self, name: str) -> str:
        """Return the value of a header, given in lower case; empty if it was not sent."""
        start = self.names.find(b"\r\n" + name.encode() + b":")
        if start < 0:
            return ""
        start += len(name) + 3
        end = self.head.find(b"\r\n", start)
        value = self.head[start:end] if end > 0 else self.head[start:]
        try:
            return value.decode().strip()
        except UnicodeError:
            raise TepalError("bad_request", "UTF-8 expected in " + name)

    def guest(self):
        """Return the caller if that needs no look: nobody must log in, and no browser sent this.

        A browser's pages may be anybody's.
        """
        names = self.names
        if (
            self.node.auth.enabled
            or b" mozilla/" in names
            or b"\r\norigin:" in names
            or b"\r\nreferer:" in names
            or b"\r\nsec-fetch-" in names
        ):
            return None
        return Caller("http", self.node.auth.guest, self.connection.address)

    async def caller(self, changes: bool = False) -> Caller:
        """Return who sent this; ``changes`` refuses what another site's page made a browser send.

        Raises: TepalError ``login_required``, ``other_site`` and those of login.
        """
        guest = self.guest()
        if guest:
            return guest
        from tepal.services import identity

        return await identity.caller(self, changes)

    async def answer(
        self, data, kind: str = "application/json", status: str = "200 OK", more: str = ""
    ) -> None:
        """Send a whole answer; ``more`` holds further header lines, each ended by CR LF."""
        if not isinstance(data, bytes):
            data = data.encode()
        head = self.start(status, kind, "content-length: %d\r\n%s" % (len(data), more))
        if not self.connection.put(head if self.method == "HEAD" else head + data):
            await self.connection.drain()

    def start(self, status: str, kind: str, more: str) -> bytes:
        """Return the head of the answer, which must then be sent."""
        self.answered = True
        if self.is_last:
            more += "connection: close\r\n"
        head = "HTTP/1.1 %s\r\ncontent-type: %s\r\nx-content-type-options: nosniff\r\n%s\r\n"
        return (head % (status, kind, more)).encode()
