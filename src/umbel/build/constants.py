"""Private numbers as constants, so that they take no memory and no name on a node.

Files that the host imports too cannot say ``const``, which only MicroPython has. Its compiler knows
the word without an import, writes the number wherever the name stands, and leaves out what stands
behind ``if _TYPING``.
"""

from __future__ import annotations

import ast


def constant(source: str) -> str:
    """The same program with ``_LIMIT = const(16)`` for each ``_LIMIT = 16`` that nothing changes.

    Raises:
        SyntaxError: it is no Python.
    """
    tree = ast.parse(source)
    bound = _bound(tree)
    lines = source.splitlines(keepends=True)
    for statement in tree.body:
        match statement:
            case ast.Assign(
                targets=[ast.Name(id=name)], value=ast.Constant(value=int(number)) as value
            ) if name[0] == "_" and not isinstance(number, bool) and bound.count(name) == 1:
                row, start, end = value.lineno - 1, value.col_offset, value.end_col_offset
                line = lines[row]
                if line.isascii():
                    lines[row] = f"{line[:start]}const({line[start:end]}){line[end:]}"
            case _:
                continue
    return "".join(lines)


def _bound(tree: ast.Module) -> list[str]:
    """Every name that is given something anywhere, as often as that happens."""
    names: list[str] = []
    for node in ast.walk(tree):
        match node:
            case (
                ast.Name(id=name, ctx=ast.Store() | ast.Del())
                | ast.arg(arg=name)
                | ast.keyword(arg=str(name))
            ):
                names.append(name)
            case ast.Attribute(attr=name):  # of the module itself, perhaps
                names.append(name)
            case ast.Global(names=several) | ast.Nonlocal(names=several):
                names += several
            case ast.ExceptHandler(name=str(name)) | ast.alias(name=name, asname=None):
                names.append(name)
            case ast.alias(asname=str(name)):
                names.append(name)
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                names.append(name)
            case ast.ClassDef(name=name):
                names.append(name)
            case _:
                continue
    return names
