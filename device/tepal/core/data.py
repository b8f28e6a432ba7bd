"""What modules keep in /data: their own files, and measurements line by line, bounded."""

from micropython import const

_FOLDER = const("data/")


class Data:
    """Small files of modules; states of devices are in ``states``."""

    def __init__(self, node):
        self.clock = node.clock

    def path(self, name: str) -> str:
        """Return where the file ``name`` of a module is. Raises: TepalError ``path``."""
        from tepal.core import filing

        return _FOLDER + filing.safe(name)

    def log(self, name: str, line: str, limit: int = 100) -> None:
        """Add a line with the time to the log ``name``, which keeps about ``limit`` lines.

        Raises: TepalError ``path``, OSError.
        """
        from tepal.core import datalog

        datalog.append(self.path(name + ".dat"), self.clock.stamp() + " " + line, limit)

    def lines(self, name: str, limit: int = 100) -> list[str]:
        """Return the newest lines of the log ``name``, oldest first."""
        from tepal.core import datalog

        return datalog.newest(self.path(name + ".dat"), limit)
