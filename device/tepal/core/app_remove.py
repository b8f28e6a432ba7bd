"""Removes an app: its uninstall script first, then all that was installed, in one step."""

# Of the part apps, which a release can leave out.

from micropython import const

from tepal.core import shelf, storage
from tepal.formats.errors import TepalError

RARE = True
_STEPS = const(
    "journal.prepare remove.check prune.note remove.stop remove.uninstall remove.commit"
    " journal.forward prune.tidy"
)


def remove(node, uid: str, *, purge: bool = False, force: bool = False):
    """Return what removes an app in all its versions, once it is awaited.

    ``purge`` takes along what it has written; ``force`` goes on where the uninstall script fails.
    It returns ``uid`` and the version that ``was`` there. Raises: TepalError ``app_missing``,
    ``app_needed``, ``app_setup``, and as app_install.
    """
    from tepal.core import app_install

    work = app_install.begin(node, "commands", uid)
    work.purge, work.force = purge, force
    work.answer = ("uid", "was")
    return app_install.go(work, _STEPS)


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
