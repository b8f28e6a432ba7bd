"""Errors over HTTP: which status a code has, and the problem document (RFC 9457) that says more."""

import json

from tepal.formats.errors import TepalError
from tepal.services import crowd

RARE = True
UNREADABLE = ("bad_request", "too_large", "http_version", "length_required", "body_too_large")
_SCHEMES = ("Basic", "Tepal")
_REASONS = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    409: "Conflict",
    411: "Length Required",
    413: "Content Too Large",
    429: "Too Many Requests",
    431: "Request Header Fields Too Large",
    500: "Internal Server Error",
    501: "Not Implemented",
    503: "Service Unavailable",
    505: "HTTP Version Not Supported",
    507: "Insufficient Storage",
}
_STATUS = {
    "login_required": 401,
    "wrong_password": 401,
    "signature": 401,
    "stale": 401,
    "denied": 403,
    "other_site": 403,
    "release_signature": 403,
    "release_unsigned": 403,
    "unknown_module": 404,
    "unknown_function": 404,
    "unknown_key": 404,
    "not_found": 404,
    "not_included": 404,
    "app_missing": 404,
    "method": 405,
    "app_clash": 409,
    "app_cycle": 409,
    "app_needed": 409,
    "app_needs": 409,
    "app_older": 409,
    "app_other": 409,
    "app_setup": 409,
    "busy": 409,
    "release_sequence": 409,
    "release_unfit": 409,
    "update_busy": 409,
    "update_order": 409,
    "update_rolled_back": 409,
    "length_required": 411,
    "body_too_large": 413,
    "wait": 429,
    "queue_full": 429,
    "too_large": 431,
    "failed": 500,
    "load_failed": 500,
    "flash": 500,
    "full": 507,
    "unsupported": 501,
    "update_flash": 501,
    "http_version": 505,
}


async def answer(request, error: TepalError) -> None:
    """Answer ``request`` with what went wrong, or just close what was half answered."""
    if request.answered or error.code in UNREADABLE:
        request.is_last = True  # where the next request begins is anybody's guess
    if request.answered:
        return
    status = _STATUS.get(error.code, 400)
    problem = {"type": "about:blank", "title": error.code.replace("_", " "), "status": status}
    problem["code"] = error.code
    problem["detail"] = str(error)
    more = ""
    if status == 401:
        # A script of our page has a form of its own; to "Basic" a browser opens a window of its own.
        own = b" mozilla/" in request.names and b"text/html" not in request.names
        more = 'www-authenticate: %s realm="%s"\r\n' % (_SCHEMES[own], request.node.name)
    elif status == 429:
        more = "retry-after: %s\r\n" % (error.detail if error.detail.isdigit() else "1")
    kind = "application/problem+json"
    await request.answer(json.dumps(problem), kind, "%d %s" % (status, _REASONS[status]), more)
    if error.code in UNREADABLE:
        await crowd.linger(request.connection)
        request.unread = 0
