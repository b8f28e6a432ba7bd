"""The log to a syslog server, RFC 5424 over UDP. Loaded only where ``syslog`` names a server."""

import asyncio
import socket
import time

from micropython import const

from tepal.core.listener import Listener
from tepal.formats.errors import TepalError

_PORT = const(514)
_PAUSE_MS = const(50)  # between two lines: a flood here is none in the network
_RETRY_MS = const(60000)
_FACILITY = const(16)  # local0
_SEVERITIES = {"ERR": 3, "WARN": 4, "BOOT": 5, "INFO": 6}


async def run(node, target: str) -> None:
    """Send each new line to ``target``, ``host[:port]``; never returns."""
    host, _, port = target.partition(":")
    number = int(port) if port.isdigit() else _PORT
    address = ""
    lost = 0
    looked = time.ticks_add(time.ticks_ms(), -_RETRY_MS)
    with Listener(node.log, ("log",)) as listener:
        for line in list(node.log.lines):  # what was said before we listened
            listener.put(("log", line))
        while True:
            _, line = await listener.get()
            if not address and time.ticks_diff(time.ticks_ms(), looked) >= _RETRY_MS:
                looked = time.ticks_ms()
                address = await _resolve(node, host)
            if address:
                if listener.lost != lost:
                    text = "+ [WARN] %d lines lost" % (listener.lost - lost)
                    lost = listener.lost
                    _send(message(node, text), address, number)
                _send(message(node, line), address, number)
            await asyncio.sleep_ms(_PAUSE_MS)


def message(node, line: str) -> bytes:
    """Return the datagram for one line of the log: ``<time> [LEVEL] text``."""
    _, _, rest = line.partition(" [")
    level, _, text = rest.partition("] ")
    priority = _FACILITY * 8 + _SEVERITIES.get(level, 6)
    now = node.clock.now()
    stamp = "-"
    if now:
        stamp = "%04d-%02d-%02dT%02d:%02d:%02dZ" % time.gmtime(now - node.clock.epoch_s)[:6]
    head = "<%d>1 %s %s tepal - %s - " % (priority, stamp, node.name, level or "-")
    return (head + text.replace("\n", " ")).encode()


async def _resolve(node, host: str) -> str:
    from tepal.core import names

    try:
        return await names.resolve(host, [node.network.station.ifconfig()[3]])
    except TepalError as error:
        print("syslog:", error)  # on the console alone: the log would come back here
        return ""


def _send(data: bytes, host: str, port: int) -> None:
    from tepal.core import datagram

    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        datagram.send(sock, data, host, port)
    finally:
        sock.close()
