"""What a program of an app is given: ``main(app)``. Not RARE: it lasts as long as the program."""

# Of the part apps, which a release can leave out.

from micropython import const

_MOST_LINES = const(8)
_MAX_LINE = const(120)  # characters
_print = print  # the one of Python, whatever the app is given


class App:
    """One app that runs.

    ``code`` is the folder that its own files are read from, ``home`` the one on flash that stays
    over upgrades, with ``data`` and ``share`` in it.
    """

    def __init__(self, node, uid: str, config: dict, code: str, home: str, language: str = ""):
        self.node = node
        self.uid = uid
        self.version = config["version"]
        self.settings = dict(config.get("settings", {}))  # the defaults, and what was changed
        self.code = code
        self.home = home
        self.language = language
        self.texts = None  # of its translation, once one was wanted
        self.lines = []  # its own log, the newest last
        values().read(self)

    def path(self, name: str) -> str:
        """Return where the app's own file ``name`` is. Raises: TepalError ``path``."""
        from tepal.core import filing

        return self.home + "/data/" + filing.safe(name)

    def change(self, name: str, value) -> None:
        """Change a setting, and keep it over restarts and upgrades.

        Raises: TepalError ``app``, if the app has no such setting; OSError.
        """
        values().put(self, name, value)

    def text(self, key: str) -> str:
        """Return a text in the language of the node, else in English, else ``key``."""
        if self.texts is None:
            self.texts = values().texts(self)
        return self.texts.get(key, key)

    async def run(self, line: str) -> object:
        """Return what a command of the node answers; it is asked with the role *control*.

        Raises: TepalError.
        """
        from tepal.core.commands import CONTROL, Caller
        from tepal.formats.command import parse

        return await self.node.commands.run(parse(line), Caller("app", CONTROL, self.uid))

    def start(self, coroutine) -> None:
        """Run ``coroutine`` beside the program, until that ends; what it raises is a failure of the app.

        Raises: TepalError ``queue_full`` if 8 run.
        """
        from tepal.core import app_beside

        app_beside.start(self, coroutine)

    def info(self, text: str) -> None:
        """Log that something is as it should be."""
        self.keep(text)
        self.node.log.info(self.uid + ": " + text)

    def warn(self, text: str) -> None:
        """Log that something is odd."""
        self.keep(text)
        self.node.log.warn(self.uid + ": " + text)

    def print(self, *values, **how) -> None:
        """Print, and keep it in the app's own log."""
        _print(*values, **how)
        if "file" not in how:
            self.keep(how.get("sep", " ").join([str(one) for one in values]))

    def keep(self, text: str) -> None:
        """Add a line to the app's own log, which ``app log`` shows."""
        self.lines.append("%s %s" % (self.node.clock.stamp(), str(text)[:_MAX_LINE]))
        del self.lines[:-_MOST_LINES]


def values():
    """Return what reads and writes settings and texts; a frame that lasts must not hold it."""
    from tepal.core import app_values

    return app_values
