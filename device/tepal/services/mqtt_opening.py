"""How a connection to an MQTT broker begins, and what a broker says beside its messages."""

# Of the part mqtt, which a release can leave out.

import asyncio

from micropython import const

from tepal.core import dial
from tepal.formats import mqtt, mqtt_session
from tepal.formats.errors import TepalError
from tepal.services.mqtt_link import Link

RARE = True
_PORT = const(1883)
_TLS_PORT = const(8883)
_CONNECT_MS = const(15000)  # a Pico W takes some seconds to agree on TLS

_CONNACK = const(2)
_SUBACK = const(9)
_DISCONNECT = const(14)
_OLD_VERSION = const((1, 0x84))  # reasons: a broker that knows 3.1.1 only

# Properties of a CONNACK.
_KEEP_ALIVE = const(0x13)
_RECEIVE_MAXIMUM = const(0x21)
_MAXIMUM_QOS = const(0x24)
_RETAIN_AVAILABLE = const(0x25)
_MAXIMUM_SIZE = const(0x27)


async def connect(client) -> Link:
    """Return the link to the broker, which has let us in.

    Raises: OSError, TepalError ``refused`` with the reason, ``protocol``, ``config_value``.
    """
    stream = await _dial(client.node)
    link = Link(stream, client.version, client.keep_alive * 500)
    entered = False
    try:
        await asyncio.wait_for_ms(_enter(client, link), _CONNECT_MS)
        entered = True
    except ValueError as error:  # so MicroPython tells what is wrong with a certificate
        raise OSError(str(error))
    finally:
        if not entered:
            await link.close()
    return link


def answered(client, kind: int, body: bytes) -> None:
    """Take an answer of the broker. Raises: TepalError ``protocol``, OSError (it ends here)."""
    if kind == _SUBACK:
        number, reasons = mqtt_session.subscribed(body, client.version)
        pattern = client.asked.pop(number, "")
        if reasons[0] >= 128:
            client.node.log.err("mqtt: the broker refuses " + pattern)
    elif kind == _DISCONNECT and client.version == 5:
        raise OSError(mqtt_session.disconnected(body))
    elif kind in (_CONNACK, _DISCONNECT):
        raise mqtt_session.fault("an answer that fits")


def leave(client) -> None:
    """Say goodbye, in the words of the will, without waiting for anything."""
    stream = client.link.stream
    if client.will:
        topic, payload = client.will[0], client.will[1].encode()
        stream.write(mqtt.publish(topic, len(payload), 0, True, 0, client.version) + payload)
    stream.write(mqtt_session.GOODBYE)


def place(text: str, is_tls: bool) -> tuple:
    """Return (host, port) of the configuration key ``mqtt``. Raises: TepalError ``config_value``."""
    host, _, port = text.partition(":")
    port = port or str(_TLS_PORT if is_tls else _PORT)
    if not host or not port.isdigit() or not 0 < int(port) < 65536:
        raise TepalError("config_value", "mqtt: host or host:port expected")
    return host, int(port)


async def _dial(node):
    """Return the stream of a connection to the broker."""
    is_tls = node.config.get("mqtt_tls")
    host, port = place(node.config.get("mqtt"), is_tls)
    return await dial.dial(node, host, port, is_tls)


async def _enter(client, link) -> None:
    """Say who we are, and take what the broker answers."""
    user = client.node.config.get("mqtt_user")
    password = _password(client.node) if user else ""
    hello = mqtt_session.connect(client, link.version, user, password, client.is_new)
    await link.send(hello)
    try:
        head = await link.head()
        if head.kind != _CONNACK:
            raise mqtt_session.fault("CONNACK first")
        code, found = mqtt_session.connected(await link.exactly(head.size), link.version)
    except OSError:
        if client.is_new:
            client.version = 9 - client.version  # who does not know a version may just close
        raise
    if code:
        if code in _OLD_VERSION and link.version == 5:
            client.version = 4
        raise TepalError("refused", mqtt_session.reason(code))
    _agree(client, link, found)


def _password(node) -> str:
    from tepal.core import secrets  # much code, and not every broker wants it

    return secrets.get(node.auth.secrets, "mqtt_pwd") or ""


def _agree(client, link, found: dict) -> None:
    """Keep to what the broker asks for."""
    client.most_waiting = max(1, min(8, found.get(_RECEIVE_MAXIMUM, 8)))
    client.best_quality = found.get(_MAXIMUM_QOS, 1)
    client.may_retain = bool(found.get(_RETAIN_AVAILABLE, 1))
    client.largest = found.get(_MAXIMUM_SIZE, 0)
    keep_alive = found.get(_KEEP_ALIVE, client.keep_alive)
    link.quiet_ms = max(1, keep_alive or client.keep_alive) * 500
