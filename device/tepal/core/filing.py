"""Files on flash for people: which folders may be reached by whom, and writing that leaves no halves."""

import os

from micropython import const

from tepal.core import storage
from tepal.core.commands import ADMIN, CONTROL, NOBODY, ROLES, VIEW
from tepal.formats.errors import TepalError

RARE = True
_MAX_PATH = const(96)  # characters
_MAX_DEPTH = const(4)
_RESERVE = const(16384)  # bytes of flash that the node itself needs to go on
_MOST_LISTED = const(200)
_BLOCK = const(512)  # bytes
_FOLDER = const(0x4000)
_AUTHORITY = const(".pem")
_DEVICES = const("config/devices.json")
_HALF = const(".new")

# folder: (role to read, role to write or NOBODY if nobody may). What is not here is out of reach:
# secrets, the release, boot records. Names that begin with a dot are hidden everywhere.
_MOUNTS = {
    "config": (ADMIN, NOBODY),
    "data": (CONTROL, CONTROL),
    "logs": (ADMIN, NOBODY),
    "modules": (ADMIN, ADMIN),
    "web": (VIEW, ADMIN),
}


def reach(path: str, role: int, write: bool = False) -> str:
    """Return where ``path`` is, for a caller with ``role``.

    Raises: TepalError ``path``, ``not_found`` (no such mount), ``denied``.
    """
    path = safe(path.strip("/"))
    mount = path.split("/")[0]
    if mount not in _MOUNTS:
        raise TepalError("not_found", mount + ": one of " + ", ".join(sorted(_MOUNTS)))
    wanted = _MOUNTS[mount][write]
    if mount == "config" and (path.endswith(_AUTHORITY) or path == _DEVICES):
        wanted = ADMIN  # whose certificates the node believes, and what hangs on it
    if write and (wanted == NOBODY or path == mount):
        raise TepalError("denied", path + " is written by the node alone")
    if role < wanted:
        raise TepalError("denied", path + " wants the role " + ROLES[wanted])
    return path


def safe(name: str) -> str:
    """Return ``name`` if it is a plain relative path: no hidden files, no way up, nothing odd.

    Raises: TepalError ``path``.
    """
    parts = name.split("/")
    fits = len(name) <= _MAX_PATH and len(parts) <= _MAX_DEPTH
    if not fits or False in [_is_plain(part) for part in parts]:
        raise TepalError(
            "path", "names of letters, digits, . _ - expected, not " + name[:_MAX_PATH]
        )
    return name


def _is_plain(part: str) -> bool:
    if not part or part[0] == ".":
        return False
    for char in part:
        if not (char.isalpha() or char.isdigit() or char in "._-") or ord(char) > 127:
            return False
    return True


def mounts(role: int) -> list:
    """Return the folders that ``role`` may read, and whether it may write there."""
    found = []
    for name in sorted(_MOUNTS):
        read, write = _MOUNTS[name]
        if role >= read:
            found.append({"name": name, "folder": True, "write": NOBODY < write <= role})
    return found


def listing(path: str, role: int) -> list:
    """Return {"name", "size"} of each file below the folder ``path``, and its folders."""
    if not path.strip("/"):
        return mounts(role)
    place = reach(path, role)
    if size(place) is not None:
        raise TepalError("not_found", path + " is a file")
    found = []
    for name in sorted(_names(place)):
        if name[0] != "." and len(found) < _MOST_LISTED:
            length = size(place + "/" + name)
            is_file = length is not None
            found.append(
                {"name": name, "size": length} if is_file else {"name": name, "folder": True}
            )
    return found


def size(place: str):
    """Return the bytes of a file, None for a folder. Raises: TepalError ``not_found``."""
    try:
        status = os.stat(place)
    except OSError:
        if place in _MOUNTS:  # nobody has put anything there yet
            return None
        raise TepalError("not_found", place)
    return None if status[0] & _FOLDER else status[6]


def delete(path: str, role: int) -> None:
    """Delete a file, or an empty folder. Raises: TepalError."""
    place = reach(path, role, True)
    try:
        if size(place) is None:
            os.rmdir(place)
        else:
            os.remove(place)
    except OSError as error:
        raise TepalError("flash", place + " not deleted: " + str(error))


def copy(place: str, upload) -> None:
    """Begin ``upload`` with what the file holds until now, if there is one."""
    try:
        with open(place, "rb") as file:
            block = file.read(_BLOCK)
            while block:
                upload.write(block)
                block = file.read(_BLOCK)
    except OSError:
        pass


def clean() -> None:
    """Remove what a power cut in the middle of a write has left."""
    for mount in _MOUNTS:
        _clean(mount)


def _clean(folder: str) -> None:
    for name in _names(folder):
        place = folder + "/" + name
        if os.stat(place)[0] & _FOLDER:
            _clean(place)
        elif name[0] == "." and name.endswith(_HALF):
            storage.remove(place)


def _names(folder: str) -> list:
    try:
        return os.listdir(folder)
    except OSError:
        return []


class Upload:
    """A file that takes its place when it is complete: ``write`` its blocks, then ``finish``."""

    def __init__(self, files, place: str, length: int):
        """Raises: TepalError ``full``, ``busy``, ``flash``."""
        free = files.free()
        if length + _RESERVE > free:
            raise TepalError("full", "%d bytes do not fit, %d are free" % (length, free))
        if place in files.writing:
            raise TepalError("busy", place + " is being written by somebody else")
        folder, _, name = place.rpartition("/")
        self.writing = files.writing
        self.place = place
        self.half = folder + "/." + name + _HALF
        try:
            _make_folders(folder)
            self.file = open(self.half, "wb")  # noqa: SIM115 - it stays open from block to block
        except OSError as error:
            raise TepalError("flash", place + ": " + str(error))
        self.writing.append(place)

    def write(self, data: bytes) -> None:
        """Add a block. Raises: TepalError ``flash``."""
        try:
            self.file.write(data)
        except OSError as error:
            raise TepalError("flash", self.place + ": " + str(error))

    def finish(self) -> None:
        """Put the file in its place. Raises: TepalError ``flash``."""
        self.file.close()
        try:
            storage.replace(self.half, self.place)
        except OSError as error:
            raise TepalError("flash", self.place + ": " + str(error))

    def close(self) -> None:
        """Forget what was not finished."""
        self.file.close()
        storage.remove(self.half)
        self.writing.remove(self.place)


def _make_folders(folder: str) -> None:
    parts = folder.split("/")
    for depth in range(1, len(parts) + 1):
        storage.make_folder("/".join(parts[:depth]))
