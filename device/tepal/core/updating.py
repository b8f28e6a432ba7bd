"""An update of the release, whoever brings it: a manifest line by line, then the files it asks for.

``open`` gives a session, of which there is one at a time. Whoever has it drives it: ``line`` for all
lines, ``begin``, then ``wanted`` and ``write`` until nothing is wanted, ``finish``, a restart; and
``close`` in any case. What is on flash stays for the next time. The rules are in ``update``.
"""

import os
import time

from micropython import const

from tepal.core import slots, storage
from tepal.formats.errors import TepalError

RARE = True
_RECORD = const("data/.update")
_INCOMING = const("sys/manifest.new")
_SILENCE_MS = const(60000)  # after which somebody else may begin
_FULL = const(28)  # ENOSPC


def open(node, feed: str, asked: bool = False) -> "Session":
    """Begin an update. ``asked`` is whether a person wants it, even if it was rolled back before.

    Raises: TepalError ``update_busy``, ``update_flash``, ``unsupported``.
    """
    if not node.slot:
        raise TepalError("unsupported", "this node does not run from a slot")
    if node.board().flash().is_fat():
        raise TepalError("update_flash", "FAT replaces nothing in one step; littlefs is wanted")
    current, trial, _ = slots.pointer(node.slot)
    if trial or current != node.slot:
        raise TepalError("update_busy", "a release is on trial")
    before = node.__dict__.get("session")
    if before:
        if before.is_alive():
            raise TepalError("update_busy", "one comes by " + before.feed)
        before.close()
    node.session = Session(node, feed, asked)
    return node.session


def status(node) -> dict:
    """Return how updates are, for programs."""
    record = storage.newest(_RECORD)[0] or {}
    slot = node.slot
    shown = {
        "state": record.get("state", "idle"),
        "slot": slot,
        "version": node.version,
        "sequence": 0,
        "release": "",
        "trial": slots.pointer(slot)[1],
        "reason": record.get("reason", ""),
        "given_up": record.get("given_up", ""),
        "offered": None,
    }
    try:
        shown["sequence"] = slots.Listing(slots.manifest(slot)).sequence
        shown["release"] = slots.release(slot)
    except (OSError, ValueError):  # there is none: nobody has said which release this is
        pass
    session = node.__dict__.get("session")
    if session and session.offered:
        shown["state"] = "filling"
        shown["offered"] = session.offered
    if shown["trial"]:
        shown["state"] = "trial"
    return shown


async def revert(node) -> None:
    """Try the release that the other slot holds. Raises: TepalError ``not_found``, as ``open``."""
    session = open(node, "rollback", True)
    try:
        await session.revert()
    finally:
        session.close()


class Session:
    """One update; see above. All of it raises TepalError ``flash`` and ``full`` where it writes."""

    def __init__(self, node, feed: str, asked: bool):
        from tepal.core.update import IDLE, State
        from tepal.formats.manifest import Manifest

        self.node = node
        self.feed = feed
        self.asked = asked
        self.offered: "dict | None" = None
        self.filling = None
        self.manifest = Manifest()
        self.file = None
        given_up = (storage.newest(_RECORD)[0] or {}).get("given_up", "")
        self.state = State(IDLE, node.slot, slots.release(node.slot), given_up)
        self.target = slots.other(node.slot)
        self._touch()

    def is_alive(self) -> bool:
        """Tell whether it is at work, or was a short time ago."""
        return self.used is None or time.ticks_diff(time.ticks_ms(), self.used) < _SILENCE_MS

    def line(self, line: bytes) -> None:
        """Take a line of the manifest, with its end. Raises: TepalError ``manifest``."""
        if self.manifest is None:
            raise TepalError("update_busy", "this one takes no manifest any more")
        self._touch()
        self.manifest.take(line)
        with _Writing():
            if self.file is None:
                storage.make_folder("sys")
                self.file = slots.create(_INCOMING)
            self.file.write(line)

    async def begin(self) -> None:
        """Decide on the release when its manifest is here. Raises: TepalError, why it is refused."""
        manifest, self.manifest = self.manifest, None
        if manifest is None:
            raise TepalError("update_busy", "this one takes no manifest any more")
        manifest.end()
        with _Writing():
            self._close_file()
            offered = _believed(self.node, manifest, self.state)
            del manifest
            self.node.sweep()  # what reads and believes is large
            here = slots.release(self.target)
            await self._do("offered", offered["release"], here, self.asked)
            self._fill()
        self.offered = offered

    async def wanted(self):
        """Return (path, size, SHA-256 in hex, offset) of the bytes that must come; None at the end."""
        filling = self._filling()
        self.used = None
        try:
            with _Writing():
                return await filling.wanted()
        finally:
            self._touch()

    def write(self, block) -> None:
        """Add to the file that is wanted.

        Raises: TepalError ``release_file``, it is not what was announced and begins anew.
        """
        self._touch()
        with _Writing():
            self._filling().write(block)

    async def finish(self) -> None:
        """Check the whole slot and let the next start try it; the caller restarts.

        Raises: TepalError ``release_file``, something is missing or damaged and wanted again.
        """
        missing = await self.wanted()
        if missing:
            raise TepalError("release_file", "%s is missing" % missing[0])
        self.used = None
        try:
            with _Writing():
                await self._do("filled")
        except TepalError:
            self._filling().look()
            raise
        finally:
            self._touch()

    async def revert(self) -> None:
        """Use what the other slot holds, which was believed when it came."""
        self._close_file()
        self.manifest = None
        if not slots.release(self.target):
            raise TepalError("not_found", "the other slot holds no release")
        await self._do("reverted")
        self._fill()
        await self.finish()

    def close(self) -> None:
        """Let others begin; what was saved stays for the next time."""
        try:
            self._close_file()
            if self.filling:
                self.filling.close()
        except OSError:  # it could not be saved and will come again
            pass
        storage.remove(_INCOMING)
        self.filling = self.manifest = self.offered = None
        if self.node.__dict__.get("session") is self:
            self.node.session = None

    def _fill(self) -> None:
        from tepal.core.filling import Filling

        self.filling = Filling(self.target, self.node.slot)

    def _filling(self):
        if self.filling is None:
            raise TepalError("update_busy", "this one has not begun, or is over")
        return self.filling

    async def _do(self, *event) -> None:
        from tepal.core.update import step

        state, effects = step(self.state, event)
        for effect in effects:
            doing = _EFFECTS[effect](self)
            if doing:
                await doing
        self.state = state

    def _close_file(self) -> None:
        file, self.file = self.file, None
        if file:
            file.close()

    def _touch(self) -> None:
        self.used = time.ticks_ms()


class _Writing:
    """Says what failed on flash as the doors say it."""

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if isinstance(error, OSError):
            is_full = error.args and error.args[0] == _FULL
            raise TepalError("full" if is_full else "flash", str(error))


def _believed(node, manifest, state) -> dict:
    """Return what a release says of itself. Raises: TepalError, why this node does not take it."""
    from tepal.core import release_keys, release_trust, secrets
    from tepal.formats import fitting

    try:
        running = slots.Listing(slots.manifest(state.slot)).sequence
    except (OSError, ValueError):
        running = 0
    where = node.vault
    keys = release_keys.read(where)
    own = bytes.fromhex(secrets.get(where, "key") or "")
    is_strict = node.config.get("update_strict") != "none"
    trust = release_trust.Trust(keys, own, node.id, running, is_strict)
    level = release_trust.check(manifest, trust)
    after = release_trust.keys_after(manifest, keys, level)
    if after != keys:
        release_keys.require_room(where, after)
    fitting.check(manifest.head, fitting.About(*node.board().flash().about()))
    return {
        "version": manifest.head["version"],
        "sequence": manifest.head["sequence"],
        "release": manifest.digest.hex(),
    }


# --- what the rules ask for


def _room(session) -> None:
    from tepal.core import filling

    filling.require_room(session.target, _INCOMING)


def _clear(session) -> None:
    slots.clear(session.target)


def _adopt(session) -> None:
    os.rename(_INCOMING, slots.manifest(session.target))


def _index(session) -> None:
    session.filling.write_index()


def _check(session):
    return slots.check(session.target)


def _keep(session) -> None:
    from tepal.core import boots, kept

    boots.forgive()  # the trial begins with a count of its own
    kept.keep({"slot": session.target, "network": session.node.network.state})


def _arm(session) -> None:
    slots.point(session.node.slot, session.target, slots.TRIES)


_EFFECTS = {
    "room": _room,
    "clear": _clear,
    "adopt": _adopt,
    "index": _index,
    "check": _check,
    "keep": _keep,
    "arm": _arm,
}
