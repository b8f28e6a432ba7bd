"""Logical pins, and who holds which. What their names mean on a board: ``pin_map``."""


class Pins:
    """``custom`` is the configuration key cstmpmap: ``[map;] name:number; …``.

    ``platform`` names the pin map for this board, ``folders`` is where maps are.
    """

    def __init__(self, platform: str, custom: str, folders: tuple):
        self.map = platform
        self.custom = {}
        self.folders = folders
        self.held = {}  # number: (name, owner)
        from tepal.core import pin_map

        pin_map.customize(self, custom)

    def number(self, name: str):
        """Return the GPIO behind a logical name: a number, or a text for pins off the chip.

        Raises: TepalError ``unknown_pin``, ``unknown_pin_map``.
        """
        from tepal.core import pin_map

        return pin_map.number(self, name)

    def take(self, name: str, owner: str, number: int | None = None) -> int:
        """Book the pin ``name`` for ``owner`` and return its number (``number``, if given).

        Raises: TepalError ``pin_busy`` with the holder.
        """
        if number is None:
            number = self.number(name)
        holder = self.held.get(number)
        if holder and holder != (name, owner):
            from tepal.core import pin_map

            raise pin_map.busy(name, number, holder)
        self.held[number] = (name, owner)
        return number

    def release(self, owner: str) -> None:
        """Give back all pins of ``owner``."""
        from tepal.core import pin_map

        pin_map.release(self.held, owner)

    def booked(self) -> dict:
        """Return {name: number} of all pins in use."""
        from tepal.core import pin_map

        return pin_map.booked(self.held)

    def search(self, names) -> dict:
        """Return {name: number} of the given logical names, booking nothing."""
        from tepal.core import pin_map

        return pin_map.search(self, names)


def of(node) -> Pins:
    """Return the pins of ``node``."""
    return Pins(node.board().platform(), node.config.get("cstmpmap"), node.modules.folders)
