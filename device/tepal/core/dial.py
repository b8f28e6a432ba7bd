"""Connections that a node opens: a name becomes an address, TLS where it is wanted, all in time."""

import asyncio

from micropython import const

from tepal.formats.errors import TepalError

RARE = True
_CONNECT_MS = const(15000)  # a Pico W takes some seconds to agree on TLS


async def dial(node, host: str, port: int, is_tls: bool):
    """Return the stream of a connection.

    Raises: OSError, TepalError ``unreachable`` (no such name), ``unsupported`` (no TLS).
    """
    options = {}
    if is_tls:
        from tepal.core import tls

        options = {"ssl": tls.context(), "server_hostname": host}
    if not host.replace(".", "").isdigit():
        from tepal.core import names

        host = await names.resolve(host, [node.network.station.ifconfig()[3]])
    opening = asyncio.open_connection(host, port, **options)
    try:
        stream, _ = await asyncio.wait_for_ms(opening, _CONNECT_MS)
    except asyncio.TimeoutError:
        raise OSError("nobody answers at " + host)
    except ValueError as error:  # so MicroPython tells what is wrong with a certificate
        raise OSError(str(error))
    return stream


def parts(url: str) -> tuple:
    """Return (scheme, host, port, path) of an address. Raises: TepalError ``url``."""
    scheme, colon, rest = url.partition("://")
    place, _, path = rest.partition("/")
    host, _, port = place.partition(":")
    if not colon or scheme not in ("http", "https") or not host or not (port or "0").isdigit():
        raise TepalError("url", "http://… or https://… expected")
    return scheme, host, int(port or (443 if scheme == "https" else 80)), "/" + path
