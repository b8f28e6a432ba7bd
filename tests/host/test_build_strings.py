"""Short strings of rare code become bytes, which a node can forget."""

from __future__ import annotations

import pytest

from umbel.build.strings import forgettable

RARE = "import os\n\nRARE = True\n"


@pytest.mark.parametrize(
    ("line", "written"),
    [
        ("def f():\n    return 'on'\n", "def f():\n    return b'on'.decode()\n"),
        ("x = {'a': 'b'}\n", "x = {b'a'.decode(): b'b'.decode()}\n"),
        ("x = '%d' % 5\n", "x = b'%d'.decode() % 5\n"),
        ("def f(x='y'):\n    pass\n", "def f(x=b'y'.decode()):\n    pass\n"),
        ('x = "\\n"\n', 'x = b"\\n".decode()\n'),
    ],
)
def test_short_strings_are_written_as_bytes(line: str, written: str):
    assert forgettable(RARE + line) == RARE + written


@pytest.mark.parametrize(
    "line",
    [
        "x = 'longer than a name'\n",
        "x = ''\n",
        "x = 'é'\n",
        "x = 'a' 'b'\n",
        "x = const('on')\n",
        "x: 'Node' = None\n",
        "def f(x: 'int') -> 'str':\n    pass\n",
        "def f():\n    'docs'\n",
        "while x:\n    y = 'on'\n",
        "x = [y for y in z if y == 'on']\n",
        "é = 'on'\n",
    ],
)
def test_others_stay_as_they_are(line: str):
    assert forgettable(RARE + line) == RARE + line


def test_what_stays_in_memory_keeps_its_names():
    assert forgettable("x = 'on'\n") == "x = 'on'\n"


def test_the_program_does_the_same():
    source = RARE + "y = {'a': ['b', \"c\\t'\"], 'd': '%s!' % 'e'}\nz = 'on' if y else 'off'\n"
    before: dict[str, object] = {}
    after: dict[str, object] = {}

    exec(source, before)
    exec(forgettable(source), after)

    assert forgettable(source) != source
    assert (before["y"], before["z"]) == (after["y"], after["z"])
