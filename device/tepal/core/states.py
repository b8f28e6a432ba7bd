"""What modules and devices remember over a reboot: one small record each, written lazily."""

import asyncio

from micropython import const

_DELAY_MS = const(3000)  # a colour wheel turned by hand is one write, not a hundred


class States:
    """Records in ``folder``, named by their owner."""

    def __init__(self, folder: str, tasks, log):
        self.folder = folder
        self.tasks = tasks
        self.log = log
        self.changed = {}  # owner: record

    def get(self, owner: str) -> dict:
        """Return the record of ``owner``; empty if there is none."""
        from tepal.core import storage

        if owner in self.changed:
            return self.changed[owner]
        record, _, faults = storage.newest(self._path(owner))
        for fault in faults:
            self.log.warn("state of " + owner + " lost: " + fault)
        return record or {}

    def put(self, owner: str, record: dict) -> None:
        """Keep ``record``; it is on flash a few seconds later."""
        self.changed[owner] = record
        if not self.tasks.is_busy("states"):
            self.tasks.start("states", self._flush_later(), "system")

    def flush(self) -> None:
        """Write what has changed."""
        from tepal.core import storage

        while self.changed:
            owner, record = self.changed.popitem()
            try:
                storage.write(self._path(owner), record)
            except OSError as error:
                self.log.err("state of " + owner + " not saved: " + str(error))

    async def _flush_later(self) -> None:
        await asyncio.sleep_ms(_DELAY_MS)
        self.flush()

    def _path(self, owner: str) -> str:
        return self.folder + "/" + owner + ".cache"


def of(node) -> States:
    """Return what ``node`` remembers; it is written before a restart too."""
    states = States("data", node.tasks, node.log)
    node.closing.append(states.flush)
    return states
