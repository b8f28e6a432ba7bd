"""Getting in: passwords with roles and back-off, sessions, signatures, the first password.

Secrets used: ``passwords`` = {"salt", "rounds", role: hash …} and ``key``, all hex, 32 bytes each.
One salt serves all roles, so that a login costs one hash.
"""

import os

from micropython import const

from tepal.core import passwords, secrets
from tepal.core.commands import ADMIN, CONTROL, NOBODY, ROLES
from tepal.formats.errors import TepalError

RARE = True
_FREE_TRIES = const(3)  # wrong passwords before an address has to wait
_LONGEST_WAIT_S = const(60)
_SHORTEST_PASSWORD = const(8)  # characters
_SHORTEST_KEY = const(16)  # characters: who hears a signature may try short keys at leisure
_MAX_ADDRESSES = const(8)
_MAX_SESSIONS = const(8)
_MAX_NONCES = const(6)
_PASSWORD_KEYS = {"appwd": "admin", "ctlpwd": "control", "viewpwd": "view"}


async def with_password(auth, password: str, address: str) -> int:
    """Return the role that ``password`` opens.

    Raises: TepalError ``wrong_password``, or ``wait`` with the seconds to wait.
    """
    wait_ms = auth.failures.get(address, (0, 0))[1] - auth.clock.uptime_ms()
    if wait_ms > 0:
        raise TepalError("wait", str(wait_ms // 1000 + 1))
    stored = secrets.get(auth.secrets, "passwords") or {}
    if auth.busy:  # one hash at a time: it takes all the time there is
        raise TepalError("wait", "1")
    auth.busy = True
    try:
        salt = bytes.fromhex(stored.get("salt", ""))
        hashed = await passwords.hash_password(password, salt, stored.get("rounds", 1))
    finally:
        auth.busy = False
    for role in range(ADMIN, NOBODY, -1):
        wanted = bytes.fromhex(stored.get(ROLES[role], ""))
        if wanted and passwords.is_equal(hashed, wanted):
            auth.failures.pop(address, None)
            return role
    _count_failure(auth, address)
    raise TepalError("wrong_password")


def open_session(auth, role: int, token=None):
    """Return a token that stands for ``role`` until the node restarts; a new one if none is given."""
    token = token or os.urandom(16).hex()
    auth.uses += 1
    _make_room(auth.sessions, _MAX_SESSIONS)
    auth.sessions[token] = (role, auth.uses)
    return token


def session_role(auth, token) -> int:
    """Return the role behind a token; NOBODY if it is unknown."""
    session = auth.sessions.get(token)
    if session is None:
        return NOBODY
    auth.uses += 1
    auth.sessions[token] = (session[0], auth.uses)
    return session[0]


def new_nonce(auth) -> str:
    """Return a new nonce for signed requests."""
    nonce = os.urandom(8).hex()
    auth.uses += 1
    _make_room(auth.nonces, _MAX_NONCES)
    auth.nonces[nonce] = (0, auth.uses)
    return nonce


def with_signature(auth, nonce: str, count: int, mac: str, message: str, name="key") -> int:
    """Return the role of who signed: HMAC-SHA256 with a secret over message, nonce, count.

    ``key`` is the node's own and makes an admin; ``peer_key``, which neighbours share, does not.

    Each count of a nonce works once and must rise. Raises: TepalError ``signature``,
    ``stale`` (the nonce is unknown here: ask for a new one).
    """
    known = auth.nonces.get(nonce)
    if known is None:
        raise TepalError("stale")
    secret = secrets.get(auth.secrets, name) or ""
    key = bytes.fromhex(secret) if name == "key" else secret.encode()
    signed = "%s\n%s\n%d" % (message, nonce, count)
    wanted = passwords.hmac_sha256(key, signed.encode()).hex()
    if not key or not passwords.is_equal(wanted.encode(), mac.encode()) or count <= known[0]:
        raise TepalError("signature")
    auth.uses += 1
    auth.nonces[nonce] = (count, auth.uses)
    return ADMIN if name == "key" else CONTROL


async def keep_secret(auth, key: str, text: str) -> None:
    """Store the value of a secret configuration key; passwords are hashed first.

    Raises: TepalError ``config_value`` (too short).
    """
    role = _PASSWORD_KEYS.get(key)
    if key == "peer_key" and 0 < len(text) < _SHORTEST_KEY:
        raise TepalError("config_value", key + ": at least %d characters expected" % _SHORTEST_KEY)
    if role is None:
        secrets.put(auth.secrets, key, text)
        return
    stored = secrets.get(auth.secrets, "passwords") or {}
    if not text and role != "admin":
        stored.pop(role, None)
    elif len(text) < _SHORTEST_PASSWORD:
        text = ": at least %d characters expected" % _SHORTEST_PASSWORD
        raise TepalError("config_value", key + text)
    else:
        salt = stored.get("salt") or os.urandom(16).hex()
        hashed = await passwords.hash_password(text, bytes.fromhex(salt))
        stored.update({"salt": salt, "rounds": passwords.ROUNDS, role: hashed.hex()})
    secrets.put(auth.secrets, "passwords", stored)
    auth.sessions.clear()


async def provision(auth) -> str:
    """Make the key and the first password where there is none; return that password or ""."""
    if not secrets.get(auth.secrets, "key"):
        secrets.put(auth.secrets, "key", os.urandom(32).hex())
    if "admin" in (secrets.get(auth.secrets, "passwords") or {}):
        return ""
    password = passwords.generate()
    await keep_secret(auth, "appwd", password)
    secrets.put(auth.secrets, "ap_password", password)
    return password


def _count_failure(auth, address: str) -> None:
    count = auth.failures.get(address, (0, 0))[0] + 1
    wait_s = 0
    if count >= _FREE_TRIES:
        wait_s = min(1 << min(count - _FREE_TRIES, 6), _LONGEST_WAIT_S)
        auth.log.warn("login: %d wrong passwords from %s" % (count, address))
    _make_room(auth.failures, _MAX_ADDRESSES)
    auth.failures[address] = (count, auth.clock.uptime_ms() + wait_s * 1000)


def _make_room(table: dict, size: int) -> None:
    """Drop the entry with the lowest second member, if ``table`` is full."""
    if len(table) >= size:
        table.pop(min(table, key=lambda name: table[name][1]))
