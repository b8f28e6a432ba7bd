"""The setup scripts of an app: ``run(app)`` in Python, or commands of the node, one a line."""

# Of the part apps, which a release can leave out.

import asyncio
import sys

from micropython import const

from tepal.formats.errors import TepalError

RARE = True
_LONGEST_MS = const(10000)
_LARGEST = const(4096)  # bytes of commands
_NEW = const("apps/.new")
_NAME = const("app__setup")  # under which the app is imported meanwhile
_APP = const("tepal.core.app")
_SHELL = const(".sh")


def find(work) -> None:
    """Look which script has its say before an app is there: ``work.script``, "" if there is none."""
    is_first = work.place != "base" or not work.was
    work.script = script(_NEW, work.uid, "install" if is_first else "upgrade")


async def setup(work) -> None:
    """Run that script; what it writes is staged. Raises: TepalError ``app_setup``."""
    if work.script:
        await run(work.node, work.uid, work.script, _NEW, _NEW)


def script(folder: str, uid: str, which: str) -> str:
    """Return the script for a step of the setup of the version in ``folder``; "" if there is none."""
    from tepal.core.listing import Listing
    from tepal.formats import appfiles

    head = uid + "/setup/"
    names = []
    listing = Listing(folder + "/manifest")
    with listing:
        for _ in range(listing.count):
            path = listing.next()[0]
            if path.startswith(head):
                path = path[len(uid) + 1 :]
                names.append(path[:-2] if path.endswith(".z") else path)
    return appfiles.script(names, which)


async def run(node, uid: str, name: str, folder: str, home: str) -> None:
    """Run a script of the version in ``folder``; what the app writes is below ``home``.

    Raises: TepalError ``app_setup``, with what it said.
    """
    was_there = _APP in sys.modules
    try:
        code = node.app_pack().mount(folder, uid, _NAME)
        app = _app(node, uid, folder, code, home)
        node.sweep()
        doing = _commands(app, name) if name.endswith(_SHELL) else _program(app, name)
        await asyncio.wait_for_ms(doing, _LONGEST_MS)
    except asyncio.TimeoutError:
        raise TepalError("app_setup", "%s is not done after %d s" % (name, _LONGEST_MS // 1000))
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever the program of somebody else does
        raise TepalError("app_setup", "%s: %s" % (name, _sentence(error)))
    finally:
        try:
            node.app_pack().unmount(_NAME)
        except OSError:  # it was not even mounted
            pass
        if not was_there:
            _forget(_APP)


def _app(node, uid: str, folder: str, code: str, home: str):
    from tepal.core import app_reading
    from tepal.core.app import App

    config = app_reading.config(folder, uid)
    return App(node, uid, config, code, home, node.config.get("language"))


async def _program(app, script: str) -> None:
    path = _NAME + "." + script.rpartition(".")[0].replace("/", ".")
    __import__(path)
    result = sys.modules[path].run(app)
    if hasattr(result, "throw"):
        await result


async def _commands(app, script: str) -> None:
    for line in _lines(app, script):
        await app.run(line)


def _lines(app, script: str) -> list:
    """Return the commands, if all of them can be run."""
    from tepal.core.commands import CONTROL, Caller
    from tepal.formats import appfiles
    from tepal.formats.command import parse

    with open(app.code + "/" + script, "rb") as file:
        lines = appfiles.script_lines(file.read(_LARGEST).decode())
    for line in lines:
        app.node.commands.resolve(parse(line), Caller("app", CONTROL, app.uid))
    return lines


def _sentence(error: BaseException) -> str:
    if isinstance(error, TepalError):
        return str(error)
    return "%s: %s" % (type(error).__name__, error)


def _forget(path: str) -> None:
    """Let a module leave memory that stays for as long as a program needs it."""
    if path in sys.modules:
        sys.modules.pop(path)
        parent, _, child = path.rpartition(".")
        sys.modules[parent].__dict__.pop(child, None)
