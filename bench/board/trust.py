"""Reads a manifest and checks its signature, as often as the measurement wants to see it."""

import sys

sys.path.insert(0, "/sys/a")

import believe

believe.main("manifest", "key")
