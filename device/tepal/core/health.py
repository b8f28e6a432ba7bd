"""How the node is: figures for ``system info``, the API and the metrics."""

import gc
import os
import sys

from tepal.core import boots

RARE = True


def about(node) -> dict:
    """Return what the node is and how it feels, for programs."""
    board = node.board()
    used, total = memory()
    return {
        "name": node.name,
        "id": node.id,
        "version": node.version,
        "board": board.machine_name(),
        "platform": board.platform(),
        "runtime": runtime(),
        "address": node.network.station.ifconfig()[0],
        "network": node.network.state,
        "network_reason": node.network.reason,
        "auth": node.auth.enabled,
        "uptime_ms": node.clock.uptime_ms(),
        "time": node.clock.now() or None,
        "heap": {"used": used, "free": total - used},
        "load": node.tasks.load,
        "reset_cause": node.reset_cause,
        "safe_mode": node.safe,
        "crash": boots.crashed(),
        "commands": node.commands.count,
        "slowest": {"command": node.commands.slowest[0], "ms": node.commands.slowest[1]},
        "doors": {door.name: len(door.connections) for door in node.doors},
        "faults": node.config.faults,
    }


def info(node) -> dict:
    """Return what ``system info`` shows."""
    return {
        "CPU clock": "%d [MHz]" % (node.board().frequency() // 1000000),
        "Mem usage": "%.1f %%" % usage(*memory())["percent"],
        "FS usage": "%.1f %%" % usage(*disk())["percent"],
        "upython": runtime(),
        "board": node.board().machine_name(),
        "id": node.id,
        "version": node.version,
        "uptime": uptime_text(node.clock),
        "reset": node.reset_cause,
        "mode": "safe" if node.safe else "normal",
        "crash": crash_text(),
        "slowest": "%s, %d ms" % node.commands.slowest if node.commands.count else "none",
        "auth": node.auth.enabled,
        "network": network_text(node.network),
    }


def crash(node, clear: bool) -> dict:
    """Return how the last run ended that did not end in order; ``clear`` forgets it."""
    found = boots.crashed() or {"reason": "none", "detail": ""}
    if clear:
        boots.clear()
    return found


def crash_text() -> str:
    """Return the same as one line."""
    found = boots.crashed()
    return "%s: %s" % (found["reason"], found["detail"]) if found else "none"


def network_text(network) -> str:
    """Return the state of the network, and why it is not joined or which one it is on."""
    more = network.ssid if network.state == "joined" else network.reason
    return network.state + (": " + more if more else "")


def top(node) -> dict:
    """Return the figures that move."""
    return {
        "Mem usage [%]": usage(*memory())["percent"],
        "FS usage [%]": usage(*disk())["percent"],
        "CPU load [%]": node.tasks.load,
    }


def clock(node) -> dict:
    """Return the local time as the original shows it, the uptime, whether the time is known.

    Where somebody has said where the node is also sunrise and sunset of today.
    """
    year, month, day, hour, minute, second, weekday = node.clock.local()
    text = "(%d, %d, %d), %d:%d:%d, weekday %d" % (year, month, day, hour, minute, second, weekday)
    shown = {"clock": text, "uptime": uptime_text(node.clock), "set": bool(node.clock.now())}
    if shown["set"] and node.config.get("place") != "n/a":
        shown.update(_sun(node, node.config.get("place")))
    return shown


def _sun(node, text: str) -> dict:
    from tepal.formats import sun

    place = sun.place(text) or (0, 0)
    offset = node.clock.offset()
    moments = sun.times((node.clock.now() + offset) // 86400, place[0], place[1])
    return {"sunrise": _local(moments[0], offset), "sunset": _local(moments[1], offset)}


def set_clock(node, local: tuple) -> str:
    """Set the chip's clock to a local (year, month, day, hour, minute, second).

    Raises: TepalError ``arguments`` for a moment that does not exist.
    """
    import time

    from tepal.formats import calendar
    from tepal.formats.errors import TepalError

    year, month, day, hour, minute, second = local
    if not 2000 <= year < 2100 or calendar.date(calendar.days(year, month, day)) != local[:3]:
        raise TepalError("arguments", "a date from 2000 to 2099 expected")
    if not (0 <= hour < 24 and 0 <= minute < 60 and 0 <= second < 60):
        raise TepalError("arguments", "a time of day expected")
    seconds = calendar.days(year, month, day) * 86400 + hour * 3600 + minute * 60 + second
    seconds = calendar.zone(node.config.get).to_utc(seconds)
    node.board().set_clock(time.gmtime(seconds - node.clock.epoch_s))
    node.clock.publish()
    return node.clock.stamp()


def _local(minutes, offset: int):
    """Return ``hh:mm`` here of so many minutes behind midnight UTC."""
    if minutes is None:
        return None
    minutes = (minutes + offset // 60) % 1440
    return "%02d:%02d" % (minutes // 60, minutes % 60)


def rssi(node) -> dict:
    """Return the strength of the Wi-Fi signal in dBm under a word for it."""
    dbm = node.network.station.status("rssi")
    for limit, word in ((-30, "Amazing"), (-67, "VeryGood"), (-70, "Okay"), (-80, "NotGood")):
        if dbm >= limit:
            return {word: dbm}
    return {"Unusable": dbm}


def addresses(node) -> dict:
    """Return the mode of the network and (address, netmask, gateway, DNS server)."""
    if node.network.state == "access_point":
        return {"AP": list(node.access_point().addresses())}
    return {"STA": list(node.network.station.ifconfig())}


def alarms(node, clean: bool) -> dict:
    """Return the verdict and the lines of the log files; ``clean`` deletes them."""
    from tepal.core import logfile

    lines = logfile.alarms(node.log.folder)
    errors = len([line for line in lines if "[ERR]" in line])
    if clean:
        logfile.clear(node.log.folder)
    return {"verdict": "NOK alarm: %d" % errors if errors else "OK alarm: 0", "log": lines}


def memory() -> tuple:
    """Return the bytes of heap (in use, in all), after collecting what nobody needs."""
    gc.collect()
    used = gc.mem_alloc()
    return used, used + gc.mem_free()


def disk() -> tuple:
    """Return the bytes of the file system (in use, in all)."""
    status = os.statvfs(".")
    total = status[1] * status[2]
    return total - status[1] * status[3], total


def usage(used: int, total: int) -> dict:
    """Return a share in percent and the bytes behind it."""
    return {"percent": round(used * 1000 / total) / 10 if total else 0, "used": used}


def runtime() -> str:
    """Return the name and version of the Python below."""
    version = ".".join([str(number) for number in sys.implementation.version[:3]])
    return sys.implementation.name + " " + version


def uptime_text(clock) -> str:
    """Return the uptime as ``<days> <h>:<mm>:<ss>``."""
    minutes, seconds = divmod(clock.uptime_ms() // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return "%d %d:%02d:%02d" % (hours // 24, hours % 24, minutes, seconds)
