"""The reference is made of what the code declares, and lacks nothing."""

from __future__ import annotations

import ast
import tomllib

import pytest
from docs.generate import apps, cli, configuration, devices, errors, events, http, modules, mqtt

from umbel.build import sources


def test_every_error_code_has_a_meaning_and_no_other_has():
    assert set(tomllib.loads(errors.MEANINGS.read_text())) == errors.raised()


def test_every_configuration_key_has_a_meaning_and_no_other_has():
    keys = [key for key, *_ in configuration.keys()]

    assert len(keys) > 40
    assert list(tomllib.loads(configuration.MEANINGS.read_text())) == keys


def test_every_event_has_a_meaning_and_no_other_has():
    assert set(tomllib.loads(events.MEANINGS.read_text())) == events.told()


def test_every_path_of_the_http_door_is_described():
    door = ast.parse((sources.device_dir() / "tepal/services/api.py").read_text())
    table = next(one.value for one in door.body if _is_named(one, "_HANDLERS"))
    paths = {ast.literal_eval(key) for key in table.keys}

    described = {request.strip("`").split()[1].split("/")[0] for request, *_ in http.requests()}

    assert described == paths | {"apps", "update"}


def _is_named(statement: ast.stmt, name: str) -> bool:
    return isinstance(statement, ast.Assign) and getattr(statement.targets[0], "id", "") == name


@pytest.mark.parametrize(
    "page, line",
    [
        (apps, "| `T1` | error | translate/en_US.json is there |"),
        (cli, "## umbel config {node} set"),
        (configuration, "| `webport` | `80` | 1 … 65535 | port of HTTP | works after a reboot |"),
        (errors, "| `denied` | 403 | the caller's role does not reach this command |"),
        (devices, "| `pin` | Pin | the number of a pin or its name |  |"),
        (devices, '      "title": "Param",'),
        (events, "| `log` | a line of the log |"),
        (http, "| `GET devices/{id}` | *view* | one of them, by id or nickname |"),
        (http, "| `GET /api/nodes/{name}/apps` | The apps of one node. |"),
        (mqtt, "| `<name>/status` | retained: {"),
        (modules, "- `SLIDER set_value value=<0-1000-10> smooth=True` Switch on at a level"),
    ],
)
def test_a_page_says_what_the_code_declares(page, line: str):
    assert line in page.page()
