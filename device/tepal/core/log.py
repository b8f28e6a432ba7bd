"""The log and the news: the newest lines in memory, the bad ones on flash, all to who listens."""

from micropython import const

_RING = const(24)  # lines
_MAX_LINE = const(200)  # characters
_KEPT = const(("ERR", "WARN", "BOOT"))  # levels that are written to flash


class Log:
    """``log.err("text")``, ``warn``, ``boot``, ``info``; ``publish`` hands an event to listeners."""

    def __init__(self, folder: str, clock, console: bool = True):
        self.folder = folder
        self.clock = clock
        self.console = console  # print each line on the serial console too
        self.lines = []  # the newest, oldest first
        self.listeners = []  # of core.listener

    def err(self, text: str) -> None:
        """Something failed and somebody should look."""
        self.add("ERR", text)

    def warn(self, text: str) -> None:
        """Something is odd; the node goes on."""
        self.add("WARN", text)

    def boot(self, text: str) -> None:
        """A step of the boot."""
        self.add("BOOT", text)

    def info(self, text: str) -> None:
        """Normal operation; kept in memory only, for the sake of the flash."""
        self.add("INFO", text)

    def exception(self, where: str, error: BaseException) -> None:
        """Log ``error`` with the place it came from; the whole traceback goes to the console."""
        from tepal.core import trouble

        self.err(where + ": " + trouble.told(error, self.console))

    def add(self, level: str, text: str) -> None:
        """Add one line."""
        line = "%s [%s] %s" % (self.clock.stamp(), level, text[:_MAX_LINE])
        self.lines.append(line)
        if len(self.lines) > _RING:
            self.lines.pop(0)
        if self.console:
            print(line)
        self.publish("log", line)
        if level in _KEPT:
            from tepal.core import logfile

            logfile.append(self.folder, level, line)

    def publish(self, topic: str, data: object) -> None:
        """Hand ``(topic, data)`` to all listeners; never waits."""
        for listener in self.listeners:
            listener.put((topic, data))
