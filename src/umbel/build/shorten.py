"""Shorter names for what is private to a file.

MicroPython keeps every name of a compiled file for ever, 20 bytes each, and looks a private one up
nowhere else: so the private names of all files can be the same few. Lines stay where they are.
"""

from __future__ import annotations

import ast
import io
import itertools
import string
import tokenize
from collections.abc import Iterator

_CALLED_FROM_OUTSIDE = {"_unload"}  # the loader looks for it in a load module


def shortened(source: str) -> str:
    """The same program with other names for its private globals.

    Raises:
        SyntaxError: it is no Python.
    """
    tree = ast.parse(source)
    taken = set(_all_names(tree))
    short = (name for name in _short_names() if name not in taken)
    private = [name for name in _private(tree) if name not in _spelled_elsewhere(tree)]
    return _renamed(source, dict(zip(private, short, strict=False)))


def _private(tree: ast.Module) -> list[str]:
    """The private globals; last those that the compiler replaces by their values."""
    names: dict[str, bool] = {}
    for statement in tree.body:
        match statement:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                names[statement.name] = False
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                names[name] = isinstance(value, ast.Call) and _is_const(value)
            case ast.AnnAssign(target=ast.Name(id=name)):
                names[name] = False
            case _:
                continue
    private = [name for name in names if name[0] == "_" and not name.startswith("__")]
    return sorted(private, key=lambda name: names[name])


def _is_const(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Name) and call.func.id == "const"


def _spelled_elsewhere(tree: ast.Module) -> set[str]:
    """Names that are not only globals here: whoever uses them otherwise could miss them."""
    return _CALLED_FROM_OUTSIDE | {
        str(name)
        for node in ast.walk(tree)
        for name in (getattr(node, "attr", None), getattr(node, "arg", None))
    }


def _all_names(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        for field in ("id", "name", "attr", "arg", "asname"):
            if isinstance(name := getattr(node, field, None), str):
                yield name


def _short_names() -> Iterator[str]:
    for length in itertools.count(1):
        for letters in itertools.product(string.ascii_lowercase, repeat=length):
            yield "_" + "".join(letters)


def _renamed(source: str, names: dict[str, str]) -> str:
    lines = source.splitlines(keepends=True)
    tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))
    for token in reversed(tokens):
        if token.type == tokenize.NAME and token.string in names:
            row, column = token.start
            line = lines[row - 1]
            lines[row - 1] = (
                line[:column] + names[token.string] + line[column + len(token.string) :]
            )
    return "".join(lines)
