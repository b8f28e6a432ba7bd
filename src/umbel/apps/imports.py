"""Imports of other apps, with the version that they mean.

On a node two versions of an app can be in memory side by side, and each program must find its own,
in an import that runs an hour later too. So packing writes the range into the name: an app that
depends on ``acme-1.x.x`` imports ``acme__1``, where a node puts the newest 1 that it has. An app's
own files become relative: they are what they are under whatever name it is known.
"""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterator, Mapping

from umbel.apps.formats import appconfig


def names(uid: str, config: dict[str, object]) -> dict[str, str]:
    """What to write for the first word of an import; nothing for the app itself."""
    table = {appconfig.import_name(uid): ""}
    for text in appconfig.as_list(config.get("dependencies")):
        name, wanted = appconfig.dependency(text)
        table[appconfig.import_name(name)] = appconfig.qualified(name, wanted)
    return table


def qualified(program: str, table: Mapping[str, str], depth: int) -> str:
    """``program`` with its imports changed; lines stay where they are.

    ``depth`` is how many folders the file is below the app's own.

    Raises:
        SyntaxError: it is no Python.
    """
    lines = program.splitlines(keepends=True)
    for (row, start), (_, end), text in sorted(_changes(program, table, depth), reverse=True):
        line = lines[row - 1]
        lines[row - 1] = line[:start] + text + line[end:]
    return "".join(lines)


_Place = tuple[int, int]


def _changes(
    program: str, table: Mapping[str, str], depth: int
) -> Iterator[tuple[_Place, _Place, str]]:
    """Where a name stands, where it ends, what to write there."""
    tokens = [
        token
        for token in tokenize.generate_tokens(io.StringIO(program).readline)
        if token.type in {tokenize.NAME, tokenize.OP, tokenize.NUMBER}
    ]
    starts = {token.start: index for index, token in enumerate(tokens)}
    lines = program.splitlines()
    for node in ast.walk(ast.parse(program)):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            word = tokens[starts[_start(lines, node)] + 1]
            if word.string in table:
                yield _from(word, node.module, table[word.string], depth)
        elif isinstance(node, ast.Import):
            for alias in node.names:
                new = table.get(alias.name, "")
                if new:
                    word = tokens[starts[_start(lines, alias)]]
                    bound = "" if alias.asname else f" as {alias.name}"
                    yield word.start, word.end, new + bound


def _from(
    word: tokenize.TokenInfo, module: str, new: str, depth: int
) -> tuple[_Place, _Place, str]:
    if new:
        return word.start, word.end, new
    dots = "." * (depth + 1)
    has_rest = "." in module
    row, end = word.end
    return word.start, (row, end + has_rest), dots


def _start(lines: list[str], node: ast.stmt | ast.alias) -> _Place:
    """Where a node stands, counted in characters as the tokens are; the tree counts bytes."""
    before = lines[node.lineno - 1].encode()[: node.col_offset]
    return node.lineno, len(before.decode())
