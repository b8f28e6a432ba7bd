"""The apps of nodes, passed on: what a node says of them is checked first, for a page shows it."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import FastAPI, Response
from fastapi import Path as InPath
from pydantic import BaseModel, Field, ValidationError

from umbel.errors import LinkError
from umbel.fleet import Fleet

_ICON = 64  # pixels, on a page
_PNG = b"\x89PNG\r\n\x1a\n"
_A_DAY = "private, max-age=86400"
_UID = r"^[a-z0-9][a-z0-9._-]{0,7}$"

Uid = Annotated[str, InPath(pattern=_UID)]
Pixels = Annotated[int, InPath(ge=8, le=512)]


class App(BaseModel):
    """An app of a node, and how it is."""

    uid: Annotated[str, Field(pattern=_UID)]
    version: str = ""
    title: str
    description: str = ""
    state: str = "stopped"  # running, stopped, failed, done
    launchable: bool = False
    permissions: list[str] = []
    restarts: int = 0
    cpu_ms: int = 0
    heap: int = 0  # bytes
    out: str = ""  # the last thing it said, or why it failed
    icon: str = ""  # a path below the gateway; empty: it has none
    fault: str | None = None  # why it cannot be described


class Apps(BaseModel):
    """The apps of a node; their titles are in its language."""

    language: str = ""
    apps: list[App]


def add(app: FastAPI, fleet: Fleet) -> None:
    """Add the routes of apps to the gateway of ``fleet``."""

    @app.get("/api/nodes/{name}/apps")
    async def apps(name: str) -> Apps:  # pyright: ignore[reportUnusedFunction] - a route
        """The apps of one node."""
        try:
            told = Apps.model_validate(await fleet.apps(name))
        except ValidationError as error:
            raise LinkError(f"{name} answered nonsense about its apps") from error
        for one in told.apps:
            path = f"/api/nodes/{quote(name, safe='')}/apps/{one.uid}/icon/{_ICON}"
            one.icon = path if one.icon else ""
        return told

    @app.get("/api/nodes/{name}/apps/{uid}/icon/{pixels}", response_class=Response)
    async def icon(name: str, uid: Uid, pixels: Pixels, bw: bool = False) -> Response:  # pyright: ignore[reportUnusedFunction]
        """The icon of an app that suits, for a screen without colours if ``bw``."""
        picture = await fleet.icon(name, uid, pixels, is_bw=bw)
        if not picture.startswith(_PNG):
            raise LinkError(f"{name} answered nonsense: a PNG picture expected")
        headers = {"cache-control": _A_DAY, "x-content-type-options": "nosniff"}
        return Response(picture, media_type="image/png", headers=headers)
