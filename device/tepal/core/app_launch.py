"""From the shelf to a program that can begin: mounts an app and all that it needs, finds its entry."""

# Of the part apps, which a release can leave out.

import os
import sys

from micropython import const

from tepal.core import app_planning, shelf, trouble
from tepal.formats import appconfig
from tepal.formats.errors import TepalError

RARE = True
_MOST = const(32)  # apps that one may need, with those that they need
_FOLDER = const(0x4000)
_MAIN = const("main:main")


def load(job) -> None:
    """Mount an app and what it needs, load its program. Raises: TepalError, in one sentence."""
    fault = None
    try:
        _load(job)
    except TepalError as error:
        fault = error
    except MemoryError:
        fault = TepalError("app_failed", job.uid + ": out of memory")
    except Exception as error:  # noqa: BLE001 - an app is anybody's code
        told = trouble.told(error, job.node.log.console)
        fault = TepalError("app_failed", job.uid + ": " + told)
    if fault is None:
        return
    unmount(job)
    job.out = fault.detail
    job.lines.append("%s %s" % (job.node.clock.stamp(), fault.detail))
    turn(job, "failed")
    raise fault


def other(job):
    """Begin a program that is no function: a file, or a command of the node."""
    kind, what = job.work
    if kind == "command":
        return job.app.run(what)
    _import(job, what)
    return None


def function(job, text: str):
    """Return the function that ``module:function`` means in the app. Raises: TepalError."""
    _, path, name = appconfig.entry(text)
    return _function(job, path, name)


def leave(job, state: str) -> None:
    """Note that a task of an app has ended; behind the last one its code is forgotten.

    ``state`` is empty if it was the schedule: it goes on behind a program that is done, but not
    behind one that was stopped or has failed.
    """
    job.parts -= 1
    if job.parts and state not in ("", "done"):
        from tepal.core import ending

        for task in job.node.tasks.find("app." + job.uid + ".schedule"):
            ending.cancel(task)
        turn(job, state)
    if not job.parts:
        turn(job, state or "stopped")
        unmount(job)


def turn(job, state: str) -> None:
    """Note what became of an app."""
    if job.state == "running":
        job.state = state
        job.since = job.node.clock.uptime_ms()
        text = "app %s is %s" % (job.uid, state)
        if state == "failed":
            job.node.log.err(text + ": " + job.out)
        else:
            job.node.log.info(text)


# --- mounting


def _load(job) -> None:
    from tepal.core.app import App

    unmount(job)  # it begins anew
    uid = job.uid
    folder = shelf.require(uid)
    config = _config(folder, uid)
    own = appconfig.import_name(uid) + "__app"
    place = _mount(job, folder, uid, own)
    _mount_needed(job, uid, config)
    job.app = App(job.node, uid, config, place, folder, _language(job.node))
    job.lines += job.app.lines
    job.app.lines = job.lines
    entry = appconfig.entry(config.get("execute", _MAIN))
    native = _binary(place)
    if native:
        is_call = entry[0] == "call"
        path = native.replace("/", ".")
        if path[-1] == ".":
            path += entry[1] if is_call else "main"
        entry = "call", path, entry[2] if is_call else "main"
    entries = app_planning.entries(place, config, job.node.clock.uptime_ms())
    if entries and job.schedule is None:
        from tepal.core.app_schedule import Schedule

        job.schedule = Schedule(job, entries)
    if entry[0] == "call":
        job.work = "call", _function(job, entry[1], entry[2])
    elif entry[0] == "file":
        job.work = "file", entry[1][:-3].replace("/", ".")
    else:
        job.work = entry[:2]


def _mount_needed(job, uid: str, config: dict) -> None:
    """Mount what an app needs, and what that needs."""
    for name, wanted in appconfig.dependencies(config):
        found = shelf.choose(name, wanted)
        if found is None:
            text = ".".join(["x" if part is None else str(part) for part in wanted])
            detail = "%s, which %s needs, in a version %s" % (name, uid, text)
            raise TepalError("app_missing", detail)
        known = appconfig.qualified(name, wanted)
        if known not in [mount[0] for mount in job.mounts]:
            _mount(job, found[1], name, known)
            _mount_needed(job, name, _config(found[1], name))


def _mount(job, folder: str, uid: str, name: str) -> str:
    """Mount one app, unless another one that runs has done it; return where its files are."""
    if len(job.mounts) >= _MOST:
        raise TepalError("app_failed", "%s: needs more than %d apps" % (job.uid, _MOST))
    is_there = name in _mounted(job.node)
    job.mounts.append((name, uid))
    if is_there:
        return "/app/" + name
    try:
        return job.node.app_pack().mount(folder, uid, name)
    except (OSError, ValueError):
        job.mounts.pop()
        raise _damaged(uid)


def _mounted(node) -> list:
    """Return the names under which something is mounted for apps that run."""
    return [mount[0] for job in node.apps.values() for mount in job.mounts]


def unmount(job) -> None:
    """Forget the code that no other app uses."""
    mounts, job.mounts = job.mounts, []
    job.app = None
    job.work = ("", None)
    others = _mounted(job.node)
    for name, _ in mounts:
        if name not in others:
            job.node.app_pack().unmount(name)


def _config(folder: str, uid: str) -> dict:
    try:
        return shelf.config(folder, uid)
    except (OSError, ValueError):
        raise _damaged(uid)


def _damaged(uid: str) -> TepalError:
    return TepalError("app_failed", uid + ": its files are damaged; install it again")


# --- the program


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
