"""Fetch what is missing: ``python -m umbel.runtimes [NAME…]``, a line for each.

Ends with 1 if something that this machine can have was not fetched. What it can never have is
said and is no failure, unless it was asked for by name. The paths of all that is there are
written into ``ready`` beside it, for make to watch.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager

from umbel.errors import FetchError, UmbelError, Unobtainable
from umbel.runtimes import Runtime, known, named, place

_WIDTH = 26


def main(arguments: Sequence[str]) -> int:
    """Fetch all runtimes, or those with the given names."""
    try:
        wanted = [named(key) for key in arguments] or known()
        failed = [runtime for runtime in wanted if not _fetch(runtime, may_lack=not arguments)]
    except UmbelError as error:
        print(f"error: {error}; {error.remedy}", file=sys.stderr)
        return 1
    _write_ready()
    return 1 if failed else 0


def _fetch(runtime: Runtime, *, may_lack: bool) -> bool:
    """Whether nothing is left to be done about ``runtime``; prints its line."""
    remarks: list[str] = []
    was_there = runtime.find() is not None
    started = time.monotonic()
    with _line(f"{runtime.name:<{_WIDTH}}") as end:
        try:
            path = runtime.fetch(remarks.append)
        except (FetchError, OSError) as error:
            end(f"missing: {error}; {runtime.remedy}")
            return may_lack and isinstance(error, Unobtainable)
        seconds = time.monotonic() - started
        state = "there" if was_there else f"fetched in {seconds:.1f} s"
        end("; ".join([f"{state}, {place.shown(path)}", *remarks]))
    return True


@contextmanager
def _line(beginning: str) -> Generator[Callable[[str], None]]:
    """Print the beginning now and the end later; a terminal shows that something is going on."""
    if not sys.stdout.isatty():
        print(beginning, end="", flush=True)
        yield print
        return
    from rich.console import Console  # noqa: PLC0415 - make calls this often, rarely watched

    with Console().status(beginning):
        yield lambda end: print(beginning + end)


def _write_ready() -> None:
    found = [str(path) for runtime in known() if (path := runtime.find())]
    home = place.home()
    home.mkdir(parents=True, exist_ok=True)
    (home / "ready").write_text("\n".join([*found, ""]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
