"""The files of an app by their names: icons, translations, binaries, setup scripts."""

# Of the part apps, which a release can leave out.

from tepal.formats.errors import TepalError

_TYPING = 0
if _TYPING:
    from collections.abc import Collection, Iterable

RARE = True
SCRIPTS = ("install", "upgrade", "uninstall", "schedule")
ENGLISH = "en_US"
PNG_HEAD = 24  # bytes that tell how large a picture is
_SIZES = (8, 512)  # pixels
_ICON = "media/iconlauncher-"
_PNG = b"\x89PNG\r\n\x1a\n"
_MAX_LINES = 64  # of a setup script


# --- icons


def icon(name: str) -> "tuple[int, bool] | None":
    """Return (pixels, whether it is for black and white) of an icon's name; None if it is none.

    ``media/iconlauncher-64px.png``, ``-64px_bw.png``, and ``-64_bw.png``, as the first text had it.
    """
    if not name.startswith(_ICON) or not name.endswith(".png"):
        return None
    size = name[len(_ICON) : -len(".png")]
    is_bw = size.endswith("_bw")
    size = size[:-3] if is_bw else size
    if size.endswith("px"):
        size = size[:-2]
    elif not is_bw:
        return None
    if not _is_number(size) or not _SIZES[0] <= int(size) <= _SIZES[1]:
        return None
    return int(size), is_bw


def icon_name(pixels: int, is_bw: bool) -> str:
    """Return the name that an icon should have."""
    return "%s%dpx%s.png" % (_ICON, pixels, "_bw" if is_bw else "")


def choose_icon(names: "Iterable[str]", pixels: int, is_bw: bool = False) -> str:
    """Return the smallest icon that is large enough, else the largest; "" if there is none.

    A screen without colours prefers icons that were made for it.
    """
    best, best_rank = "", None
    for name in names:
        found = icon(name)
        if found:
            is_small = found[0] < pixels
            rank = (found[1] != is_bw, is_small, -found[0] if is_small else found[0])
            if best_rank is None or rank < best_rank:
                best, best_rank = name, rank
    return best


def png_size(head: bytes) -> tuple[int, int]:
    """Return (width, height) of a PNG picture by its first bytes; (0, 0) if it is none."""
    if len(head) < PNG_HEAD or head[:8] != _PNG or head[12:16] != b"IHDR":
        return 0, 0
    return int.from_bytes(head[16:20], "big"), int.from_bytes(head[20:24], "big")


# --- translations


def locale(name: str) -> str:
    """Return ``name`` as it should be written: ``pt_BR``, ``zh_Hant_TW``; "" if it is no locale."""
    parts = name.replace("-", "_").split("_")
    language, others = parts[0], parts[1:]
    if not 2 <= len(language) <= 3 or not _is_ascii_lower(language):
        return ""
    if others and len(others[0]) == 4:
        script = others.pop(0)
        if not "A" <= script[0] <= "Z" or not _is_ascii_lower(script[1:]):
            return ""
    if len(others) > 1 or (others and not _is_region(others[0])):
        return ""
    return "_".join(parts)


def lookup(wanted: str) -> list[str]:
    """Return the locales to look into, the best one first; English is always among them."""
    parts = locale(wanted).split("_")
    found = []
    if parts[0]:
        found.append("_".join(parts))
        if len(parts) == 3:
            found.append(parts[0] + "_" + parts[2])
        if len(parts) > 1:
            found.append(parts[0])
    return found if ENGLISH in found else found + [ENGLISH]


# --- what is launched, and what is run before


def binary(names: "Iterable[str]", platform: str) -> str:
    """Return the compiled file that a platform launches whatever ``execute`` says, "" if none.

    It is ``bin/bin<PLATFORM>.mpy``, or the folder ``bin/bin<PLATFORM>/``, then with a slash behind.
    ``platform`` is as in sys.platform. A file without ``.mpy`` is for another system.
    """
    wanted = ["bin/bin" + platform.upper()]
    if platform == "esp8266":
        wanted.append("bin/binESP2866")  # as the first text spelled it
    for start in wanted:
        for name in names:
            if name == start + ".mpy":
                return name
            if name.startswith(start + "/"):
                return start + "/"
    return ""


def script(names: "Collection[str]", which: str) -> str:
    """Return the file that does a step of the setup, "" if there is none. Python goes first."""
    for ending in (".mpy", ".py", ".sh"):
        if "setup/" + which + ending in names:
            return "setup/" + which + ending
    return ""


def script_lines(text: str) -> list[str]:
    """Return the commands of a ``.sh`` script, one a line; ``#`` begins a comment line.

    Raises: TepalError ``app``, with the line that is no command of a node.
    """
    from tepal.formats import command

    commands = []
    for number, raw in enumerate(text.split("\n")):
        line = raw.strip()
        if line and line[0] != "#":
            try:
                command.parse(line)
            except TepalError as error:
                raise TepalError("app", "S1: line %d: %s" % (number + 1, error))
            commands.append(line)
    if len(commands) > _MAX_LINES:
        raise TepalError("app", "S1: at most %d commands expected" % _MAX_LINES)
    return commands


def _is_number(text: str) -> bool:
    return bool(text) and all("0" <= char <= "9" for char in text) and text[0] != "0"


def _is_ascii_lower(text: str) -> bool:
    return all("a" <= char <= "z" for char in text)


def _is_region(text: str) -> bool:
    if len(text) == 2:
        return all("A" <= char <= "Z" for char in text)
    return len(text) == 3 and all("0" <= char <= "9" for char in text)
