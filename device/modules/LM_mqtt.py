"""MQTT: publish by a command, from the schedule, a pin or another node; see how the connection is."""

# Of the part mqtt, which a release can leave out.

from micropython import const

from tepal import TepalError

_TYPING = const(0)
if _TYPING:
    from tepal import Node

node: "Node"  # the running node; the loader puts it here

HELP = (
    "publish topic message qos=0 retain=False",
    "TEXTBOX status",
)


async def publish(topic, message, qos=0, retain=False):
    """Publish ``message``; with ``qos`` 1 it is kept until the broker has it."""
    if qos not in (0, 1):
        raise ValueError("qos: 0 or 1 expected")
    await _client().publish(topic, str(message), qos, bool(retain))
    return "Published"


def status():
    """Return how the connection is, the version of MQTT, and how many messages wait."""
    client = _client()
    version = "5" if client.version == 5 else "3.1.1"
    return {"state": client.state, "version": version, "waiting": len(client.waiting)}


def _client():
    if node.config.get("mqtt") == "n/a":
        raise TepalError("unsupported", "no broker is configured, see the key mqtt")
    return node.mqtt
