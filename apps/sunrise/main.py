"""Sunrise: a lamp that grows bright until you wake."""

import asyncio

from tepal import TepalError

from .wake import minutes_until, parse_days, percent

_TURN_S = 15


async def main(app):
    """Look at the clock until the node stops the app."""
    state = {"shown": 0, "stays": 0}
    fault = ""
    while True:
        try:
            await turn(app, state)
            fault = ""
        except TepalError as error:  # no lamp yet, or it is busy: the next turn may do it
            if fault != str(error):  # warnings are written to flash: one will do
                fault = str(error)
                app.warn(fault)
        await asyncio.sleep(_TURN_S)


async def turn(app, state):
    """Bring the lamp to where it should be now; ``state`` is what was shown the last time."""
    if not app.node.clock.now():
        return  # nobody has set the clock: better dark than at the wrong hour
    said = app.settings
    left = minutes_until(
        app.node.clock.local(), parse_days(said["days"]), said["hour"], said["minute"]
    )
    level = percent(left, said["minutes"])
    if left == 0:
        level = 100
        state["stays"] = app.node.clock.now() + 60 * said["stay"]
    elif state["stays"]:
        if app.node.clock.now() < state["stays"]:
            return
        state["stays"] = 0
    if level != state["shown"]:
        await app.run("%s %d" % (said["lamp"], level))
        state["shown"] = level
        if level == 100:
            app.info(app.text("morning"))
