"""Somebody at the REPL: they have some time before the watchdog brings the node back."""

import machine

RARE = True


def begin(minutes: int, feed) -> None:
    """Call ``feed``, of a watchdog, once a second for a while."""
    left = minutes * 60

    def tick(timer) -> None:
        nonlocal left
        left -= 1
        if left > 0:
            feed()
        else:
            timer.deinit()

    try:
        timer = machine.Timer(-1)
    except ValueError:  # those of an ESP32 have numbers
        timer = machine.Timer(0)
    timer.init(period=1000, callback=tick)
