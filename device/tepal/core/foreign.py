"""Load modules that were written for the original: putting ``compat`` where they look for names."""

import sys

from micropython import const

from tepal.core import compat

RARE = True
_NAMES = const(("Common", "microIO", "Types", "Auth", "Config", "Debug"))


def load(modules, name: str, error: ImportError):
    """Return the module ``name``, which has failed with ``error``; raises it if it is not ours."""
    words = str(error).split("'")
    if len(words) < 2 or words[1] not in _NAMES:
        raise error
    compat.node = modules.node
    for known in _NAMES:
        sys.modules[known] = compat
    return __import__("LM_" + name)


def commands(module) -> list:
    """Return the names of what the decorators of ``compat`` have made of functions of ``module``."""
    names = []
    for name, function in module.__dict__.items():
        is_made_there = getattr(function, "__globals__", None) is compat.__dict__
        if is_made_there and compat.__dict__.get(name) is not function:
            names.append(name)
    return names
