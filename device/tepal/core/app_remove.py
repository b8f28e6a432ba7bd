"""Removes an app: its uninstall script first, then all that was installed, in one step."""

# Of the part apps, which a release can leave out.

from micropython import const

from tepal.core import shelf, storage
from tepal.formats.errors import TepalError

RARE = True
_STEPS = const(
    "app_journal.prepare app_remove.check app_prune.note app_remove.stop app_remove.uninstall"
    " app_remove.commit app_journal.forward app_prune.tidy"
)


async def remove(node, uid: str, *, purge: bool = False, force: bool = False) -> dict:
    """Remove an app in all its versions; ``purge`` takes along what it has written.

    ``force`` goes on where the uninstall script fails. Returns ``uid`` and the version that ``was``
    there. Raises: TepalError ``app_missing``, ``app_needed``, ``app_setup``, and as app_install.
    """
    work = _begin(node, uid)
    work.purge, work.force = purge, force
    await _go(work)
    return {"uid": uid, "was": work.was}


def check(work) -> None:
    """Refuse to remove what is not there, or what others need."""
    work.to = shelf.require(work.uid)
    work.was = shelf.config(work.to, work.uid)["version"]
    for name, version, _ in shelf.dependents(work.uid):
        if name != work.uid:
            raise TepalError("app_needed", "%s %s needs %s" % (name, version, work.uid))


async def stop(work) -> None:
    """Stop the app, and find its script."""
    from tepal.core import app_script, app_setup

    await app_setup.stop(work)
    work.script = app_script.script(work.to, work.uid, "uninstall")


async def uninstall(work) -> None:
    """Run the script. Raises: TepalError ``app_setup``."""
    from tepal.core import app_script

    try:
        if work.script:
            await app_script.run(work.node, work.uid, work.script, work.to, work.to)
    except TepalError as error:
        if not work.force:
            raise
        work.node.log.warn("apps: " + str(error))


def commit(work) -> None:
    """Decide that it goes. Raises: OSError, then nothing was decided."""
    names = ["manifest", "pack", "versions", "temp"] + (["data", "share"] if work.purge else [])
    record = {"uid": work.uid, "to": "", "kept": ""}
    record["drop"] = [work.to + "/" + name for name in names]
    storage.write("apps/.journal", record)
    work.stopped = [uid for uid in work.stopped if uid != work.uid]


def _begin(node, uid: str):
    from tepal.core import app_install

    return app_install.begin(node, "commands", uid)


def _go(work):
    from tepal.core import app_install

    return app_install.go(work, _STEPS)
