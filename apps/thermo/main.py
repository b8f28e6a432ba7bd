"""Thermostat: a sensor, a heater, and a page that shows both."""

import asyncio

from tepal import TepalError

from .control import degrees, heats, target

_TURN_S = 30
_PAGE = """<!doctype html><meta name=viewport content="width=device-width"><meta http-equiv=refresh content=30>
<title>%s</title><style>body{font:2rem system-ui;text-align:center}b{font-size:4rem}</style>
<p>%s<p><b>%s</b><p>%s %.1f &deg;C &middot; %s"""


async def main(app):
    """Keep the room warm until the node stops the app; then the heater is off."""
    state = {"now": None, "wanted": 0, "on": False, "fault": ""}
    app.node.pages.add("thermo", lambda headers, body: ("text/html", page(app, state)))
    try:
        while True:
            await turn(app, state)
            await asyncio.sleep(_TURN_S)
    finally:
        await app.run(app.settings["heater"] + " False")


async def turn(app, state):
    """Measure, decide, switch. Without a sensor that can be believed the heater is off."""
    state["wanted"] = target(app.settings, app.node.clock.local())
    try:
        state["now"] = degrees(await app.run(app.settings["sensor"]))
        state["fault"] = ""
    except (TepalError, ValueError) as error:
        if state["fault"] != str(error):  # warnings are written to flash: one will do
            state["fault"] = str(error)
            app.warn(state["fault"])
        state["now"] = None
    was_on = state["on"]
    state["on"] = state["now"] is not None and heats(state["now"], state["wanted"], was_on)
    if state["on"] != was_on or state["now"] is None:
        await app.run("%s %s" % (app.settings["heater"], state["on"]))


def page(app, state):
    """Return the page: how warm it is, how warm it should be, whether it heats."""
    now = "?" if state["now"] is None else "%.1f &deg;C" % state["now"]
    doing = app.text("heating" if state["on"] else "resting")
    title = app.text("title")
    return _PAGE % (title, title, now, app.text("wanted"), state["wanted"], doing)
