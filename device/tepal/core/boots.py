"""Boots: how the run before ended, how many in a row went wrong, and what to do then.

A boot is good when the node has run for a minute, or when somebody was there to ask for a restart.
After five in a row that were not, the node comes up in safe mode: network and doors, nothing that
acts by itself, no modules of the user. A configuration that never made a good boot is put aside
then for the one that did.
"""

from micropython import const

from tepal.core import storage, trouble

RARE = True
_GOOD_MS = const(60000)  # as in node: the first look is at the boot itself
_RETRY_MS = const(3600000)
_MOST = const(5)  # boots in a row that were not good
_PATH = const("data/.boot")
_CONFIG = const("config/node_config.json")
_GOOD = const("config/node_config.json.good")
_COPIES = const(2)  # as in settings
_LONGEST = const(300)  # characters of a detail
_SAFE = const("safe")
_BOOT = const("boot")  # what is noted before the first command
_CUT = const("PWRON")


def begin(cause: str, noted: str) -> tuple:
    """Count this boot; return (the mode to boot in, sentences on what went wrong before).

    ``noted`` is what the run before has noted last; nothing, if it ended in an orderly way. The
    mode is empty, ``safe``, or what somebody has asked for.
    """
    faults = []
    record = _read(faults)
    mode = record.pop("next", "")
    count = record.get("boots", 0) + 1
    record["boots"] = count
    if noted and cause != _CUT:
        reason = "watchdog" if cause == "WDT" else "reset"
        last = "before any command" if noted == _BOOT else "the last command was " + noted
        record["crash"] = {"reason": reason, "detail": last}
        record["untold"] = True
    if record.pop("untold", False) and "crash" in record:
        crash = record["crash"]
        faults.append("the run before ended by %s: %s" % (crash["reason"], crash["detail"]))
    if count > _MOST and not mode:
        mode = _SAFE
        faults.append("safe mode, as %d boots in a row were not good" % (count - 1))
        _fall_back(faults)
    _write(record, faults)
    return mode, faults


def look(node) -> int:
    """Call the boot of ``node`` good, or let it try again to leave safe mode, when that is due.

    Returns the uptime in milliseconds at which to look again; 0 for never.
    """
    if node.due_ms == _GOOD_MS:
        from tepal.core import settings

        # What was changed since has not made a boot yet.
        is_proven = not (node.safe or node.config.is_new)
        try:
            settle(settings.read(node.config) if is_proven else None)
        except OSError as error:
            node.log.warn("boot: " + str(error))
    elif not is_met(node):
        node.log.boot("leaving safe mode")
        node.restart(hard=True)
        return 0
    return node.clock.uptime_ms() + _RETRY_MS if node.safe else 0


def is_met(node) -> bool:
    """Tell whether somebody is there, so that the node can be mended."""
    for door in node.doors:
        for connection in door.connections:
            if connection.trusted:
                return True
    return False


def settle(saved) -> None:
    """Call this boot good, and the configuration ``saved`` with it if any. Raises: OSError."""
    record = _read([])
    if record.pop("boots", 0):
        storage.write(_PATH, record)
    if saved is not None and storage.newest(_GOOD)[0] != saved:
        storage.write(_GOOD, saved)


def forgive(mode: str = "") -> None:
    """Let the next boot be the first of its row; ``mode`` is what it shall boot in."""
    record = _read([])
    if not record.get("boots") and not mode:
        return
    record["boots"] = 0
    if mode:
        record["next"] = mode
    _write(record, [])


def crash(error: BaseException, where: str) -> int:
    """Keep what ended this run; return the milliseconds to wait before the next one."""
    detail = trouble.told(error, True, " at " + where)
    record = _read([])
    record["crash"] = {"reason": "exception", "detail": detail[:_LONGEST]}
    record["untold"] = True
    _write(record, [])
    return 1000 << min(record.get("boots", 0), _MOST)


def crashed():
    """Return {"reason", "detail"} of the last crash; None if there was none since ``clear``."""
    return _read([]).get("crash")


def clear() -> None:
    """Forget the last crash. Raises: OSError."""
    record = _read([])
    if record.pop("crash", None):
        storage.write(_PATH, record)


def _fall_back(faults: list) -> None:
    good = storage.newest(_GOOD)[0]
    tried = storage.newest(_CONFIG, _COPIES)[0]
    if good is None or tried is None or good == tried:
        return
    try:
        storage.write(_CONFIG + ".tried", tried)
        storage.write(_CONFIG, good, _COPIES)
    except OSError as error:
        faults.append("the configuration of the last good boot is not restored: " + str(error))
        return
    keys = [key for key in sorted(set(good) | set(tried)) if good.get(key) != tried.get(key)]
    faults.append("the configuration of the last good boot is back; set aside: " + ", ".join(keys))


def _read(faults: list) -> dict:
    record, _, found = storage.newest(_PATH)
    faults += found
    return record if record and _is_sound(record) else {}


def _is_sound(record: dict) -> bool:
    crash = record.get("crash", {"reason": "", "detail": ""})
    return isinstance(record.get("boots", 0), int) and isinstance(crash, dict) and len(crash) == 2


def _write(record: dict, faults: list) -> None:
    try:
        storage.make_folder("data")
        storage.write(_PATH, record)
    except OSError as error:
        faults.append("boots are not counted: " + str(error))
