"""Plant guard: a sensor in the soil, a pump, and a word when the tank is empty."""

import asyncio

from .guard import DAY_MS, LONGEST_S, moisture, step

_TURN_S = 60


async def main(app):
    """Look after the plant until the node stops the app; the pump is off then."""
    said, node = app.settings, app.node
    sensor = node.pins.take("soil", "plants", said["sensor"])
    pump = node.io.output(node.pins.take("pump", "plants", said["pump"]))
    pump.value(0)
    state = {"waterings": [], "told": None}
    try:
        while True:
            await turn(app, state, node.io.analog(sensor), pump)
            await asyncio.sleep(_TURN_S)
    finally:
        pump.value(0)
        node.pins.release("plants")


async def turn(app, state, raw, pump):
    """Look once, and do what is to be done."""
    said = app.settings
    percent = moisture(raw, said["wet_raw"], said["dry_raw"])
    now_ms = app.node.clock.uptime_ms()
    if percent is None:
        tell(app, state, now_ms, "no_sensor")
        return
    what = step(said, state["waterings"], now_ms, percent)
    if what == "tell":
        tell(app, state, now_ms, "still_dry")
    elif what == "water":
        app.info(app.text("watering"))
        try:
            pump.value(1)
            await asyncio.sleep(min(said["pump_s"], LONGEST_S))
        finally:
            pump.value(0)


def tell(app, state, now_ms, key):
    """Tell people, once a day."""
    if state["told"] is None or now_ms - state["told"] >= DAY_MS:
        state["told"] = now_ms
        app.node.notify.send(app.text(key))
