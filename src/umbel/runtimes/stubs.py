"""What MicroPython's modules offer, for the type checker: the node is checked against it.

The folder is an empty environment of Python at the same time. Without one the checker would look
into the host's, and find there what a node does not have.
"""

from __future__ import annotations

from pathlib import Path

from umbel.errors import Unobtainable
from umbel.runtimes import place, pypi, tree
from umbel.runtimes.runtime import Report, Runtime, ignore

_PACKAGES = (
    "micropython-esp32-stubs==1.29.0.post1",
    "micropython-stdlib-stubs==1.29.0.post2",
)


_EMPTY_ENVIRONMENT = "lib/python3.11/site-packages/README"


def find() -> Path | None:
    """The folder that the type checker is pointed at; only looks."""
    folder = _folder()
    return folder if folder is not None and tree.is_whole(folder) else None


def fetch(report: Report = ignore) -> Path:
    """The folder, fetched if it is not there or not of these versions.

    Raises:
        Unobtainable: this is no checkout, so nothing of the node is type checked.
        FetchError: pip refused.
    """
    del report  # there is only one way to get it
    folder = _folder()
    if folder is None:
        raise Unobtainable("stubs: only a checkout has a use for them")
    wanted = ", ".join(_PACKAGES)
    if find() is None or tree.origin(folder) != wanted:
        with tree.prepared(folder, origin=wanted) as fresh:
            pypi.unpack(_PACKAGES, fresh)
            readme = fresh / _EMPTY_ENVIRONMENT
            readme.parent.mkdir(parents=True)
            readme.write_text("A node has no package of the host.\n")
    return folder


def _folder() -> Path | None:
    root = place.checkout()
    return root / "typings" / "micropython" if root is not None else None


RUNTIMES = (
    Runtime(
        key="stubs",
        name="MicroPython stubs",
        used_for="type checks of the node",
        find=find,
        fetch=fetch,
        for_checkout=True,
    ),
)
