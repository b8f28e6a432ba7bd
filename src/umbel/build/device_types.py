"""The types of devices and sensors that there are: found by looking, and the table that a node gets."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from umbel.build import sources
from umbel.errors import UmbelError
from umbel.model import device_type
from umbel.model.device_type import DeviceType

FOLDER = "devices"
TABLE = f"{FOLDER}/types.txt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A type, its metadata file, and the file of its class."""

    type: DeviceType
    metadata: Path
    code: Path

    @property
    def module(self) -> str:
        """What a node imports."""
        return self.code.stem


def find(source: Path | None = None) -> tuple[Found, ...]:
    """All types below the sources of a node, by the names of their files.

    Raises:
        UmbelError: a file is not acceptable, or two types have one name.
    """
    folder = (source or sources.device_dir()) / FOLDER
    found: dict[tuple[str, bool], Found] = {}
    for path in sorted(folder.glob("*.json")):
        one = device_type.read(path)
        key = (one.config_name, one.is_sensor)
        if key in found:
            raise UmbelError(
                f"{path.name}: {found[key].metadata.name} is {one.config_name} already"
            )
        found[key] = Found(type=one, metadata=path, code=code_of(one, path))
    return tuple(found.values())


def code_of(one: DeviceType, metadata: Path) -> Path:
    """The file with the class of a type: the one that is named, one of its name, or any beside it.

    Raises:
        UmbelError: there is none.
    """
    own = metadata.with_name(f"{one.module or metadata.stem}.py")
    others = () if one.module else sorted(metadata.parent.glob("*.py"))
    for path in (own, *others):
        if path.is_file() and one.class_name in _classes(path):
            return path
    raise UmbelError(f"{metadata.name}: no file beside it has a class {one.class_name}")


def table(source: Path, modules: frozenset[str] | None = None) -> bytes:
    """What a node reads line by line to know its types: those of ``modules``, or all.

    Raises:
        UmbelError: as ``find``.
    """
    lines = [
        json.dumps(found.type.for_node(found.module), separators=(",", ":"))
        for found in find(source)
        if modules is None or found.module in modules
    ]
    return "".join(f"{line}\n" for line in lines).encode()


def _classes(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_bytes(), filename=str(path))
    return (node.name for node in tree.body if isinstance(node, ast.ClassDef))
