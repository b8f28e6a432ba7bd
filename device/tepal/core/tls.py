"""TLS for the connections that a node opens."""

from micropython import const

from tepal.core import storage
from tepal.formats.errors import TepalError

_TYPING = const(0)
if _TYPING:
    from typing import Any  # noqa: TID251 - never imported on a node

RARE = True
_AUTHORITY = const("config/ca.pem")  # whom we believe; without it TLS hides, but proves nothing


def context():
    """Return what ``asyncio.open_connection`` wants as ``ssl``. Raises: TepalError ``unsupported``."""
    try:
        import tls as ssl  # on a board ssl is a shell around it, and the unix port has no shell
    except ImportError:
        try:
            import ssl
        except ImportError:
            raise TepalError("unsupported", "this firmware has no TLS")
    made: "Any" = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if storage.exists(_AUTHORITY):
        _believe(made, ssl.__name__ == "tls")
        mode = ssl.CERT_REQUIRED
    else:
        if hasattr(made, "check_hostname"):  # CPython wants it first
            made.check_hostname = False
        mode = ssl.CERT_NONE
    made.verify_mode = mode
    return made


def _believe(made, is_board: bool) -> None:
    with open(_AUTHORITY) as file:
        text = file.read()
    if is_board:
        made.load_verify_locations(text)
    else:
        made.load_verify_locations(cadata=text)
