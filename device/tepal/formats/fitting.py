"""Does a release fit a node? Said before its first file is fetched."""

from tepal.formats.errors import TepalError

# Without ``const``, which the host lacks: it imports this file as it is.
RARE = True
_ARCHITECTURES = (
    "none x86 x64 armv6 armv6m armv7m armv7em armv7emsp armv7emdp xtensa xtensawin rv32imc rv64imc"
)


class About:
    """What a node is: ``mpy`` as in sys.implementation._mpy, 0 if it runs no bytecode."""

    def __init__(self, mpy: int, micropython: tuple, platform: str, board: str):
        self.mpy = mpy
        self.micropython = micropython
        self.platform = platform
        self.board = board


def check(head: dict, about: About) -> None:
    """Refuse a release that this node could not run.

    Raises: TepalError ``release_unfit``, with what the release wants and what is here.
    """
    wanted = head.get("micropython")
    if wanted and _version(wanted) > about.micropython[:3]:
        here = ".".join([str(part) for part in about.micropython[:3]])
        raise _unfit("MicroPython " + wanted + " or later", here)
    for key, here in (("platform", about.platform), ("board", about.board)):
        if key in head and here not in head[key].split(" "):
            raise _unfit(key + " " + head[key], here)
    if "mpy" in head and not _runs(head["mpy"].split(" "), about.mpy):
        raise _unfit("bytecode " + head["mpy"], bytecode(about.mpy))


def bytecode(mpy: int) -> str:
    """Return what a node runs as a manifest says it: ``6.3 armv6m``."""
    if not mpy:
        return "none"
    name = _ARCHITECTURES.split(" ")[mpy >> 10 & 15 :][:1]
    return "%d.%d %s" % (mpy & 255, mpy >> 8 & 3, name[0] if name else "unknown")


def _runs(wanted: list, mpy: int) -> bool:
    """A version alone is bytecode for all; with architectures it is native code, for those."""
    version, here = wanted[0], bytecode(mpy).split(" ")
    if len(wanted) == 1:
        return version.split(".")[0] == here[0].split(".")[0]
    return version == here[0] and here[1] in wanted[1:]


def _version(text: str) -> tuple:
    try:
        return tuple([int(part) for part in text.split(".")])
    except ValueError:
        raise TepalError("manifest", "micropython: a version expected, not " + text)


def _unfit(wanted: str, here: str) -> TepalError:
    return TepalError("release_unfit", "for %s; this node: %s" % (wanted, here))
