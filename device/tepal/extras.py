"""Doors that few nodes have: the air, old clients, and the ways to a broker and a syslog server."""

import asyncio

from micropython import const

from tepal.formats.errors import TepalError

RARE = True
_BOOT_MS = const(1500)
_SMARTHOME_PORT = const(8123)
_SMARTHOME_CLIENTS = const(4)
_SMARTHOME_SILENCE_MS = const(20000)


def open(node) -> None:
    """Open those that the configuration names."""
    server = node.config.get("syslog")
    if server != "n/a":
        from tepal.services import syslog

        node.tasks.start("syslog", syslog.run(node, server), "system")
    if node.config.get("mqtt") != "n/a":
        node.tasks.start("mqtt.open", _open_mqtt(node), "system")
    if node.config.get("smarthome") != "n/a":
        node.tasks.start("smarthome.open", _open_smarthome(node), "system")
    if node.config.get("espnow"):
        _open_air(node)


async def _open_smarthome(node) -> None:
    from tepal import boot
    from tepal.services import tcp

    try:
        from tepal.services import smarthome
    except ImportError as error:
        node.log.err("smarthome: " + str(error))
        return
    door = tcp.Door("smarthome", smarthome, node, _SMARTHOME_CLIENTS)
    door.patience_ms = door.trusted_ms = _SMARTHOME_SILENCE_MS
    await boot.open(door, _SMARTHOME_PORT)
    if node.config.get("smarthome") == "open":
        node.log.boot("smarthome: no password is asked for")


async def _open_mqtt(node) -> None:
    """Open the MQTT door when there is a network, and the boot has left memory."""
    await node.network.joined.wait()
    while "mqtt" not in node.__dict__:
        await asyncio.sleep_ms(_BOOT_MS)
        node.sweep()
        try:
            getattr(node, "mqtt")  # noqa: B009 - it comes into being at its first use
        except MemoryError:
            node.log.info("mqtt: out of memory, it is tried again")
        except TepalError as error:
            node.log.err(str(error))
            return
    if node.config.get("update_channel") != "n/a":
        from tepal.services import channel

        channel.open(node)


def _open_air(node) -> None:
    from tepal.core import secrets

    try:
        radio = node.board().discovery().radio()
    except (ImportError, OSError) as error:
        node.log.err("espnow: " + str(error))
        return
    try:
        from tepal.services.air import Air
    except ImportError as error:
        node.log.err("espnow: " + str(error))
        return
    key = secrets.get(node.auth.secrets, "peer_key") or ""
    if not key:
        node.log.warn("espnow: nobody will be believed before peer_key is set")
    node.peers.radio = Air(node, radio, node.network.station.config("mac"), key.encode())
    node.tasks.start("espnow.server", node.peers.radio.serve(), "system")
    node.log.boot("espnow on")
