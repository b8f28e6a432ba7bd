"""Configurations of micropython-smarthome, as ours has them."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count
from typing import Any, cast

_FOREIGN = ("_reload_time", "schedule_keywords", "ir_blaster", "ir_targets", "gps")


def taken_over(config: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """A configuration of theirs as ours, and what of it a person must look after.

    The numbers of pins become numbers; sunrise and sunset come from the place of the node.
    """
    taken: dict[str, Any] = {}
    notes: list[str] = []
    for key, value in config.items():
        if key == "metadata" and isinstance(value, dict):
            taken[key] = _metadata(cast("dict[str, Any]", value), notes)
        elif key == "schedule_keywords" and isinstance(value, dict):
            words = cast("dict[str, Any]", value)
            taken[key] = {
                name: time for name, time in words.items() if name not in ("sunrise", "sunset")
            }
        elif key == "ir_blaster" and isinstance(value, dict):
            name = _free(config)
            taken[name] = _blaster(cast("dict[str, Any]", value))
            notes.append(f"ir_blaster: is {name} now; its codes: umbel shell NODE {name} add_key")
        elif isinstance(value, dict):
            taken[key] = _instance(cast("dict[str, Any]", value))
        else:
            taken[key] = value
    return taken, notes


def _metadata(given: dict[str, Any], notes: list[str]) -> dict[str, Any]:
    place = given.get("gps")
    if isinstance(place, dict) and {"lat", "lon"} <= cast("dict[str, Any]", place).keys():
        notes.append(f"metadata.gps: umbel config NODE set place {place['lat']},{place['lon']}")
    return {key: value for key, value in given.items() if key not in _FOREIGN}


def _free(config: Mapping[str, Any]) -> str:
    """The first id that no device has."""
    return next(name for number in count(1) if (name := f"device{number}") not in config)


def _blaster(given: dict[str, Any]) -> dict[str, Any]:
    one = {key: value for key, value in given.items() if key == "pin"}
    common = {"_type": "ir-blaster", "nickname": "IR Blaster", "default_rule": "enabled"}
    return _instance({**common, "schedule": {}, **one})


def _instance(given: dict[str, Any]) -> dict[str, Any]:
    return {
        key: int(value)
        if key.startswith("pin") and isinstance(value, str) and value.isdigit()
        else value
        for key, value in given.items()
    }
