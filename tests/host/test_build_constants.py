"""Private numbers become constants, unless something changes them."""

from __future__ import annotations

import pytest

from umbel.build import constants


def test_a_private_number_becomes_a_constant():
    source = "_TYPING = 0\n_MOST = 16  # entries\nif _TYPING:\n    import typing\nprint(_MOST)\n"

    assert constants.constant(source) == source.replace("= 0", "= const(0)").replace(
        "= 16", "= const(16)"
    )


@pytest.mark.parametrize(
    "source",
    [
        "MOST = 16\n",
        "_on = True\n",
        "_name = 'attic'\n",
        "_size = 4 * 4\n",
        "_count = 0\ndef more():\n    global _count\n    _count += 1\n",
        "_count = 0\n_count += 1\n",
        "_count = 0\nfor _count in range(3):\n    pass\n",
        "_count = 0\ndef of(_count):\n    return _count\n",
        "_count = 0\nself._count = 1\n",
        "_count = 0\ncall(_count=1)\n",
        "_count = 0\ndef _count():\n    pass\n",
        "_count = 0\nfrom there import _count\n",
        "_count = 0\nimport there as _count\n",
        "_count = 0\ntry:\n    pass\nexcept OSError as _count:\n    pass\n",
        "def f():\n    _count = 0\n",
    ],
)
def test_what_changes_or_is_no_private_number_stays(source: str):
    assert constants.constant(source) == source
