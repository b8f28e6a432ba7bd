"""The pin maps of boards: which GPIO a logical name such as ``neop`` means there.

A map is a file IO_<board>.py of lines ``name = number`` beside the modules of a node. Whoever adds
one adds a file, and it is found.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

from umbel.build import sources
from umbel.errors import UmbelError

_PREFIX = "IO_"


@dataclass(frozen=True, slots=True, kw_only=True)
class PinMap:
    """One board; a pin that is not on its chip has a name instead of a number."""

    board: str
    about: str
    pins: dict[str, int | str]

    def by_gpio(self) -> dict[int | str, list[str]]:
        """All names of each GPIO, in the order of the numbers."""
        names: dict[int | str, list[str]] = {}
        for name, gpio in self.pins.items():
            names.setdefault(gpio, []).append(name)
        return dict(sorted(names.items(), key=lambda item: (isinstance(item[0], str), item[0])))


def boards(folder: Path | None = None) -> list[str]:
    """The boards that have a map."""
    own = folder or sources.device_dir() / "modules"
    return sorted(path.stem.removeprefix(_PREFIX) for path in own.glob(f"{_PREFIX}*.py"))


def read(board: str, folder: Path | None = None) -> PinMap:
    """The map of a board, or the one in a file.

    Raises:
        UmbelError: there is none, or a line of it says something else.
    """
    path = Path(board)
    if path.suffix != ".py":
        path = (folder or sources.device_dir() / "modules") / f"{_PREFIX}{board}.py"
    try:
        tree = ast.parse(path.read_text(), str(path))
    except OSError:
        known = ", ".join(boards(folder))
        raise UmbelError(f"there is no pin map for {board}", remedy=f"one of {known}") from None
    except (SyntaxError, ValueError) as exc:
        raise UmbelError(f"{path.name} is no pin map: {exc}") from exc
    pins = dict(_pin(statement, path) for statement in tree.body if not _is_text(statement))
    about = (ast.get_docstring(tree) or "").strip()
    return PinMap(board=path.stem.removeprefix(_PREFIX), about=about, pins=pins)


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _pin(statement: ast.stmt, path: Path) -> tuple[str, int | str]:
    match statement:
        case ast.Assign(
            targets=[ast.Name(id=name)], value=ast.Constant(value=int() | str() as gpio)
        ) if not isinstance(gpio, bool):
            return name, gpio
        case _:
            raise UmbelError(
                f"{path.name}, line {statement.lineno}: a line like neop = 15 was expected"
            )
