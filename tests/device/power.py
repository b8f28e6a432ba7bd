"""A flash that loses power while something is written."""

import os


class PowerCut:
    """A flash that loses power at its n-th step: a write is torn, a rename or removal does not happen.

    ``with PowerCut((storage, vault), 3) as cut:``; ``cut.came`` tells whether it came to that.
    """

    def __init__(self, modules, step):
        self.modules = modules
        self.left = step
        self.came = False

    def __enter__(self):
        for module in self.modules:
            module.open = self.open
            module.os = self
        return self

    def __exit__(self, kind, error, trace):
        for module in self.modules:
            del module.open
            module.os = os
        return kind is KeyboardInterrupt and self.came

    def step(self):
        if self.left == 0:
            self.came = True
            raise KeyboardInterrupt  # nobody handles that
        self.left -= 1

    def open(self, path, mode="r"):
        if mode[0] == "r":
            return open(path, mode)
        self.step()  # the file is empty now
        return CutFile(self, open(path, mode))

    def rename(self, old, new):
        self.step()
        os.rename(old, new)

    def remove(self, path):
        os.stat(path)
        self.step()
        os.remove(path)

    def mkdir(self, path):
        self.step()
        os.mkdir(path)

    def rmdir(self, path):
        self.step()
        os.rmdir(path)

    def stat(self, path):
        return os.stat(path)

    def statvfs(self, path):
        return os.statvfs(path)

    def listdir(self, path):
        return os.listdir(path)

    def urandom(self, size):
        return os.urandom(size)


class CutFile:
    """A file whose writes come to an end with the power."""

    def __init__(self, cut, file):
        self.cut = cut
        self.file = file

    def write(self, data):
        self.file.write(data[: len(data) // 2])
        self.cut.step()
        return self.file.write(data[len(data) // 2 :])

    def close(self):
        self.file.close()

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        self.file.close()
