"""Flash of a board with littlefs on it, in memory, that loses power at its n-th program or erase."""

import builtins
import os

import vfs

BLOCK = 4096
PROGRAM = 256  # bytes, as a Pico has it
ROOT = "/flash"
_EIO = 5
_NO_CUT = 1 << 30


class Flash:
    """A block device. ``left`` is how many steps are done before the power fails; then nothing is.

    ``is_torn``: half of the step at which it fails is done.
    """

    def __init__(self, data, left=_NO_CUT, is_torn=False):
        self.data = data
        self.left = left
        self.is_torn = is_torn
        self.is_dead = False  # it lost power before it was unmounted

    def readblocks(self, number, buffer, offset=0):
        if self.left < 0:
            return -_EIO
        start = number * BLOCK + offset
        buffer[:] = memoryview(self.data)[start : start + len(buffer)]
        return None

    def writeblocks(self, number, buffer, offset=0):
        start = number * BLOCK + offset
        size = self._step(len(buffer))
        self.data[start : start + size] = memoryview(buffer)[:size]
        return None if size == len(buffer) else -_EIO

    def ioctl(self, what, argument):
        if what == 4:
            return len(self.data) // BLOCK
        if what == 5:
            return BLOCK
        if what == 6:
            start = argument * BLOCK
            size = self._step(BLOCK)
            self.data[start : start + size] = b"\xff" * size
            return 0 if size == BLOCK else -_EIO
        return 0

    def _step(self, size):
        """Return how many bytes of a step are done."""
        self.left -= 1
        if self.left >= 0:
            return size
        return size // 2 if self.left == -1 and self.is_torn else 0


def new(blocks):
    """Return a formatted flash."""
    data = bytearray(b"\xff" * (blocks * BLOCK))
    vfs.VfsLfs2.mkfs(Flash(data), progsize=PROGRAM)
    return data


# Files that a loss of power left open must be closed by hand: if the collector does it, it calls into
# what it is about to free.
_open_file = open
_opened = []
_mounted = []


def _noting_open(*args):
    file = _open_file(*args)
    _opened.append(file)
    return file


def mount(flash):
    """Make ``flash`` the working folder."""
    vfs.mount(vfs.VfsLfs2(flash, progsize=PROGRAM), ROOT)
    os.chdir(ROOT)
    _mounted.append(flash)
    builtins.open = _noting_open


def unmount():
    """Take the flash away, as a loss of power does: nothing is written any more."""
    flash = _mounted.pop()
    flash.is_dead = flash.left < 0
    flash.left = -1
    builtins.open = _open_file
    while _opened:
        try:
            _opened.pop().close()
        except OSError:  # that is how it is without power
            pass
    os.chdir("/")
    vfs.umount(ROOT)
