"""The gateway as an ASGI application: REST, events, metrics and the page of the fleet."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from fastapi import Body, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, StreamingResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from umbel.api import apps, problem, stream
from umbel.api.door import GuardedDoor
from umbel.api.guard import Guard
from umbel.api.metrics import CONTENT_TYPE, Metrics
from umbel.errors import UmbelError
from umbel.fleet import Fleet, NodeView, Outcome

_LONGEST_LINE = 1024  # characters of a command
_MOST_NODES = 1000  # in one request
_NO_PAGE = (
    b"<!doctype html><title>Umbel</title><p>The page is not built: run <code>make setup</code>."
)

Line = Annotated[str, Field(min_length=1, max_length=_LONGEST_LINE)]


class Command(BaseModel):
    """A command line, as a node's shell takes it."""

    cmd: Line


class CommandForMany(Command):
    """A command line for some nodes; without ``nodes`` for all of them."""

    nodes: Annotated[list[str], Field(max_length=_MOST_NODES)] | None = None


class Token(BaseModel):
    """What opens the gateway."""

    token: Annotated[str, Field(max_length=256)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a command has answered: for programs, and for people."""

    result: object
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Why a command has no answer."""

    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OneOfMany:
    """What came of a command on one node: an answer, or trouble."""

    answer: Answer | None = None
    error: Trouble | None = None


def create_app(fleet: Fleet, guard: Guard, page: Path | None) -> FastAPI:
    """The gateway of ``fleet``; ``page`` is the compressed page, if it was built."""
    # The usual pages of documentation load scripts from the network; the schema is enough.
    app = FastAPI(
        title="Umbel gateway", docs_url=None, redoc_url=None, openapi_url="/api/openapi.json"
    )
    _add_fleet(app, fleet)
    apps.add(app, fleet)
    _add_page(app, guard, page)
    _add_errors(app)
    app.add_middleware(GuardedDoor, guard=guard)
    return app


def _add_fleet(app: FastAPI, fleet: Fleet) -> None:
    metrics = Metrics(fleet)

    @app.get("/api/nodes")
    def nodes() -> list[NodeView]:  # pyright: ignore[reportUnusedFunction] - a route
        """How every node is."""
        return list(fleet.views)

    @app.get("/api/nodes/{name}")
    def node(name: str) -> NodeView:  # pyright: ignore[reportUnusedFunction]
        """How one node is."""
        return fleet.view(name)

    @app.post("/api/nodes/{name}/commands")
    async def run(name: str, command: Command) -> Answer:  # pyright: ignore[reportUnusedFunction]
        """Run a command on one node."""
        result = await fleet.run(name, command.cmd)
        return Answer(result=result.value, text=result.text)

    @app.post("/api/commands")
    async def run_on_many(  # pyright: ignore[reportUnusedFunction]
        command: CommandForMany,
    ) -> dict[str, OneOfMany]:
        """Run a command on several nodes; what fails on one stops no other."""
        everybody = [view.name for view in fleet.views]
        names = everybody if command.nodes is None else list(dict.fromkeys(command.nodes))
        outcomes = await fleet.run_on(names, command.cmd)
        return {name: _one_of_many(outcome) for name, outcome in outcomes.items()}

    @app.get("/api/events", response_class=StreamingResponse)
    def events() -> StreamingResponse:  # pyright: ignore[reportUnusedFunction]
        """What changes, as it changes: server-sent events."""
        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        return StreamingResponse(
            stream.changes(fleet), media_type="text/event-stream", headers=headers
        )

    @app.get("/metrics")
    def figures() -> Response:  # pyright: ignore[reportUnusedFunction]
        """Every figure of every node, for Prometheus."""
        return Response(metrics.text(), media_type=CONTENT_TYPE)


def _add_page(app: FastAPI, guard: Guard, page: Path | None) -> None:
    packed = page.read_bytes() if page else gzip.compress(_NO_PAGE, mtime=0)

    @app.get("/", include_in_schema=False)
    def index(request: Request, token: str | None = None) -> Response:  # pyright: ignore[reportUnusedFunction]
        """The page. A token in its address becomes a cookie, and leaves the address at once."""
        if token is not None:
            away = RedirectResponse("/", status_code=303)
            _let_in(away, guard, token)
            return away
        headers = {"cache-control": "no-cache", "vary": "accept-encoding"}
        if "gzip" in request.headers.get("accept-encoding", ""):
            headers["content-encoding"] = "gzip"
            return Response(packed, media_type="text/html", headers=headers)
        return Response(gzip.decompress(packed), media_type="text/html", headers=headers)

    @app.get("/api/login")
    def state(request: Request) -> dict[str, bool]:  # pyright: ignore[reportUnusedFunction]
        """Whether a token is needed, and whether this caller has shown it."""
        shown = request.cookies.get(guard.cookie_name, "")
        return {"auth": guard.token is not None, "in": guard.admits(shown)}

    @app.post("/api/login")
    def login(given: Annotated[Token, Body()]) -> Response:  # pyright: ignore[reportUnusedFunction]
        """Take the token, give a cookie."""
        answer = JSONResponse({})
        if not _let_in(answer, guard, given.token):
            return problem.answer(401, "wrong_token", "this is not the token of this gateway")
        return answer


def _let_in(answer: Response, guard: Guard, token: str) -> bool:
    if not guard.admits(token):
        return False
    if guard.token is None:
        return True
    answer.set_cookie(guard.cookie_name, token, httponly=True, samesite="strict", path="/")
    return True


def _add_errors(app: FastAPI) -> None:
    @app.exception_handler(UmbelError)
    def ours(_: Request, error: UmbelError) -> Response:  # pyright: ignore[reportUnusedFunction]
        return problem.of(error)

    @app.exception_handler(RequestValidationError)
    def bad(_: Request, error: RequestValidationError) -> Response:  # pyright: ignore[reportUnusedFunction]
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        return problem.answer(400, "bad_request", f"{where}: {first['msg']}")

    @app.exception_handler(HTTPException)
    def http(_: Request, error: HTTPException) -> Response:  # pyright: ignore[reportUnusedFunction]
        code = {404: "not_found", 405: "method"}.get(error.status_code, "bad_request")
        return problem.answer(error.status_code, code, str(error.detail))


def _one_of_many(outcome: Outcome) -> OneOfMany:
    if outcome.result is not None:
        return OneOfMany(answer=Answer(result=outcome.result.value, text=outcome.result.text))
    return OneOfMany(error=Trouble(code=outcome.code or "failed", message=outcome.message or ""))
