"""Error codes: what the node raises, the status it has over HTTP, what it means."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path

from docs.generate._table import table

from umbel.build import sources

MEANINGS = Path(__file__).with_name("errors.toml")


def page() -> str:
    meanings = tomllib.loads(MEANINGS.read_text())
    statuses = _statuses()
    rows = [
        (f"`{code}`", str(statuses.get(code, 400)), meanings[code]) for code in sorted(raised())
    ]
    return (
        "# Errors of a node\n\n"
        "A program gets the code, a person the sentence. Over HTTP below `/api` a code has a\n"
        "status, and comes in a problem document (RFC 9457).\n\n"
        + table(("code", "status", "means that"), rows)
    )


def raised() -> set[str]:
    """Every code that a file of the node raises."""
    return {
        code
        for path in sources.device_dir().rglob("*.py")
        for code in _codes(ast.parse(path.read_text()))
    }


def _codes(tree: ast.AST) -> Iterator[str]:
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "TepalError":
            yield from (
                part.value
                for part in ast.walk(call.args[0])
                if isinstance(part, ast.Constant) and isinstance(part.value, str)
            )


def _statuses() -> dict[str, int]:
    """The node's own table of codes that have another status than 400."""
    path = sources.device_dir() / "tepal" / "services" / "problem.py"
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "_STATUS":
            return ast.literal_eval(node.value)
    raise LookupError(f"no _STATUS in {path}")
