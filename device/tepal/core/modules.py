"""Load modules: files LM_<name>.py or .mpy whose public functions are commands."""

from micropython import const

from tepal.core.commands import ADMIN, CONTROL, VIEW

_VIEW = const(("help", "status", "pinmap", "measure"))  # what changes nothing in any module


class Modules:
    """What is loaded; a provider of the bus. What is on flash is found by ``loading``.

    A module finds the running node under its own name ``node``. It may list commands in ``VIEW``
    (they change nothing) and ``ADMIN``; all others need the control role.
    """

    def __init__(self, folders: tuple, node):
        self.folders = folders
        self.node = node
        self.loaded = {}  # name: module
        self.loading = ""  # the one whose code is being run for the first time

    def find(self, name: str):
        """Return the module called ``name``, loaded now if it was not; None if there is none.

        Raises: TepalError ``load_failed`` with the reason.
        """
        module = self.loaded.get(name)
        if module is None:
            from tepal.core import loading

            module = loading.load(self, name)
        return module

    def command(self, module, function: str):
        """Return the function that is the command ``function``; None if there is none.

        Commands are the functions that the module itself defines and those that its HELP names.
        """
        members = module.__dict__
        command = members.get(function)
        if function == "help" and command is None:
            from tepal.core import loading

            return loading.help(module)
        if function[:1] == "_" or not callable(command):
            return None
        if getattr(command, "__globals__", None) is not members:
            from tepal.core import loading

            if function not in loading.documented(module):
                return None
        return command

    def role(self, module, function: str) -> int:
        """Return the role that a command wants."""
        if function in getattr(module, "ADMIN", ()):
            return ADMIN
        if function in _VIEW or function in getattr(module, "VIEW", ()):
            return VIEW
        return CONTROL
