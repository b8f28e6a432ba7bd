"""Puts the flash of a node into the wheel, as ``umbel/_node``; a checkout has it in ``device/``.

The web pages go along where ``make setup`` has built them; see ``umbel/build/sources.py``.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

_PAGES = {"web/node/dist": "umbel/_node/web", "web/fleet/dist": "umbel/_fleet"}
_FOR_TOOLS_ONLY = {"pyrightconfig.json", "ruff.toml", "__pycache__"}


class NodeFiles(BuildHookInterface[Any]):
    """Adds what is in ``device/``, whatever folders there are."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Extend what goes into the wheel; an editable install needs no copy."""
        if version == "editable":
            return
        for path in sorted(Path(self.root, "device").iterdir()):
            if path.name not in _FOR_TOOLS_ONLY:
                build_data["force_include"][str(path)] = f"umbel/_node/{path.name}"
        for built, place in _PAGES.items():
            if Path(self.root, built).is_dir():
                build_data["force_include"][str(Path(self.root, built))] = place
