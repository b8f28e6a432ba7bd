"""Shorter names for what is private to a file."""

from __future__ import annotations

import pytest

from umbel.build.shorten import shortened


@pytest.mark.parametrize(
    ("source", "short"),
    [
        ("def _helper():\n    pass\n_helper()\n", "def _a():\n    pass\n_a()\n"),
        ("class _Thing:\n    pass\n", "class _a:\n    pass\n"),
        ("_count = 0\ndef go():\n    global _count\n", "_a = 0\ndef go():\n    global _a\n"),
        ("_BIG = const(9)\ndef _go():\n    _BIG\n", "_b = const(9)\ndef _a():\n    _b\n"),
        ("def _go(_a):\n    pass\n", "def _b(_a):\n    pass\n"),
        ("def _go():\n    '_go'  # _go\n", "def _a():\n    '_go'  # _go\n"),
    ],
)
def test_private_globals_get_short_names(source: str, short: str):
    assert shortened(source) == short


@pytest.mark.parametrize(
    "source",
    [
        "def public():\n    pass\n",
        "def __getattr__(name):\n    pass\n",
        "def _unload():\n    pass\n",
        "def _x():\n    pass\nthing._x\n",
        "_y = 1\ncall(_y=2)\n",
        "def call(_y):\n    pass\n_y = 1\n",
        "def public():\n    _local = 1\n",
    ],
)
def test_what_others_may_call_by_its_name_keeps_it(source: str):
    assert shortened(source) == source


def test_every_line_stays_where_it_was():
    source = "import os\n\n\ndef _one():\n    return (\n        1,\n    )\n\n\n_two = _one()\n"

    assert shortened(source).count("\n") == source.count("\n")
    assert shortened(source).splitlines()[-1] == "_b = _a()"
