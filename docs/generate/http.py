"""What a node and the gateway answer over HTTP, from the docstrings beside each answer."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from docs.generate._docstrings import SERVICES, columns, docstrings
from docs.generate._table import table

import umbel

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_GATEWAY = Path(umbel.__file__).parent / "api"
_BESIDE = ("rest.py", "metrics.py")


def page() -> str:
    beside = [next(docstrings(SERVICES / name)).partition("\n")[0] for name in _BESIDE]
    return (
        "# HTTP\n\n## A node, below `/api/v1/`\n\n"
        "Errors are problem documents, see [errors](errors.md). *Its own* role is that of the command\n"
        "or of the folder.\n\n"
        + table(("request", "wants", "what it does"), requests())
        + "\n## A node, beside that\n\n"
        + "".join(f"- {_plain(line)}\n" for line in beside)
        + "\n## The gateway\n\nWhat goes in and out is in `/api/openapi.json` of one that runs.\n\n"
        + table(("request", "what it does"), routes())
    )


def requests() -> list[tuple[str, str, str]]:
    """Request, role and meaning of everything that a file of the node's HTTP door lists."""
    return sorted(
        {
            (f"`{request}`".replace("<", "{").replace(">", "}"), f"*{role}*", _plain(meaning))
            for path in SERVICES.glob("*.py")
            for text in docstrings(path)
            for request, role, meaning in columns(text, 3)
            if request.partition(" ")[0] in METHODS
        },
        key=lambda row: row[0].strip("`").split()[::-1],
    )


def routes() -> Iterator[tuple[str, str]]:
    """Request and meaning of each route of the gateway that its schema shows."""
    for path in sorted(_GATEWAY.glob("*.py")):
        for function in ast.walk(ast.parse(path.read_text())):
            if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
                for decorator in function.decorator_list:
                    for request in _route(decorator):
                        yield f"`{request}`", _plain(ast.get_docstring(function) or "")


def _route(decorator: ast.expr) -> Iterator[str]:
    if not isinstance(decorator, ast.Call) or not isinstance(decorator.func, ast.Attribute):
        return
    method = decorator.func.attr.upper()
    is_hidden = any(keyword.arg == "include_in_schema" for keyword in decorator.keywords)
    if method in METHODS and not is_hidden:
        yield f"{method} {ast.literal_eval(decorator.args[0])}"


def _plain(text: str) -> str:
    return text.replace("``", "`")
