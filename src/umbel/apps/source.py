"""An app as its author has it: a folder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from umbel.apps.formats import appconfig
from umbel.errors import UmbelError

CONFIG = "config.json"
STAYS_HERE = ("source", "temp", "versions")  # folders that no archive has
_MOST_FILES = 5000  # who has more has named the wrong folder
_IGNORED = ("__pycache__",)


@dataclass(frozen=True)
class Source:
    """What is in the folder of an app; read when it is asked for."""

    folder: Path
    files: Mapping[str, Path]  # by their paths in the app, in order
    links: tuple[str, ...]

    @classmethod
    def at(cls, folder: Path) -> Source:
        """The app in ``folder``.

        Raises:
            UmbelError: that is no folder, or it has more files than an app can have.
        """
        if not folder.is_dir():
            raise UmbelError(f"there is no folder {folder}", remedy=f"umbel app new {folder}")
        files: dict[str, Path] = {}
        links: list[str] = []
        for path in sorted(folder.resolve().rglob("*")):
            name = path.relative_to(folder.resolve())
            if any(part.startswith(".") or part in _IGNORED for part in name.parts):
                continue
            if path.is_symlink():
                links.append(name.as_posix())
            elif path.is_file():
                files[name.as_posix()] = path
            if len(files) > _MOST_FILES:
                raise UmbelError(f"{folder} has more than {_MOST_FILES:,} files: that is no app")
        return cls(folder.resolve(), files, tuple(links))

    @property
    def uid(self) -> str:
        """The name of the app."""
        return self.folder.name

    @cached_property
    def config(self) -> dict[str, Any] | None:
        """What config.json holds; None if that cannot be read."""
        try:
            return read_config(self.content(CONFIG))
        except (KeyError, ValueError):
            return None

    @property
    def own_files(self) -> dict[str, Path]:
        """Its files without those that never leave this machine."""
        return {
            name: path
            for name, path in self.files.items()
            if name.partition("/")[0] not in STAYS_HERE
        }

    @property
    def code(self) -> dict[str, Path]:
        """Its Python files that go to a node."""
        return {name: path for name, path in self.own_files.items() if name.endswith(".py")}

    def content(self, name: str) -> bytes:
        """The bytes of one file.

        Raises:
            KeyError: there is none of that name.
        """
        return self.files[name].read_bytes()

    def text(self, key: str) -> str:
        """A text of config.json; nothing where there is none."""
        value = (self.config or {}).get(key)
        return value if isinstance(value, str) else ""


def read_config(content: bytes) -> dict[str, Any]:
    """The object that a config.json holds.

    Raises:
        ValueError: it holds none, with what was expected.
    """
    if len(content) > appconfig.MAX_CONFIG:
        raise ValueError(f"at most {appconfig.MAX_CONFIG} bytes expected, not {len(content):,}")
    try:
        value: object = json.loads(
            content.decode(), object_pairs_hook=_once, parse_constant=_no_constant
        )
    except RecursionError:
        raise ValueError("less nesting expected") from None
    if not isinstance(value, dict):
        raise ValueError("an object expected")  # noqa: TRY004 - the file is wrong, not our code
    return value  # pyright: ignore[reportUnknownVariableType] - of names, as JSON has it


def _no_constant(text: str) -> float:
    raise ValueError(f"a number expected, not {text}")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The object, if each name stands there once: readers differ in which of two they take."""
    value = dict(pairs)
    if len(value) < len(pairs):
        raise ValueError("each name once expected")
    return value
