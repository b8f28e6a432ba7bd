"""Mounts an app and all that it needs, each under the name by which the others import it."""

# Of the part apps, which a release can leave out.

from micropython import const

from tepal.core import app_launch, shelf
from tepal.formats import appnames
from tepal.formats.errors import TepalError

RARE = True
_MOST = const(32)  # apps that one may need, with those that they need


def mount(job) -> None:
    """Mount it. Raises: TepalError, MemoryError."""
    app_launch.unmount(job)  # it begins anew
    uid = job.uid
    folder = shelf.require(uid)
    job.config = _config(folder, uid)
    _mount(job, folder, uid, appnames.import_name(uid) + "__app")
    _mount_needed(job, uid, job.config)


def _mount_needed(job, uid: str, config: dict) -> None:
    """Mount what an app needs, and what that needs."""
    for name, wanted in appnames.dependencies(config):
        found = shelf.choose(name, wanted)
        if found is None:
            text = ".".join(["x" if part is None else str(part) for part in wanted])
            detail = "%s needs %s-%s, and that is not here" % (uid, name, text)
            raise TepalError("app_needs", detail)
        known = appnames.qualified(name, wanted)
        if known not in [mount[0] for mount in job.mounts]:
            _mount(job, found[1], name, known)
            _mount_needed(job, name, _config(found[1], name))


def _mount(job, folder: str, uid: str, name: str) -> None:
    """Mount one app, unless another one that runs has done it."""
    if len(job.mounts) >= _MOST:
        raise TepalError("app_failed", "%s: needs more than %d apps" % (job.uid, _MOST))
    is_there = name in app_launch.mounted(job.node)
    job.mounts.append((name, uid))
    if is_there:
        return
    try:
        job.node.app_pack().mount(folder, uid, name)
    except (OSError, ValueError):
        job.mounts.pop()
        raise _damaged(uid)


def _config(folder: str, uid: str) -> dict:
    try:
        return shelf.config(folder, uid)
    except (OSError, ValueError):
        raise _damaged(uid)


def _damaged(uid: str) -> TepalError:
    return TepalError("app_failed", uid + ": its files are damaged; install it again")
