"""Configuration: how it is read, checked and saved; two last good copies, nothing lost."""

from micropython import const

from tepal.core import keys, storage
from tepal.formats.errors import TepalError
from tepal.formats.postfixes import is_host

RARE = True
_COPIES = const(2)
_DIGITS = const(12)  # int() takes memory for as many as it gets
_WIFI = const(("staessid", "stapwd", "country", "ap_password"))


def load(config) -> None:
    """Fill ``config`` from flash; faults are noted, the best readable copy is used."""
    path = config.folder + "/node_config.json"
    record, name, faults = storage.newest(path, _COPIES)
    if faults and storage.exists(path):
        storage.replace(path, path + ".bad")
    if faults and record is not None:
        faults.append("using " + name)
    record = record or {}
    known = []
    for key, default, limit, flags in keys.table():
        known.append(key)
        if key in record and "s" not in flags:
            try:
                saved = check(key, record[key], default, limit)
                if "b" not in flags and key != "crontasks":  # others see for themselves
                    _check_form(key, saved, flags)
            except TepalError as error:
                faults.append(str(error))
            else:
                put(config, key, saved, default)
    unknown = [key for key in record if key not in known]
    if unknown:
        faults.append("unknown keys, kept: " + ", ".join(sorted(unknown)))
    config.faults = faults
    if storage.exists("settings.json"):
        from tepal.core import aliases

        aliases.load(config)


async def change(config, key: str, wanted: object) -> bool:
    """Check and save; return whether it takes a reboot. Raises: see Config.set."""
    if not keys.is_known(key):
        from tepal.core import aliases

        return await aliases.change(config, key, wanted)
    wanted, flags = checked(key, wanted)
    try:
        if "s" in flags:
            from tepal.core import login

            await login.keep_secret(config.auth, key, str(wanted))
        elif "o" in flags:
            path = config.folder + "/." + key + ".key"
            with open(path + ".new", "w") as file:
                file.write(wanted)
            storage.replace(path + ".new", path)
        else:
            save(config, key, wanted)
    except OSError as error:
        raise TepalError("flash", key + " not saved: " + str(error))
    for listener in config.listeners:
        listener()
    return "b" in flags


def checked(key: str, wanted: object) -> tuple:
    """Return ``wanted`` as ``key`` takes it, and the flags of the key. Raises: see Config.set."""
    default, limit, flags = keys.entry(key)
    if "i" in flags:
        raise TepalError("read_only", key)
    wanted = check(key, wanted, default, limit)
    _check_form(key, wanted, flags)
    if key in _WIFI and isinstance(wanted, str):
        from tepal.formats import checks

        checks.check(key, wanted)
    return wanted, flags


def save(config, key: str, wanted: object) -> None:
    """Write one value; what equals its default is left out of the file. Raises: OSError."""
    if config.get(key) == wanted:
        return
    default = keys.entry(key)[0]
    if storage.exists("settings.json"):
        from tepal.core import aliases

        if aliases.save(key, wanted):
            put(config, key, wanted, default)
            return
    path = config.folder + "/node_config.json"
    record = read(config)
    record[key] = wanted
    if wanted == default:
        record.pop(key)
    storage.write(path, record, _COPIES)
    config.is_new = True
    put(config, key, wanted, default)


def read(config) -> dict:
    """Return what the file holds, unknown keys too."""
    return storage.newest(config.folder + "/node_config.json", _COPIES)[0] or {}


def put(config, key: str, value: object, default: object) -> None:
    """Let ``config`` remember a value; what is as it always is costs no memory."""
    config.values[key] = value
    if value == default:
        config.values.pop(key)


def describe(value: object, entry) -> dict:
    """Return value, default, type, limit and the flags of a key, for a form. See ``keys.entry``."""
    default, limit, flags = entry
    described = {"value": value, "type": type(default).__name__}
    if "s" not in flags:
        described["default"] = default
    if _is_length(default, limit):
        described["limit"] = limit[1]
    elif limit is not None:
        described["limit"] = limit
    for flag, name in (("b", "reboot"), ("s", "secret"), ("i", "read_only")):
        if flag in flags:
            described[name] = True
    return described


def check(key: str, wanted, default, limit) -> object:
    """Return ``wanted`` in the type of ``default``.

    Raises: TepalError ``config_value`` with what was expected.
    """
    if isinstance(default, bool):
        return _check_flag(key, wanted)
    if isinstance(default, int):
        return _check_number(key, wanted, limit)
    if not isinstance(wanted, str):
        raise fault(key, "text")
    if isinstance(limit, tuple) and not _is_length(default, limit):
        if wanted not in limit:
            raise fault(key, "one of " + ", ".join(limit))
    else:
        _check_length(key, wanted, limit)
    if key == "devfid" and not is_host(wanted):
        raise fault(key, "letters, digits, - and _")
    if key == "devip" and wanted != default:
        from tepal.formats import fixed

        fixed.check(wanted)
    return wanted


def _check_length(key: str, wanted: str, limit) -> None:
    """Refuse a text that is too long, or too short; an empty one never is."""
    shortest, longest = limit if isinstance(limit, tuple) else (0, limit)
    if len(wanted) > longest:
        raise fault(key, "at most " + str(longest) + " characters")
    if wanted and len(wanted) < shortest:
        raise fault(key, "at least " + str(shortest) + " characters")


def _is_length(default, limit) -> bool:
    """Tell whether ``limit`` is a shortest and a longest length of a text."""
    return isinstance(default, str) and isinstance(limit, tuple) and isinstance(limit[0], int)


def _check_form(key: str, wanted, flags: str) -> None:
    """Raise TepalError if a text is not of the form that ``key`` wants."""
    if "f" in flags and wanted != "n/a":
        from tepal.core import forms

        forms.check(key, wanted)


def _check_flag(key: str, wanted: object) -> bool:
    """Return True or False; as text too, as the shell has it."""
    if isinstance(wanted, str):
        wanted = {"true": True, "false": False}.get(wanted.lower())
    if not isinstance(wanted, bool):
        raise fault(key, "True or False")
    return wanted


def _check_number(key: str, wanted, limit: tuple) -> int:
    """Return a whole number within ``limit``; from text too."""
    number = None
    if not isinstance(wanted, str) or len(wanted) <= _DIGITS:
        try:
            number = int(wanted)
        except (ValueError, TypeError):
            pass
    if number is None or isinstance(wanted, (bool, float)):
        raise fault(key, "a whole number")
    if not limit[0] <= number <= limit[1]:
        raise fault(key, "%d..%d" % limit)
    return number


def fault(key: str, expected: str) -> TepalError:
    """Return the error to raise where ``expected`` was expected."""
    return TepalError("config_value", key + ": " + expected + " expected")
