"""Finds the program of an app that is mounted, and loads it."""

# Of the part apps, which a release can leave out.

import os
import sys

from micropython import const

from tepal.core import trouble
from tepal.formats.errors import TepalError

RARE = True
_FOLDER = const(0x4000)
_ROOT = const("/app/")
_MAIN = const("main:main")


def prepare(job) -> None:
    """Make what the program is given, and load it. Raises: TepalError, what the program raises."""
    config, job.config = job.config, None
    place = _ROOT + job.mounts[0][0]
    _give(job, config, place)
    entry = _entry(config.get("execute", _MAIN))
    native = _binary(place)
    if native:
        is_call = entry[0] == "call"
        path = native.replace("/", ".")
        if path[-1] == ".":
            path += entry[1] if is_call else "main"
        entry = "call", path, entry[2] if is_call else "main"
    if entry[0] == "call":
        job.work = "call", _function(job, entry[1], entry[2])
    elif entry[0] == "file":
        job.work = "file", entry[1][:-3].replace("/", ".")
    else:
        job.work = entry


def other(job):
    """Begin a program that is no function: a file, or a command of the node."""
    kind, what = job.work
    if kind == "command":
        return job.app.run(what)
    _import(job, what)
    return None


def function(job, text: str):
    """Return the function that ``module:function`` means in the app. Raises: TepalError."""
    path, _, name = text.partition(":")
    return _function(job, path, name)


# --- making


def _entry(text: str) -> tuple:
    """Return what ``execute`` means, as ``appconfig.entry`` does, which has checked it."""
    if text[:1] == "@":
        return "command", text[1:]
    module, colon, name = text.partition(":")
    return ("call", module, name) if colon else ("file", text)


def _give(job, config: dict, place: str) -> None:
    """Make what its program is given, and its schedule."""
    from tepal.core.app import App

    job.app = App(job.node, job.uid, config, place, "apps/" + job.uid, _language(job.node))
    job.lines += job.app.lines
    job.app.lines = job.lines
    if job.schedule is None:
        from tepal.core import app_planning

        job.schedule = app_planning.made(job, config, place)


def _binary(place: str) -> str:
    """Return the module, or with a slash behind the folder of modules, made for this board."""
    from tepal.formats import appfiles

    names = []
    try:
        for entry in os.ilistdir(place + "/bin"):
            names.append("bin/" + entry[0] + ("/" if entry[1] == _FOLDER else ""))
    except OSError:  # there is none
        return ""
    platform = "unix" if sys.platform == "linux" else sys.platform
    name = appfiles.binary(names, platform)
    return name if name[-1:] != "y" else name[:-4]


def _function(job, path: str, name: str):
    found = getattr(_import(job, path), name, None)
    if not callable(found):
        raise TepalError("app_failed", "%s: %s has no function %s" % (job.uid, path, name))
    return found


def _import(job, path: str):
    """Load a module of the app; what its modules print comes into the log of the app too."""
    import builtins

    package = job.mounts[0][0]
    kept = builtins.print
    builtins.print = job.app.print
    try:
        __import__(package + "." + path)
    except Exception:  # whatever it raises, its memory must come back
        trouble.clear(package + "." + path, (_ROOT + package,), package + ".")
        raise
    finally:
        builtins.print = kept
    for name, module in sys.modules.items():
        if name.startswith(package + ".") and "print" not in module.__dict__:
            module.print = job.app.print  # pyright: ignore[reportAttributeAccessIssue]
    return sys.modules[package + "." + path]


def _language(node) -> str:
    try:
        return node.config.get("language")
    except TepalError:  # this release does not know of any
        return ""
