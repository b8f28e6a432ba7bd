"""Exceptions as people read them, and what those of imports leave behind."""

import io
import os
import sys

from tepal.formats.errors import TepalError

RARE = True


def of_command(log, command: str, error: Exception) -> TepalError:
    """Return what a door should say when a command raised ``error``."""
    if isinstance(error, (TypeError, ValueError)):  # wrong arguments, nearly always
        log.warn(command + ": " + str(error))
        return TepalError("arguments", command + ": " + str(error))
    log.exception(command, error)
    return TepalError("failed", command + ": " + line(error))


def line(error: BaseException) -> str:
    """Return one line: the class of an exception and what it says."""
    text = str(error)
    return type(error).__name__ + (": " + text if text else "")


def told(error: BaseException, console: bool, where: str = "") -> str:
    """Return an exception, ``where`` that was and from which line; the traceback goes to the console."""
    text = trace(error)
    if console:
        print(text)
    lines = [line.strip() for line in text.strip().split("\n")]
    places = [line for line in lines if line[:5] == "File "]
    said = str(error) if isinstance(error, TepalError) else lines[-1]
    return "%s%s (%s)" % (said, where, "".join(places[-1:]))


def trace(error: BaseException) -> str:
    """Return the traceback."""
    text = io.StringIO()
    sys.print_exception(error, text)  # pyright: ignore[reportArgumentType]
    return text.getvalue()  # pyright: ignore[reportAttributeAccessIssue]


def clear(name: str, folders: tuple, head: str = "") -> None:
    """Let go of the module ``name``, whose import has failed, and of those in ``folders`` that failed with it.

    MicroPython takes their names out of sys.modules, but their places hold on to all that they have.
    ``head`` is what stands before the names of those in ``folders``.
    """
    sys.modules[name] = None  # type: ignore[assignment]
    try:  # it keeps its place meanwhile, or the others would not find their own
        for folder in folders:
            for file in _files(folder):
                part = head + file.rpartition(".")[0]
                if part not in sys.modules:
                    sys.modules[part] = None  # type: ignore[assignment]
                    sys.modules.pop(part)
    finally:
        sys.modules.pop(name)


def _files(folder: str) -> list:
    try:
        return os.listdir(folder)
    except OSError:
        return []
