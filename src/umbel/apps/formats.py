"""The formats of apps as the node has them.

They read commands and schedules too, whose files take ``const`` from ``micropython``: on a node the
compiler replaces it by the number. Here it needs a stand-in.
"""

from __future__ import annotations

import sys
from types import ModuleType


def _same(value: object) -> object:
    return value


vars(sys.modules.setdefault("micropython", ModuleType("micropython"))).setdefault("const", _same)

from tepal.formats import appconfig, appfiles, semver  # noqa: E402 - after the stand-in
from tepal.formats.errors import TepalError  # noqa: E402

__all__ = ["TepalError", "appconfig", "appfiles", "semver"]
