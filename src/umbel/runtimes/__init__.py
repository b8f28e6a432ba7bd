"""The real things a node runs on here: fetched once, then found.

A module of this package that declares ``RUNTIMES`` adds to them; nothing else knows which there are.
``python -m umbel.runtimes`` fetches what is missing.
"""

from umbel.runtimes.runtime import Report, Runtime, known, named

__all__ = ["Report", "Runtime", "known", "named"]
