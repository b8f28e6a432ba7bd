"""Endpoints of micropython-smarthome that are about the node as a whole; see smarthome_request."""

# Of the part devices, which a release can leave out.

import gc

from micropython import const

from tepal.core.commands import ADMIN, CONTROL, VIEW, as_json
from tepal.core.devices import Device
from tepal.formats.errors import TepalError
from tepal.services.smarthome_request import Wrong

RARE = True
_LARGEST = const(4194304)  # bytes: who has so much in one piece need not be told how much
_BLOCK = const(16)  # bytes: the unit of a heap
_LEVELS = const(("CRITICAL", "ERROR", "WARNING", "INFO", "DEBUG"))
# What ``status`` of the original says of an instance, of one type or another.
_SAID = const(
    "nickname type enabled current_rule scheduled_rule default_rule schedule turned_on "
    "min_rule max_rule condition_met targets temp units humid"
)


async def reboot(request) -> str:
    """Restart the node."""
    await request.run("reboot", "")
    return "Rebooting"


async def status(request) -> None:
    """Tell how everything is, one instance after the other: together it may be too much."""
    request.want(VIEW)
    await request.put('{"metadata": ' + as_json(_metadata(request)))
    for word, is_device in (("devices", True), ("sensors", False)):
        text = ', "%s": {' % word
        for name in request.house.all if request.house else ():
            if isinstance(request.house.all[name], Device) is is_device:
                try:
                    found = await request.run(name, "status")
                except TepalError:
                    continue  # a driver that fails; the log has it
                said = {key: found[key] for key in _SAID.split() if key in found}
                await request.put('%s"%s": %s' % (text, name, as_json(said)))
                text = ", "
        await request.put("}" if text == ", " else text + "}")
    await request.put("}")


def _metadata(request) -> dict:
    """Return where the node is; sun times and rules of a day are reckoned at its midnight."""
    given = request.house.metadata if request.house else {}
    found = {"id": given.get("id", request.node.name), "location": given.get("location", "")}
    found["floor"] = given.get("floor", 0)
    if "gps" in given:
        found["gps"] = given["gps"]
    found["_reload_time"] = "00:00"
    found["schedule_keywords"] = keywords(request)
    from tepal.services import smarthome_remote

    found.update(smarthome_remote.about(request))
    return found


def keywords(request) -> dict:
    """Return the names for times, those of the sun too: 00:00 where place or time are unknown."""
    found = dict(request.house.keywords) if request.house else {}
    today = _sun(request.node)
    for name in ("sunrise", "sunset"):
        found[name] = today.get(name) or "00:00"
    return found


def _sun(node) -> dict:
    if not node.clock.now() or node.config.get("place") == "n/a":
        return {}
    return node.health().clock(node)


async def get_temp(request) -> dict:
    """Return the temperature that the first climate sensor measures."""
    return {"Temp": (await _climate(request))["temp"]}


async def get_humid(request) -> dict:
    """Return the humidity that the first climate sensor measures."""
    return {"Humidity": (await _climate(request))["humid"]}


async def get_climate_data(request) -> dict:
    """Return both."""
    found = await _climate(request)
    return {"temp": found["temp"], "humid": found["humid"]}


async def _climate(request) -> dict:
    for it in request.house.all.values() if request.house else ():
        if it.rule_prompt == "thermostat":
            return await request.run(it.name, "status")
    raise Wrong("No temperature sensor configured")


async def clear_log(request) -> dict:
    """Delete the log files."""
    from tepal.core import logfile, storage

    request.want(CONTROL)
    folder = request.node.log.folder
    if not any(
        storage.exists(folder + "/%s.sys.log" % level) for level in ("boot", "warn", "err")
    ):
        raise Wrong("no log file found")
    logfile.clear(folder)
    return {"clear_log": "success"}


async def set_log_level(request, level) -> dict:
    """Write every line of the log to the serial console, or none: it has no levels of its own."""
    request.want(ADMIN)
    if level not in _LEVELS:
        return {"ERROR": "Unsupported log level", "options": list(_LEVELS)}
    await request.node.config.set("dbg", level in _LEVELS[3:])
    return {"Success": "Log level set (takes effect after reboot)"}


async def set_gps_coords(request, given) -> dict:
    """Say where the node is, for sunrise and sunset."""
    request.want(ADMIN)
    if not isinstance(given, dict) or "latitude" not in given or "longitude" not in given:
        raise Wrong("Requires dict with longitude and latitude keys")
    place = []
    for name, limit in (("latitude", 90), ("longitude", 180)):
        try:
            degrees = float(given[name])
        except (ValueError, TypeError):
            degrees = 999.0
        if not -limit <= degrees <= limit:
            text = "%s%s must be between -%d and %d"
            raise Wrong(text % (name[0].upper(), name[1:], limit, limit))
        place.append("%.5f" % degrees)
    await request.node.config.set("place", ",".join(place))
    return {"Success": "GPS coordinates set"}


async def mem_info(request) -> dict:
    """Return free bytes, and the blocks of the largest free piece; no heap of ours grows later."""
    request.want(VIEW)
    gc.collect()
    free = gc.mem_free()
    return {"free": free, "max_new_split": 0, "max_free_sz": _largest(free) // _BLOCK}


def _largest(free: int) -> int:
    """Return about how many bytes are free in one piece."""
    low, high = 0, min(free, _LARGEST)
    grain = high // 64 + _BLOCK
    while high - low > grain:
        middle = (low + high) // 2
        try:
            bytearray(middle)
            low = middle
        except MemoryError:
            high = middle
    return low
