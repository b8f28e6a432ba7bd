"""Who sent an HTTP request: a cookie, a password (Basic) or a signature; and from which site."""

import hashlib

from micropython import const

from tepal.core.commands import NOBODY, VIEW, Caller
from tepal.formats.errors import TepalError

RARE = True
_WHOLE = const(4096)  # bytes of a body that is read to be believed


async def caller(request, changes: bool) -> Caller:
    """Return the caller of ``request``.

    Raises: TepalError ``login_required``, ``other_site`` and those of Auth.
    """
    auth = request.node.auth
    role = auth.guest
    credentials = request.header("authorization")
    if auth.enabled:
        if credentials[:6] == "Basic ":
            role = await _basic_role(request, credentials)
        elif credentials[:6] == "Tepal ":
            role = await _signed_role(request, credentials[6:])
        else:
            from tepal.core import login

            role = login.session_role(auth, cookie(request))
        if role == NOBODY:
            raise TepalError("login_required")
    if changes and credentials[:6] != "Tepal ":
        role = check_site(request, role)
    return Caller("http", role, request.connection.address)


def cookie(request) -> str:
    """Return the session token that the browser sent."""
    for part in request.header("cookie").split(";"):
        name, _, token = part.strip().partition("=")
        if name == "tepal":
            return token
    return ""


async def _basic_role(request, credentials: str) -> int:
    from tepal.core import login

    auth = request.node.auth
    # What was right before stands for itself, which spares the next request a slow hash.
    fingerprint = hashlib.sha256(auth.pepper + credentials.encode()).digest()
    role = login.session_role(auth, fingerprint)
    if role == NOBODY:
        import binascii

        try:
            _, _, password = binascii.a2b_base64(credentials[6:]).decode().partition(":")
        except (ValueError, UnicodeError):
            raise TepalError("bad_request", "Basic credentials expected")
        role = await login.with_password(auth, password, request.connection.address)
        login.open_session(auth, role, fingerprint)
    return role


async def _signed_role(request, credentials: str) -> int:
    """Check ``nonce:count:mac`` over method, target and the hash of the body."""
    from tepal.core import login
    from tepal.services import body

    try:
        nonce, count, mac = credentials.split(":")
        number = int(count)
    except ValueError:
        raise TepalError("bad_request", "nonce:count:mac expected")
    digest = request.header("x-content-sha256")
    if digest and request.unread > _WHOLE:
        request.digest, request.hash = digest, hashlib.sha256()  # compared as it comes, see body
    else:
        request.body = await body.read(request)  # whoever answers finds it here
        digest = hashlib.sha256(request.body).digest().hex()
    target = request.path + ("?" + request.query if request.query else "")
    message = request.method + "\n" + target + "\n" + digest
    return login.with_signature(request.node.auth, nonce, number, mac, message)


def check_site(request, role: int) -> int:
    """Return the role of a request that changes something; refuse it from another site's page."""
    host = request.header("host")
    fetch_site = request.header("sec-fetch-site")
    if fetch_site:
        if fetch_site not in ("same-origin", "none"):
            raise TepalError("other_site", fetch_site)
        return role
    origin = request.header("origin") or request.header("referer")
    if origin:
        if origin.split("/")[2:3] != [host]:
            raise TepalError("other_site", origin[:64])
        return role
    if request.header("user-agent")[:8] == "Mozilla/":
        # A page elsewhere can make a browser leave all of these out, so it may only look.
        return min(role, VIEW)
    return role
