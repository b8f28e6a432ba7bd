"""What a pin starts, as text: ``rgb toggle``, or ``click: rgb toggle; long: rgb toggle False``.

callback = {command ";"} {gesture ":" command {";" command}}
gesture  = "click" | "double" | "long" | "press" | "release"
"""

from tepal.formats.errors import TepalError
from tepal.formats.postfixes import commands

RARE = True
_GESTURES = ("click", "double", "long", "press", "release")


def scripts(text: str) -> dict:
    """Return {gesture: command lines}; what stands before the first gesture is under ``""``.

    Raises: TepalError ``syntax``.
    """
    found = {}
    gesture = ""
    for item in commands(text):
        word, colon, rest = item.partition(":")
        line = item
        if colon and word.strip() in _GESTURES:
            gesture, line = word.strip(), rest.strip()
            if not line or gesture in found:
                raise TepalError("syntax", "a command expected once behind " + gesture + ":")
        found.setdefault(gesture, []).append(line)
    return found
