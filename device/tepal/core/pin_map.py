"""Pin maps: files IO_<map>.py of lines ``name = number``, the user's own first.

They are read as text, so that their many names do not stay in memory.
"""

from tepal.core import storage
from tepal.formats.command import is_name
from tepal.formats.errors import TepalError

RARE = True


def customize(pins, text: str) -> None:
    """Give ``pins`` what the configuration says of them; what is no name of a pin names the map."""
    for item in [part.strip() for part in text.split(";") if text != "n/a"]:
        name, colon, number = item.partition(":")
        if colon and number.strip().isdigit():
            pins.custom[name.strip()] = int(number)
        elif item:
            pins.map = item


def number(pins, name: str):
    """Return the GPIO that ``name`` means. Raises: see ``Pins.number``."""
    if name in pins.custom:
        return pins.custom[name]
    for line in storage.lines(_path(pins)):
        words = line.split()
        if words[:2] == [name, "="]:
            text = words[2].strip('"')
            return int(text) if text.isdigit() else text
    raise TepalError("unknown_pin", name + " is not in the map " + pins.map)


def search(pins, names) -> dict:
    """Return {name: number} of some names."""
    return {name: number(pins, name) for name in names}


def busy(name: str, number, holder: tuple) -> TepalError:
    """Return the error to raise where a pin is held by another."""
    text = "%s is GPIO %s, held by %s as %s"
    return TepalError("pin_busy", text % (name, number, holder[1], holder[0]))


def release(held: dict, owner: str) -> None:
    """Give back all pins of ``owner``."""
    for number in [n for n in held if held[n][1] == owner]:
        held.pop(number)


def booked(held: dict) -> dict:
    """Return {name: number} of all pins in use."""
    return {held[number][0]: number for number in held}


def _path(pins) -> str:
    if is_name(pins.map):
        for folder in pins.folders:
            path = folder + "/IO_" + pins.map + ".py"
            if storage.exists(path):
                return path
    raise TepalError("unknown_pin_map", pins.map)
