"""What a program asks of the framed shell besides commands: login, events, health, configuration."""

from tepal.core import login
from tepal.core.commands import ADMIN, ROLES, VIEW, Caller
from tepal.formats.errors import TepalError

RARE = True


async def answer(session, request: dict) -> object:  # noqa: PLR0911 - a table would cost more
    """Return the answer to a request that is no command.

    Raises: TepalError.
    """
    auth = session.node.auth
    if "nonce" in request:
        return login.new_nonce(auth)
    if "login" in request:
        password = str(request["login"])
        return _enter(session, await login.with_password(auth, password, session.caller.name))
    if "sign" in request:
        return _enter(session, with_signature(auth, request["sign"], "shell", "key"))
    if "peer" in request:
        from tepal.services import peer

        return peer.answer(session, request["peer"])
    if "subscribe" in request:
        return subscribe(session, request["subscribe"])
    if "log" in request:
        _want(session, VIEW)
        return session.node.log.lines
    if "about" in request:
        _want(session, VIEW)
        return session.node.health().about(session.node)
    if "config" in request:
        _want(session, ADMIN)
        from tepal.services import configure

        return await configure.exchange(session.node.config, request["config"])
    raise TepalError(
        "syntax", "cmd, call, login, nonce, sign, peer, subscribe, log, about or config expected"
    )


def _want(session, role: int) -> None:
    if session.caller.role < role:
        raise TepalError("denied", "this wants the role " + ROLES[role])


def _enter(session, role: int) -> str:
    session.caller = Caller("shell", role, session.caller.name)
    session.connection.trusted = True
    return ROLES[role]


def with_signature(auth, parts: object, message: str, name: str) -> int:
    """Return the role that ``[nonce, count, mac]`` proves. Raises: TepalError."""
    if isinstance(parts, list) and [type(part) for part in parts] == [str, int, str]:
        nonce, count, mac = parts
        return login.with_signature(auth, nonce, count, mac, message, name)
    raise TepalError("syntax", "[nonce, count, mac] expected")


def subscribe(session, topics: object) -> bool:
    """Begin to send events."""
    _want(session, VIEW)
    if not isinstance(topics, list) or session.tag:
        raise TepalError("syntax", "one list of topics expected")
    tag = "events.%s.%d" % (session.caller.name, id(session))
    session.node.tasks.start(tag, session.forward(tuple(topics)))
    session.tag = tag
    return True
