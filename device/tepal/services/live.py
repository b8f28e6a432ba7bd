"""``/api/v1/events``: log lines and changed states, as server-sent events. Not RARE: streams last."""

import asyncio

from micropython import const

from tepal.core.commands import as_json
from tepal.core.listener import Listener
from tepal.formats.command import Call
from tepal.formats.errors import TepalError

_PING_MS = const(15000)  # a stream with nothing to say shows that it is alive

_streams = []  # the connections of all streams


async def stream(request, caller) -> None:
    """Send events until the client leaves.

    Raises: TepalError ``queue_full``: streams take half of the places, so that others get in.
    """
    node = request.node
    most = max(1, node.config.get("webui_max_con") // 2)
    if len(_streams) >= most:
        raise TepalError("queue_full", str(most))
    request.is_last = True  # the end of the stream is the end of the connection
    _streams.append(request.connection)
    watching = asyncio.create_task(_watch(request.connection))
    try:
        with Listener(node.log) as listener:
            await _send_all(request, caller, listener)
    finally:
        watching.cancel()
        _streams.remove(request.connection)


async def _watch(connection) -> None:
    """End the stream when the client leaves: else it would hold a place until we write twice."""
    try:
        await connection.stream.readinto(connection.buffer)
    except OSError:
        pass
    connection.task.cancel()


async def _send_all(request, caller, listener) -> None:
    node = request.node
    send = request.connection.write
    await send(request.start("200 OK", "text/event-stream", "cache-control: no-store\r\n"))
    await send(_event("node", {"name": node.name, "uptime_ms": node.clock.uptime_ms()}))
    lost = 0
    while True:
        if listener.lost != lost:
            lost = listener.lost
            await send(_event("lost", lost))
        try:
            topic, data = await asyncio.wait_for_ms(listener.get(), _PING_MS)
        except asyncio.TimeoutError:
            await send(": alive\n\n")
            continue
        if topic in ("command", "device"):
            if topic == "command" and _is_instance(node, data):
                continue  # it tells itself what is new, and when
            topic, data = "state", await _state(node, data, caller)
        await send(_event(topic, data))


async def _state(node, target: str, caller) -> dict:
    """Return the state of a module or a device; of all devices together there is too much to say."""
    status = None
    try:
        if target != "devices":
            status = await node.commands.run(Call(target, "status", (), {}, ()), caller)
    except TepalError:
        pass  # it has no status
    return {"target": target, "status": status}


def _is_instance(node, target: str) -> bool:
    house = node.__dict__.get("devices")
    return house is not None and target != "devices" and house.find(target) is not None


def _event(topic: str, data: object) -> str:
    return "event: " + topic + "\ndata: " + as_json(data) + "\n\n"
