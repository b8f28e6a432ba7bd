"""Installing an app: its name and its config.json keep the rules of the format."""

# Of the part apps, which a release can leave out.

import sys

from micropython import const

from tepal.formats.errors import TepalError

RARE = True
_PARTS = const("apptexts appneeds appextras")  # all that formats/appconfig.py has


def read(work) -> None:
    """Read what it says of itself. Raises: TepalError ``app``."""
    from tepal.core import app_reading

    try:
        work.config = app_reading.config("apps/.new", work.uid)
    except (OSError, ValueError, EOFError):
        raise TepalError("app", "C1: config.json: a JSON object of up to 4 KB expected")


def check(work) -> None:
    """Refuse what breaks a rule. Raises: TepalError ``app``, with the number of the rule."""
    _check("appnames", "uid_faults", work.uid)
    config = work.config
    for part in _PARTS.split():
        work.node.sweep()  # together they take 10 KB
        _check(part, "faults", config, work.uid)
    if config["version"] != work.version:
        text = "V1: version %s in config.json, %s in the manifest"
        raise TepalError("app", text % (config["version"], work.version))
    wanted = ("dependencies", "repository")
    work.config = {key: config[key] for key in wanted if key in config}


def _check(module: str, function: str, *what) -> None:
    """Raise the first fault; in a frame of its own, or what finds them would stay."""
    path = "tepal.formats." + module
    __import__(path)
    for number, text in getattr(sys.modules[path], function)(*what):
        raise TepalError("app", number + ": " + text)
