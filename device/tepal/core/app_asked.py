"""What somebody asks for by ``app stop``, ``install``, ``upgrade`` and ``remove``."""

# Of the part apps, which a release can leave out.

from micropython import const

from tepal.core.commands import Report
from tepal.formats.errors import TepalError

RARE = True
_BLOCK = const(512)  # bytes


async def stop(node, uid: str) -> str:
    """Stop an app, and start it no more at boot."""
    from tepal.core import app_running

    await app_running.stop(node, str(uid))
    return "Stopped " + str(uid)


async def install(node, place: str, pinned=False, downgrade=False) -> Report:
    """Install an archive from flash or from a web server, or a new version of an app that is here."""
    if "://" in place:
        source = await _open_url(node, place)
    else:
        source = _open_file(place)
    try:
        choice = {"pinned": bool(pinned), "downgrade": bool(downgrade)}
        done = await _engine("install", node, source.read, **choice)
    finally:
        await source.close()
    what = "%(uid)s %(version)s" % done
    was = " instead of " + done["was"] if done["was"] else ""
    return Report(done, "Installed " + what + was)


async def remove(node, uid: str, purge=False, force=False) -> Report:
    """Remove an app in all its versions; ``purge`` takes along what it has written."""
    done = await _engine("remove", node, str(uid), purge=bool(purge), force=bool(force))
    await _forget(node, str(uid))
    return Report(done, "Removed %s %s" % (uid, done["was"]))


def _engine(what: str, *args, **named):
    if what == "install":
        from tepal.core import app_install

        return app_install.install(*args, asked_by="commands", **named)
    from tepal.core import app_remove

    return app_remove.remove(*args, **named)


def _forget(node, uid: str):
    from tepal.core import app_ending

    return app_ending.halt(node, uid)


class File:
    """An archive on flash, block by block."""

    def __init__(self, path: str):
        self.file = open(path, "rb")  # noqa: SIM115 - as long as somebody reads

    async def read(self) -> bytes:
        """Return the next bytes; none at the end."""
        return self.file.read(_BLOCK)

    async def close(self) -> None:
        """Read no more."""
        self.file.close()


def _open_file(path: str) -> File:
    try:
        return File(path)
    except OSError:
        raise TepalError("not_found", path)


async def _open_url(node, url: str):
    from tepal.core import download

    source = download.Source(node, url)
    status = await source.get("")
    if status == 200:
        return source
    await source.close()
    raise TepalError("not_found", "%s: status %d" % (url, status))
