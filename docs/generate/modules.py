"""Load modules: what each is, and its commands, from the HELP of its file."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from umbel.build import sources


def page() -> str:
    folder = sources.device_dir() / "modules"
    return (
        "# Load modules\n\nA word in capitals is the widget that the page of a node draws. The role "
        "is *control* where none is named.\n"
        + "".join(map(_section, sorted(folder.glob("LM_*.py"))))
    )


def _section(path: Path) -> str:
    tree = ast.parse(path.read_text())
    declared = dict(_constants(tree))
    docstrings = {
        node.name: (ast.get_docstring(node) or "").partition("\n")[0]
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    lines = [f"\n## {path.stem.removeprefix('LM_')}\n\n{ast.get_docstring(tree)}\n\n"]
    for usage in declared.get("HELP", ()):
        words = usage.split()
        name = next((word for word in words if not word.isupper()), words[0])
        role = next(
            (f" *{role.lower()}*" for role in ("VIEW", "ADMIN") if name in declared.get(role, ())),
            "",
        )
        lines.append(f"- `{usage}`{role} {docstrings.get(name, '')}".rstrip() + "\n")
    return "".join(lines)


def _constants(tree: ast.Module) -> Iterator[tuple[str, tuple[str, ...]]]:
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            try:
                yield node.targets[0].id, ast.literal_eval(node.value)
            except ValueError:
                continue
