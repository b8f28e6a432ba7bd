"""Sets of files that change as a whole: at each boot all of a set is there or none, on trial first.

A set is staged below ``update`` and committed: from then on a record is there, and the next boot
puts all files in their places before anything of the user runs. What was there before is kept until
the set is confirmed. Whoever is not confirmed after three boots is rolled back.

    update/journal    the record: how far the set is
    update/list       its files, see moving
    update/result     how the last set ended, and the names of those that failed
"""

from micropython import const

from tepal.core import moving, storage
from tepal.formats.errors import TepalError

RARE = True
_RECORD = const("update/journal")
_RESULT = const("update/result")
_TRIES = const(3)  # boots
_MOST_FAILED = const(8)
_TRIAL = const("trial")
_GOING = const("committed")
_RETURNING = const("returning")
_CONFIRMED = const("confirmed")
_BACK = const("rolled back")


def open(node, source: str, name: str = "", asked: bool = False):
    """Return a new, empty set; see file_set.

    ``name`` says in the words of the source what is in it. One that was rolled back is taken again
    only if somebody asks for it.
    Raises: TepalError ``update_busy``, ``update_rolled_back``, ``flash``.
    """
    from tepal.core import file_set, turn

    if pending() or storage.exists("sys/trial"):
        raise TepalError("update_busy", "the one before is not confirmed yet")
    turn.take(node)
    if name and not asked and name in _result().get("failed", ()):
        raise TepalError("update_rolled_back", name + " has failed here before")
    return file_set.FileSet(node, source, name)


def commit(source: str, name: str, network: str) -> None:
    """Let the next boot put the files of the list in their places. Raises: OSError.

    ``network`` is its state now; on trial it must be as good.
    """
    record = {"state": _GOING, "source": source, "name": name, "network": network}
    storage.write(_RECORD, dict(record, list=moving.checksum()))


def replay(news: list) -> list:
    """Go on where the last boot was; call this before any code of the user runs.

    ``news`` is what is known of the run before. Returns sentences on what went wrong.
    """
    record, _, faults = storage.newest(_RECORD)
    if record is None:
        return faults
    try:
        return _step(record, news)
    except OSError as error:  # the record is as it was: the next boot tries again
        return ["update: " + str(error)]


def pending():
    """Return the record of the set that is committed or on trial; None if there is none."""
    record = _record()
    return record if record and record["state"] in (_GOING, _TRIAL) else None


def status() -> dict:
    """Return the ``state`` of the last set, its source and name, and the reason of a return."""
    found = _record() or _result()
    return {key: found[key] for key in found if key not in ("list", "failed", "network")}


def confirm() -> bool:
    """Keep the set that is on trial, forget what was before; False if none is. Raises: OSError."""
    record = pending()
    if not record or record["state"] != _TRIAL:
        return False
    record["state"] = _CONFIRMED
    storage.write(_RECORD, record)
    _end(record, _CONFIRMED)
    return True


def roll_back(reason: str) -> bool:
    """Put back what was there before the set; the caller then restarts. Raises: OSError."""
    record = pending()
    if record:
        _return(record, reason)
    return bool(record)


def _step(record: dict, news: list) -> list:
    state = record["state"]
    if state == _GOING:
        try:
            moving.forward(record["list"])
        except (OSError, ValueError) as error:
            return _return(record, str(error))
        record["state"] = state = _TRIAL
        record["left"] = _TRIES
    if state == _TRIAL:
        if record["left"] < 1:
            return _return(record, "; ".join(["%d boots without being confirmed" % _TRIES] + news))
        record["left"] -= 1
        storage.write(_RECORD, record)
    elif state == _RETURNING:
        return _return(record, record["reason"])
    elif state == _CONFIRMED:
        _end(record, state)
    return []


def _return(record: dict, reason: str) -> list:
    record["state"] = _RETURNING
    record["reason"] = reason
    storage.write(_RECORD, record)
    moving.back()
    _end(record, _BACK)
    return ["update: all of %s is as it was before: %s" % (record["source"], reason)]


def _end(record: dict, state: str) -> None:
    """Keep how it ended; the record goes last, so that a power cut lets us come here once more."""
    name = record["name"]
    failed = [one for one in _result().get("failed", ()) if one != name]
    if state == _BACK and name:
        failed = failed[1 - _MOST_FAILED :] + [name]
    result = {"state": state, "source": record["source"], "name": name, "failed": failed}
    if state == _BACK:
        result["reason"] = record["reason"]
    storage.write(_RESULT, result)
    moving.drop()
    storage.remove(_RECORD)


def _record():
    """Return the record; one that a power cut has kept from its place does not count."""
    return storage.newest(_RECORD)[0] if storage.exists(_RECORD) else None


def _result() -> dict:
    return storage.newest(_RESULT)[0] or {"state": "idle"}
