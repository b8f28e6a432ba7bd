"""Who may use the gateway, and from where. Pure: what a request says in, a refusal or None out."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import socket
from collections.abc import Mapping
from dataclasses import dataclass, field

PUBLIC = ("/", "/api/login")  # the page itself is no secret, what it shows is
_CHANGING = ("POST", "PUT", "PATCH", "DELETE")
_BEARER = "bearer "


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a request is not answered."""

    status: int
    code: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What counts of a request; header names in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    cookies: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """``token`` None lets everybody in who comes from this machine's own pages or programs."""

    token: str | None = field(repr=False)
    hosts: frozenset[str]  # names, besides numbers, by which a browser may call us

    @property
    def cookie_name(self) -> str:
        """The cookie of this gateway: ports of a host share their cookies, tokens tell apart."""
        return f"umbel-{hashlib.sha256((self.token or '').encode()).hexdigest()[:12]}"

    def refuse(self, asked: Asked) -> Refusal | None:
        """Why ``asked`` is not answered; None if it is."""
        if self.token is None and not self._is_our_name(asked.headers.get("host", "")):
            return Refusal(status=421, code="other_host", detail="this is not that host")
        if self._bears_token(asked.headers.get("authorization", "")):
            return None
        if asked.method in _CHANGING and not _is_own_page(asked.headers):
            return Refusal(status=403, code="other_site", detail="sent by another site's page")
        if asked.path in PUBLIC or self.admits(asked.cookies.get(self.cookie_name, "")):
            return None
        return Refusal(status=401, code="login_required", detail="the access token expected")

    def admits(self, token: str) -> bool:
        """Whether ``token`` opens the gateway."""
        return self.token is None or hmac.compare_digest(token.encode(), self.token.encode())

    def _bears_token(self, authorization: str) -> bool:
        if self.token is None or not authorization.lower().startswith(_BEARER):
            return False
        return self.admits(authorization[len(_BEARER) :].strip())

    def _is_our_name(self, host: str) -> bool:
        """Whether a browser means us, and not a stranger's name that leads to our address."""
        name = host.rsplit(":", 1)[0] if not host.endswith("]") else host
        name = name.strip("[]").lower().rstrip(".")
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return name in self.hosts
        return True


def own_names(host: str) -> frozenset[str]:
    """The names of this machine; ``host`` is what somebody chose to listen at."""
    name = socket.gethostname().lower()
    return frozenset({"localhost", name, f"{name.partition('.')[0]}.local", host.lower()})


def _is_own_page(headers: Mapping[str, str]) -> bool:
    """Whether a request that changes something was sent by our own page, or by no browser."""
    if site := headers.get("sec-fetch-site"):
        return site in ("same-origin", "none")
    if origin := headers.get("origin") or headers.get("referer"):
        return origin.split("/")[2:3] == [headers.get("host", "")]
    # A page elsewhere can make a browser leave all of these out.
    return not headers.get("user-agent", "").startswith("Mozilla/")
