"""The line to the host: one JSON object a line on standard input, answers on standard output.

    {"do": "read"}                                     everything that the node has touched
    {"do": "pin", "number": 4, "value": 1}             an input, as if somebody pressed a button
    {"do": "analog", "number": 34, "value": 0..65535}
    {"do": "climate", "number": 32, "temperature": 21.5, "humidity": 40}
    {"do": "weight", "number": 19, "clock": 21, "raw": 8000}   what the HX711 at these pins says
    {"do": "wifi", "up": false}                        also "rssi", "networks" and "fault",
                                                       see simulated.wifi
    {"do": "clock", "jump_s": 3600}
    {"do": "type", "text": "system info\\n"}              on the serial console

The end of the input means that the host is gone; the board then goes too.
"""

import asyncio
import json
import sys

import simulated


async def serve() -> None:
    """Do what the host says until it is gone."""
    lines = getattr(sys.stdin, "buffer", sys.stdin)
    while True:
        await _readable(sys.stdin)  # pyright: ignore[reportGeneralTypeIssues]
        line = lines.readline()
        if not line:
            sys.exit(0)
        try:
            answer = {"ok": _do(json.loads(line))}
        except Exception as error:  # noqa: BLE001 - the answer goes to a person at the other end
            answer = {"error": type(error).__name__ + ": " + str(error)}
        simulated.tell(json.dumps(answer))


async def _readable(stream):
    """Return when ``stream`` has something to read; on CPython sim/shim puts its own here."""
    yield asyncio.core._io_queue.queue_read(stream)  # noqa: SLF001 # pyright: ignore[reportAttributeAccessIssue]


def _do(wanted: dict) -> object:
    if wanted["do"] == "read":
        return simulated.snapshot()
    _change(wanted["do"], wanted)
    return True


def _change(what: str, wanted: dict) -> None:
    if what == "pin":
        from machine import Pin

        Pin(wanted["number"]).value(wanted["value"])
    elif what == "analog":
        simulated.analog[wanted["number"]] = wanted["value"]
    elif what == "climate":
        simulated.climate[wanted["number"]] = (wanted["temperature"], wanted["humidity"])
    elif what == "weight":
        _weigh(wanted["number"], wanted["clock"], wanted["raw"])
    elif what == "wifi":
        for name in ("up", "rssi", "networks", "fault"):
            if name in wanted:
                simulated.wifi[name] = wanted[name]
    elif what == "type":
        simulated.typed.append(wanted["text"])
    elif what == "clock":
        simulated.clock["offset_s"] += wanted["jump_s"]
    else:
        raise ValueError("unknown: " + str(what))


def _weigh(data: int, clock: int, raw: int) -> None:
    from hx711_chip import Hx711

    if data not in simulated.load_cells:
        simulated.load_cells[data] = Hx711(data, clock)
    simulated.load_cells[data].raw = raw
