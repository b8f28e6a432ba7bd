"""The configuration in force. Reading, checking and saving: ``settings``; the table: ``keys``."""

from micropython import const

_TYPING = const(0)
if _TYPING:
    from typing import Any  # noqa: TID251 - never imported on a node


class Config:
    """One flat table, typed."""

    auth: "Any" = None  # keeps what must not be in the file
    listeners: tuple = ()  # functions to call when somebody has changed a value

    def __init__(self, folder: str):
        from tepal.core import settings

        self.folder = folder
        self.values: dict = {}  # what differs from its default
        self.is_new = False  # changed since the boot
        self.faults = []  # what was wrong with the files when they were read
        settings.load(self)

    def get(self, key: str) -> "Any":
        """Return the value of ``key``.

        Raises: TepalError ``unknown_key``.
        """
        value = self.values.get(key)
        if value is None:
            from tepal.core import keys

            value = keys.value(self, key)
        return value

    async def set(self, key: str, wanted: object) -> bool:
        """Change ``key`` and return whether it takes a reboot to work.

        Raises: TepalError ``unknown_key``, ``config_value`` (with what was expected),
        ``read_only``, ``flash`` (nothing was changed).
        """
        from tepal.core import settings

        return await settings.change(self, key, wanted)
