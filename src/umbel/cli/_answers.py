"""How answers of a node read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast

from umbel.cli import _output

if TYPE_CHECKING:
    from umbel.errors import NodeError


def show(answer: object, *, as_json: bool) -> None:
    """Print what a node answered."""
    if as_json:
        print(json.dumps(answer, ensure_ascii=False))
    elif (text := as_text(answer)) != "":
        print(text)


def show_refusal(error: NodeError, *, as_json: bool) -> None:
    """Print that a node refused: as an answer for programs, else as an error."""
    if as_json:
        print(json.dumps({"error": {"code": error.code, "message": str(error)}}))
    else:
        _output.print_error(error)


def as_text(answer: object) -> str:
    """An answer for people: a member or an element a line, what is deeper as JSON."""
    if isinstance(answer, dict):
        members = cast("dict[str, object]", answer)
        width = max(map(len, members), default=0) + 1
        return "\n".join(f"{f'{name}:':<{width}} {_inline(members[name])}" for name in members)
    if isinstance(answer, list):
        return "\n".join(_inline(element) for element in cast("list[object]", answer))
    return _inline(answer)


def _inline(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        elements = cast("list[object]", value)
        if all(isinstance(element, str) for element in elements):
            return ", ".join(map(str, elements))
    return json.dumps(value, ensure_ascii=False)
