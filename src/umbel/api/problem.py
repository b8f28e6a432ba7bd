"""Errors over HTTP: problem documents (RFC 9457), in the dialect of the nodes."""

from __future__ import annotations

from fastapi.responses import JSONResponse

from umbel.errors import LinkError, LinkTimeout, NodeError, UmbelError, UnknownNode

_OF_NODES = {
    "wrong_password": 502,  # ours to the node; the caller cannot help it
    "signature": 502,
    "login_required": 502,
    "stale": 502,
    "denied": 403,
    "unknown_module": 404,
    "unknown_function": 404,
    "not_found": 404,
    "not_included": 404,
    "app_missing": 404,
    "wait": 429,
    "queue_full": 429,
}


def answer(status: int, code: str, detail: str) -> JSONResponse:
    """A problem document."""
    problem = {"type": "about:blank", "title": code.replace("_", " "), "status": status}
    headers = {"www-authenticate": "Bearer"} if status == 401 else None
    return JSONResponse(
        problem | {"code": code, "detail": detail},
        status_code=status,
        headers=headers,
        media_type="application/problem+json",
    )


def of(error: UmbelError) -> JSONResponse:
    """The answer that tells of ``error``."""
    message = str(error)
    if isinstance(error, NodeError):
        return answer(_OF_NODES.get(error.code, 400), error.code, message)
    if isinstance(error, UnknownNode):
        return answer(404, "unknown_node", message)
    if isinstance(error, LinkTimeout):
        return answer(504, "unreachable", message)
    if isinstance(error, LinkError):
        return answer(502, "unreachable", message)
    return answer(500, "failed", message)
