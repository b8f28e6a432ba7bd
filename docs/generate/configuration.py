"""Configuration keys: type, default, limits, and what each is for."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

from docs.generate._table import table

from umbel.build import sources

MEANINGS = Path(__file__).with_name("configuration.toml")
_FLAGS = {"b": "works after a reboot", "s": "secret", "o": "", "i": "read only"}


def page() -> str:
    meanings = tomllib.loads(MEANINGS.read_text())
    rows = [
        (
            f"`{key}`",
            f"`{default}`",
            limit.replace("..", " … ").replace("|", ", "),
            meanings[key],
            ", ".join(filter(None, (_FLAGS.get(flag) for flag in flags))),
        )
        for key, default, limit, flags in keys()
    ]
    return (
        "# Configuration of a node\n\n"
        "`umbel config NODE set KEY VALUE`, the mode `configure` of the shell, or "
        "`PATCH /api/v1/config`.\nA limit is the highest length of a text, the bounds of a number, "
        "or the choices.\n\n" + table(("key", "default", "limit", "what it is for", ""), rows)
    )


def keys() -> Iterator[tuple[str, str, str, str]]:
    """Key, default, limit and flags of every line of the node's own table."""
    path = sources.device_dir() / "tepal" / "core" / "keys.txt"
    for line in path.read_text().splitlines():
        key, default, limit, flags = line.split()
        yield key, default, "" if limit == "-" else limit, flags
