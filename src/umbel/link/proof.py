"""How a request over HTTP proves who sends it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import AsyncGenerator

import httpx

from umbel.errors import LinkError
from umbel.link import signature
from umbel.model import Access

_NONCE = "/api/v1/nonce"
_UNAUTHORIZED = 401
_ALL_PLACES_TAKEN = 503
_READ_WHOLE = 4096  # bytes that a node reads before it believes them; of more it wants the hash


def of(access: Access) -> httpx.Auth | None:
    """The proof that ``access`` allows; a key is better than a password: it does not travel."""
    if access.key is not None:
        return KeyProof(access.key)
    if access.password is not None:
        return httpx.BasicAuth("umbel", access.password)
    return None


class KeyProof(httpx.Auth):
    """Signs every request with a node's key: method, target and body, under a nonce of the node.

    Each count of a nonce works once and must rise, so requests must not overtake each other.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._nonce: str | None = None
        self._count = 0

    async def async_auth_flow(
        self, request: httpx.Request
    ) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Fetch a nonce where there is none, sign, and do both again if the nonce is too old."""
        body = await request.aread()
        for _ in range(2):
            if self._nonce is None:
                answer = yield httpx.Request(
                    "GET", request.url.copy_with(raw_path=_NONCE.encode())
                )
                content = await answer.aread()
                if answer.status_code == _ALL_PLACES_TAKEN:
                    return  # who has asked sees this answer, and says what it means
                self._nonce = _nonce_in(content)
                self._count = 0
            request.headers["authorization"] = self._signed(request, body, self._nonce)
            answer = yield request
            if answer.status_code != _UNAUTHORIZED or not _is_stale(await answer.aread()):
                return
            self._nonce = None

    def _signed(self, request: httpx.Request, body: bytes, nonce: str) -> str:
        self._count += 1
        target = request.url.raw_path.decode()
        digest = hashlib.sha256(body).hexdigest()
        if len(body) > _READ_WHOLE:
            request.headers["x-content-sha256"] = digest
        message = f"{request.method}\n{target}\n{digest}"
        mac = signature.sign(self._key, message, nonce, self._count)
        return f"Tepal {nonce}:{self._count}:{mac}"


def _nonce_in(answer: bytes) -> str:
    try:
        return str(json.loads(answer)["nonce"])
    except (ValueError, KeyError, TypeError) as exc:
        raise LinkError("what answers is no node: it has no nonce") from exc


def _is_stale(answer: bytes) -> bool:
    try:
        return json.loads(answer)["code"] == "stale"
    except (ValueError, KeyError, TypeError):
        return False
