"""Short strings of rare code, so that a node can forget them.

MicroPython makes a name of every string of up to ten characters in a compiled file, and keeps it
for ever. A file that calls itself RARE leaves memory again; its bytes objects leave with it.
"""

# ruff: noqa: N815 - a visitor is known by the names of what it visits

from __future__ import annotations

import ast
import io
import tokenize

_LONGEST_NAME = 10  # bytes; what is longer is no name
_RARE = "\nRARE = True\n"


def forgettable(source: str) -> str:
    """The same program with its short strings made of bytes; only if it calls itself RARE.

    What stands in a loop stays: there it would be made again and again.

    Raises:
        SyntaxError: it is no Python.
    """
    if _RARE not in source:
        return source
    tree = ast.parse(source)
    finder = _Finder()
    finder.visit(tree)
    tokens = list(tokenize.generate_tokens(io.StringIO(source).readline))
    lines = source.splitlines(keepends=True)
    for token in reversed([token for token in tokens if token.type == tokenize.STRING]):
        row, column = token.start
        line = lines[row - 1]
        # The tree counts bytes; where they differ from characters, the string is not ours anyway.
        if (*token.start, *token.end) in finder.found and line.isascii():
            end = token.end[1]
            lines[row - 1] = f"{line[:column]}b{line[column:end]}.decode(){line[end:]}"
    return "".join(lines)


class _Finder(ast.NodeVisitor):
    """Finds strings that may be written in another way; by where they begin and end."""

    def __init__(self) -> None:
        self.found: set[tuple[int, int, int, int]] = set()

    def visit_Constant(self, node: ast.Constant) -> None:
        text = node.value
        if isinstance(text, str) and text.isascii() and 0 < len(text) <= _LONGEST_NAME:
            end = (node.end_lineno or 0, node.end_col_offset or 0)
            self.found.add((node.lineno, node.col_offset, *end))

    def visit_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):  # no docstring
            self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        if not (isinstance(node.func, ast.Name) and node.func.id == "const"):
            self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value:
            self.visit(node.value)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        for part in (*node.args.defaults, *node.body):
            self.visit(part)

    visit_AsyncFunctionDef = visit_FunctionDef

    def _stay_out(self, node: ast.AST) -> None:
        """Loops, and strings that are put together."""

    visit_For = visit_While = visit_AsyncFor = visit_JoinedStr = _stay_out
    visit_ListComp = visit_SetComp = visit_DictComp = visit_GeneratorExp = _stay_out
