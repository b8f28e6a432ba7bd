"""The reference is made of what the code declares, and lacks nothing."""

from __future__ import annotations

import tomllib

import pytest
from docs.generate import apps, cli, configuration, devices, errors, modules


def test_every_error_code_has_a_meaning_and_no_other_has():
    assert set(tomllib.loads(errors.MEANINGS.read_text())) == errors.raised()


def test_every_configuration_key_has_a_meaning_and_no_other_has():
    keys = [key for key, *_ in configuration.keys()]

    assert len(keys) > 40
    assert list(tomllib.loads(configuration.MEANINGS.read_text())) == keys


@pytest.mark.parametrize(
    "page, line",
    [
        (apps, "| `T1` | error | translate/en_US.json is there |"),
        (cli, "## umbel config {node} set"),
        (configuration, "| `webport` | `80` | 1 … 65535 | port of HTTP | works after a reboot |"),
        (errors, "| `denied` | 403 | the caller's role does not reach this command |"),
        (devices, "| `pin` | Pin | the number of a pin or its name |  |"),
        (devices, '      "title": "Param",'),
        (modules, "- `SLIDER set_value value=<0-1000-10> smooth=True` Switch on at a level"),
    ],
)
def test_a_page_says_what_the_code_declares(page, line: str):
    assert line in page.page()
