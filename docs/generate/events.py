"""What a node tells those who listen: at ``/api/v1/events``, and in the shell for programs."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path

from docs.generate._docstrings import SERVICES, docstrings
from docs.generate._table import table

from umbel.build import sources

MEANINGS = Path(__file__).with_name("events.toml")
_STREAM = SERVICES / "live.py"
_SHELL = SERVICES / "framed.py"


def page() -> str:
    rows = [(f"`{name}`", text) for name, text in tomllib.loads(MEANINGS.read_text()).items()]
    return (
        "# Events\n\n`GET /api/v1/events` sends them as server-sent events, the shell for programs "
        'after `{"subscribe": [name, …]}`.\n\n'
        + table(("event", "its data"), rows)
        + "\n## The shell for programs\n\n```text\n"
        + next(docstrings(_SHELL))
        + "\n```\n"
    )


def told() -> set[str]:
    """The name of every event that a file of the node publishes."""
    return {
        name
        for path in sources.device_dir().rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call) and (_publishes(call.func) or path == _STREAM)
        for name in _name(call)
    }


def _publishes(function: ast.expr) -> bool:
    """Whether this is ``….log.publish``, or the log's own."""
    if not isinstance(function, ast.Attribute) or function.attr != "publish":
        return False
    owner = function.value
    return getattr(owner, "attr", "") == "log" or getattr(owner, "id", "") == "self"


def _name(call: ast.Call) -> list[str]:
    if isinstance(call.func, ast.Name) and call.func.id != "_event":
        return []
    first = call.args[0] if len(call.args) == 2 else None
    return (
        [first.value] if isinstance(first, ast.Constant) and isinstance(first.value, str) else []
    )
