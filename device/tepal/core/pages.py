"""Web pages of modules: which function answers which path."""

from micropython import const

from tepal.core.commands import CONTROL, ROLES, VIEW
from tepal.formats.errors import TepalError

_MOST = const(16)
_METHODS = const(("GET", "POST", "DELETE"))
_TAKEN = const(("rest", "api", "metrics"))


class Pages:
    """``answer`` is ``f(headers, body) -> (kind, data)``, or the name of a file in /web."""

    def __init__(self, node):
        self.all = {}  # (method, path): (answer, role)

    def add(self, name: str, answer, method: str = "GET", role: str = "") -> None:
        """Let ``answer`` answer at ``/<name>``, for callers that have ``role``.

        Without a role, *view* may get and *control* may do the rest.
        Raises: TepalError ``path``, ``method``, ``queue_full``.
        """
        from tepal.core import filing

        name = filing.safe(name.strip("/"))
        if name.split("/")[0] in _TAKEN:
            raise TepalError("path", name + " is taken")
        if method not in _METHODS:
            raise TepalError("method", ", ".join(_METHODS) + " expected")
        if len(self.all) >= _MOST and (method, "/" + name) not in self.all:
            raise TepalError("queue_full", "at most %d pages" % _MOST)
        wanted = VIEW if method == "GET" else CONTROL
        self.all[(method, "/" + name)] = (answer, ROLES.index(role) if role else wanted)

    def remove(self, module) -> None:
        """Forget the pages of ``module``."""
        for key in list(self.all):
            if getattr(self.all[key][0], "__globals__", None) is module.__dict__:
                self.all.pop(key)
