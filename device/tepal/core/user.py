"""The user's own program: ``user_main.user_main()``, started again when it fails. Not RARE: it lasts."""

import asyncio

from micropython import const

from tepal.formats.errors import TepalError

_PROGRAM = const("user_main")
_FIRST_PAUSE_MS = const(1000)
_LONGEST_PAUSE_MS = const(300000)
_MOST_FAILURES = const(3)
_STEADY_MS = const(60000)  # who ran so long starts again with the first pause


async def run(node) -> None:
    """Run the program until it ends by itself."""
    pause_ms = _FIRST_PAUSE_MS
    failures = 0
    while True:
        began = node.clock.uptime_ms()
        try:
            result = start(node)
            if hasattr(result, "send"):
                await result  # pyright: ignore[reportGeneralTypeIssues]
        except Exception as error:  # it is anybody's code
            node.log.exception(_PROGRAM + ".py", error)
            failures += 1
            if failures == _MOST_FAILURES:
                _accuse(node, error)
        else:
            node.log.info("user_main has ended")
            return
        if node.clock.uptime_ms() - began > _STEADY_MS:
            pause_ms = _FIRST_PAUSE_MS
        node.log.info("user_main starts again in %d s" % (pause_ms // 1000))
        await asyncio.sleep_ms(pause_ms)
        pause_ms = min(pause_ms * 2, _LONGEST_PAUSE_MS)


def _accuse(node, error) -> None:
    """Give up what is on trial, if something is: it must be what broke the program."""
    from tepal.core import storage

    if storage.exists("update/journal"):
        from tepal.core import trial

        trial.give_up(node, "user_main.py: %r" % error)


def start(node):
    """Load the program anew and call it; return what it returned, a coroutine as a rule."""
    import sys

    from tepal.core import loading, trouble

    if "" not in sys.path:  # where it lies, beside main.py
        sys.path.append("")
    loading.forget(_PROGRAM)
    try:
        module = __import__(_PROGRAM)
    except Exception:  # whatever it raises, its memory must come back
        trouble.clear(_PROGRAM, ("",))
        raise
    if module.__dict__.get("node") is None:
        module.node = node  # pyright: ignore[reportAttributeAccessIssue]
    function = getattr(module, _PROGRAM, None)
    if not callable(function):
        raise TepalError("failed", "user_main.py has no function user_main()")
    return function()
