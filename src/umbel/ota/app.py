"""The promoter as an ASGI application.

The routes below ``/files`` are those of the original, to the byte; what it lacks stands beside them:

    GET /files/version           {"version": …}
    GET /files                   {"files": [{"path", "checksum", "size", "sha256"}, …], "version": …}
    GET /files/<checksum>        the content, its path in X-Target-Path
    GET /wait/<version>          the version as soon as it is another one; after ?seconds=30 anyway
    GET /manifest                the manifest of a release; with ?node=<id> proof for that node, too
    GET /content/<sha256>        a content, by what a manifest calls it
"""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from umbel.ota import release_manifest
from umbel.ota.content import Content
from umbel.ota.promoter import Promoter
from umbel.ota.snapshot import Entry, encoded

_JSON = "application/json;charset=utf-8"
_LONGEST_WAIT = 300  # seconds
_WAIT = 30
_PATH_CHARS = "/!$&'()*+,;=:@~"

KeyOf = Callable[[str], bytes | None]


def create_app(promoter: Promoter, key_of: KeyOf) -> ASGIApp:
    """The application; ``key_of`` knows the keys of nodes by their ids."""
    routes = _Routes(promoter, key_of)
    app = Starlette(
        routes=[
            Route("/files/version", routes.version),
            Route("/files", routes.files),
            Route("/files/{checksum}", routes.by_checksum),
            Route("/wait/{version}", routes.wait),
            Route("/manifest", routes.manifest),
            Route("/content/{sha256}", routes.by_sha256),
        ],
        exception_handlers={HTTPException: _refuse},
    )
    app.router.redirect_slashes = False
    return _AsTheOriginal(app)


class _Routes:
    def __init__(self, promoter: Promoter, key_of: KeyOf):
        self._promoter = promoter
        self._key_of = key_of

    async def version(self, request: Request) -> Response:
        snapshot = self._promoter.snapshot
        return _document(request, snapshot.version_document(), snapshot.version)

    async def files(self, request: Request) -> Response:
        snapshot = self._promoter.snapshot
        return _document(request, snapshot.list_document(), snapshot.version)

    async def wait(self, request: Request) -> Response:
        seconds = request.query_params.get("seconds", str(_WAIT))
        if not (seconds.isdecimal() and len(seconds) < 4 and 1 <= int(seconds) <= _LONGEST_WAIT):
            return _json({"Message": f"seconds: 1 to {_LONGEST_WAIT} expected"}, 400)
        await self._promoter.wait(request.path_params["version"], int(seconds))
        return await self.version(request)

    async def by_checksum(self, request: Request) -> Response:
        return self._content(self._promoter.by_checksum(request.path_params["checksum"]))

    async def by_sha256(self, request: Request) -> Response:
        return self._content(self._promoter.by_sha256(request.path_params["sha256"]))

    async def manifest(self, request: Request) -> Response:
        found = release_manifest.of(self._promoter)
        if found is None:
            raise HTTPException(404)
        if isinstance(found, str):
            return _json({"Message": found}, 503, {"Retry-After": "1"})
        node = request.query_params.get("node", "")
        content = release_manifest.proved(found, node, self._key_of(node) if node else None)
        return _document(request, content, found.digest.hex(), "text/plain; charset=utf-8")

    def _content(self, entry: Entry | None) -> Response:
        if entry is None:
            return _json({"Message": "file not found"}, 400)
        try:
            return Content(entry, self._promoter.open(entry))
        except FileNotFoundError:
            return _json({"Message": "internal error"}, 500)


class _AsTheOriginal:
    """Its two habits: ``//files`` is sent to the path that is meant, and headers begin big."""

    def __init__(self, app: ASGIApp):
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_spelled(message: Message) -> None:
            if "headers" in message:
                message["headers"] = [(name.title(), value) for name, value in message["headers"]]
            await send(message)

        app = self._app
        if (path := _cleaned(scope["path"])) != scope["path"]:
            query = f"?{scope['query_string'].decode('ascii', 'replace')}"
            where = quote(path, safe=_PATH_CHARS) + query.rstrip("?")
            app = Response(status_code=301, headers={"Location": where})
        await app(scope, receive, send_spelled)


def _cleaned(path: str) -> str:
    clean = posixpath.normpath("/" + path.lstrip("/"))
    return clean + "/" if path.endswith("/") and clean != "/" else clean


def _document(request: Request, body: bytes, tag: str, kind: str = _JSON) -> Response:
    etag = f'"{tag}"'
    if etag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers={"ETag": etag})
    return Response(body, headers={"Content-Type": kind, "ETag": etag})


def _json(document: object, status: int, headers: dict[str, str] | None = None) -> Response:
    return Response(encoded(document), status, {"Content-Type": _JSON, **(headers or {})})


def _refuse(_: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    if status != 404:
        return Response(status_code=status)
    headers = {"Content-Type": "text/plain; charset=utf-8", "X-Content-Type-Options": "nosniff"}
    return Response(b"404 page not found\n", 404, headers)
