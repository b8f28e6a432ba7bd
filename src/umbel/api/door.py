"""Where every request comes in: asks the guard, and puts what is always needed on the answers."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from umbel.api import problem
from umbel.api.guard import Asked, Guard

_LARGEST_BODY = 64 * 1024  # bytes
_ALWAYS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",  # an address may carry the token, for a moment
}


class GuardedDoor:
    """ASGI middleware; nothing but HTTP comes in."""

    def __init__(self, app: ASGIApp, guard: Guard) -> None:
        self._app = app
        self._guard = guard

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or let the application answer."""
        if scope["type"] != "http":
            return

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _ALWAYS.items():
                    headers[name] = value
            await send(message)

        answer = self._refusal(Request(scope)) or self._app
        await answer(scope, receive, send_safely)

    def _refusal(self, request: Request) -> ASGIApp | None:
        asked = Asked(
            method=request.method,
            path=request.url.path,
            headers=request.headers,
            cookies=request.cookies,
        )
        if refusal := self._guard.refuse(asked):
            return problem.answer(refusal.status, refusal.code, refusal.detail)
        if "transfer-encoding" in request.headers:
            return problem.answer(411, "length_required", "a body with content-length expected")
        if _length(request) > _LARGEST_BODY:
            return problem.answer(413, "body_too_large", f"at most {_LARGEST_BODY} bytes expected")
        return None


def _length(request: Request) -> int:
    length = request.headers.get("content-length", "0")
    return int(length) if length.isascii() and length.isdigit() else _LARGEST_BODY + 1
