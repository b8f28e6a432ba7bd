"""The program ``umbel``.

A file of this package is a command, or a group of them: it offers ``register(app)``, which adds
itself to the Typer program it is given. There is no list to extend; a name that begins with an
underscore is not a command. At its top a file imports only what its options need. What is heavy
is imported inside the command, so that ``umbel --help`` stays quick.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
from typing import Annotated

import typer

from umbel.errors import UmbelError

__all__ = ["main", "program"]


def program() -> typer.Typer:
    """The Typer program with every command of this package."""
    app = typer.Typer(
        help="A fleet of small boards: simulate, talk to, configure and update them.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,  # they print local variables, secrets among them
        callback=_take_options,
    )
    for module in pkgutil.iter_modules(__path__):
        if not module.name.startswith("_"):
            importlib.import_module(f"{__name__}.{module.name}").register(app)
    return app


def main() -> None:
    """Run the command line; an error of ours is a sentence, a remedy and exit code 1."""
    try:
        program()()
    except UmbelError as error:
        print(f"error: {error}", file=sys.stderr)
        if error.remedy:
            print(f"try: {error.remedy}", file=sys.stderr)
        sys.exit(1)
    except OSError as error:  # a full disk, a folder that is not ours: no fault of the program
        where = f"{error.filename}: " if error.filename else ""
        print(f"error: {where}{error.strerror or error}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:  # while commands are imported; Typer does the same later
        sys.exit(130)


def _print_version(is_wanted: bool) -> None:
    if is_wanted:
        from importlib.metadata import version

        print(version("umbel"))
        raise typer.Exit


def _take_options(
    _version: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the version.", callback=_print_version, is_eager=True
        ),
    ] = False,
) -> None:
    """Options before the command."""
