"""What a node does by itself: boot hook, program, devices, schedule, timer, pins, time.

Never in safe mode: it could be what broke the node. Modules are imported by their paths, because
MicroPython would keep the names of all of them for ever, of those too that nobody wants.
"""

import sys

from micropython import const

from tepal.core import commands, storage

RARE = True
_NONE = const("n/a")


def start(node) -> None:
    """Start what the configuration asks for."""
    get = node.config.get
    script = get("boothook")
    if script != _NONE:
        caller = commands.Caller("boot", commands.ADMIN, "boothook")
        running = _module("tepal.core.postfix").run_script(node.commands, script, caller)
        _begin(node, "boothook", running, "native")
    if storage.exists("user_main.py") or storage.exists("user_main.mpy"):
        _begin(node, "user_main", _module("tepal.core.user").run(node), "native")
    if storage.exists("config/devices.json") or storage.exists("config/devices.json.new"):
        _part(node, "devices", "founding")
    if storage.exists("apps"):
        _part(node, "apps", "app_boot")
    if get("cron"):
        _begin(node, "cron", _module("tepal.core.schedule").Schedule(node).run())
    if get("timirq") and get("timirqcbf") != _NONE:
        lines = _module("tepal.formats.postfixes").commands(get("timirqcbf"))
        _begin(node, "timer", _module("tepal.core.timer").run(node, get("timirqseq"), lines))
    if get("irq1") or get("irq2") or get("irq3") or get("irq4"):
        _begin(node, "triggers", _module("tepal.core.arming").arm(node))
    if get("ntp") != _NONE:
        _begin(node, "ntp", _module("tepal.services.timekeeper").run(node))
    if get("update_url") != _NONE:
        _begin(node, "update.http", _module("tepal.services.update_feed").run(node))


def _part(node, part: str, name: str) -> None:
    try:
        _begin(node, name, _module("tepal.core." + name).start(node))
    except ImportError as error:  # the release was built without it
        node.log.err(part + ": " + str(error))


def _begin(node, tag: str, coroutine, kind: str = "system") -> None:
    node.tasks.start(tag, coroutine, kind)


def _module(path: str):
    __import__(path)
    return sys.modules[path]
