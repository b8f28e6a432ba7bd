"""``/api/v1/events``: log lines and changed states, as server-sent events. Not RARE: streams last."""

import asyncio

from micropython import const

from tepal.core.commands import as_json
from tepal.core.listener import Listener
from tepal.formats.command import Call
from tepal.formats.errors import TepalError

_LOOK_MS = const(1000)  # how soon a client that leaves makes room for the next
_QUIET = const(15)  # looks; a stream with nothing to say shows that it is alive

_streams = []  # the listeners of all streams


async def stream(request, caller) -> None:
    """Send events until the client leaves.

    Raises: TepalError ``queue_full``: streams take half of the places, so that others get in.
    """
    node = request.node
    most = max(1, node.config.get("webui_max_con") // 2)
    if len(_streams) >= most:
        raise TepalError("queue_full", str(most))
    with Listener(node.log) as listener:
        _streams.append(listener)
        try:
            await _send_all(request, caller, listener)
        finally:
            _streams.remove(listener)


async def _send_all(request, caller, listener) -> None:
    node = request.node
    request.is_last = True  # the end of the stream is the end of the connection
    send = request.connection.write
    await send(request.start("200 OK", "text/event-stream", "cache-control: no-store\r\n"))
    await send(_event("node", {"name": node.name, "uptime_ms": node.clock.uptime_ms()}))
    quiet = 0
    while not _has_left(request.connection):
        try:
            topic, data = await asyncio.wait_for_ms(listener.get(), _LOOK_MS)
        except asyncio.TimeoutError:
            quiet += 1
            if quiet % _QUIET == 0:
                await send(": alive\n\n")
            continue
        if topic == "command":
            topic, data = "state", await _state(node, data, caller)
        await send(_event(topic, data))


def _has_left(connection) -> bool:
    """Tell whether the client has closed: else it would hold a place until we write twice."""
    try:
        return not connection.stream.s.recv(1)
    except OSError:
        return False  # it is there and silent


async def _state(node, target: str, caller) -> dict:
    """Return the state of a module after one of its commands ran."""
    try:
        status = await node.commands.run(Call(target, "status", (), {}, ()), caller)
    except TepalError:
        status = None  # it has no status
    return {"target": target, "status": status}


def _event(topic: str, data: object) -> str:
    return "event: " + topic + "\ndata: " + as_json(data) + "\n\n"
