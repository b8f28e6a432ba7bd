"""What docstrings of the node say in columns."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from umbel.build import sources

SERVICES = sources.device_dir() / "tepal" / "services"
_GAP = re.compile(r" {2,}")


def docstrings(path: Path) -> Iterator[str]:
    """The docstrings of a file and of its functions, in their order."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield ast.get_docstring(node) or ""


def columns(text: str, count: int) -> Iterator[list[str]]:
    """The lines of a docstring that have so many columns, two spaces or more between them."""
    for line in text.splitlines():
        cells = _GAP.split(line.strip(), count - 1)
        if len(cells) == count:
            yield cells
