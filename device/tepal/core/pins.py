"""Logical pins: names to numbers, and who holds which."""

from tepal.formats.command import is_name
from tepal.formats.errors import TepalError


class Pins:
    """``custom`` is the configuration key cstmpmap: ``[map;] name:number; …``.

    A pin map is a file IO_<map>.py of lines ``name = number`` in one of ``folders``; it is read as
    text, so that its many names do not stay in memory. ``platform`` names the one for this board.
    """

    def __init__(self, platform: str, custom: str, folders: tuple):
        self.map = platform
        self.custom = {}
        self.folders = folders
        self.held = {}  # number: (name, owner)
        for item in [part.strip() for part in custom.split(";") if custom != "n/a"]:
            name, colon, number = item.partition(":")
            if colon and number.strip().isdigit():
                self.custom[name.strip()] = int(number)
            elif item:
                self.map = item

    def number(self, name: str):
        """Return the GPIO behind a logical name: a number, or a text for pins off the chip.

        Raises: TepalError ``unknown_pin``, ``unknown_pin_map``.
        """
        if name in self.custom:
            return self.custom[name]
        with self._open() as file:
            for line in file:
                words = line.split()
                if words[:2] == [name, "="]:
                    text = words[2].strip('"')
                    return int(text) if text.isdigit() else text
        raise TepalError("unknown_pin", name + " is not in the map " + self.map)

    def take(self, name: str, owner: str, number: int | None = None) -> int:
        """Book the pin ``name`` for ``owner`` and return its number (``number``, if given).

        Raises: TepalError ``pin_busy`` with the holder.
        """
        if number is None:
            number = self.number(name)
        holder = self.held.get(number)
        if holder and holder != (name, owner):
            raise TepalError(
                "pin_busy",
                "%s is GPIO %s, held by %s as %s" % (name, number, holder[1], holder[0]),
            )
        self.held[number] = (name, owner)
        return number

    def release(self, owner: str) -> None:
        """Give back all pins of ``owner``."""
        for number in [n for n in self.held if self.held[n][1] == owner]:
            self.held.pop(number)

    def booked(self) -> dict:
        """Return {name: number} of all pins in use."""
        return {self.held[number][0]: number for number in self.held}

    def search(self, names) -> dict:
        """Return {name: number} of the given logical names, booking nothing."""
        return {name: self.number(name) for name in names}

    def _open(self):
        if is_name(self.map):
            for folder in self.folders:
                try:
                    return open(folder + "/IO_" + self.map + ".py")
                except OSError:
                    continue
        raise TepalError("unknown_pin_map", self.map)
