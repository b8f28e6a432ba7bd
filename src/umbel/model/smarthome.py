"""Configurations of micropython-smarthome, as ours has them."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import count
from typing import Any, cast

from tepal.formats import instances

# Earlier versions had other names for two types, and one way where there is a choice today.
_RENAMED = {"dumb-relay": "relay", "mosfet": "relay"}
_ONLY_WAY = {
    "desktop": ("mode", "activity"),
    "si7021": ("units", "fahrenheit"),
    "dht22": ("units", "fahrenheit"),
}
_FOREIGN = ("_reload_time", "schedule_keywords", "ir_blaster", "ir_targets", "gps")


def taken_over(config: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """A configuration of theirs as ours, and what of it a person must look after.

    The numbers of pins become numbers; sunrise and sunset come from the place of the node. Files of
    earlier versions are understood as well.
    """
    taken: dict[str, Any] = {}
    notes: list[str] = []
    for key, value in config.items():
        if key == "metadata" and isinstance(value, dict):
            taken[key] = _metadata(cast("dict[str, Any]", value), notes)
        elif key == "schedule_keywords" and isinstance(value, dict):
            continue
        elif key == "ir_blaster" and isinstance(value, dict):
            name = _free(config)
            taken[name] = _blaster(cast("dict[str, Any]", value))
            notes.append(f"ir_blaster: is {name} now; its codes: umbel shell NODE {name} add_key")
        elif isinstance(value, dict):
            taken[key] = _instance(key, cast("dict[str, Any]", value), notes)
        else:
            taken[key] = value
    if words := _keywords(config):
        taken["schedule_keywords"] = words
    return taken, notes


def _keywords(config: Mapping[str, Any]) -> dict[str, Any]:
    """Names for times; once they were within the metadata."""
    found: dict[str, Any] = {}
    for place in (config.get("metadata"), config):
        words = _of(place, "schedule_keywords")
        if isinstance(words, dict):
            found |= cast("dict[str, Any]", words)
    return {name: time for name, time in found.items() if name not in ("sunrise", "sunset")}


def _of(place: object, key: str) -> object:
    return cast("Mapping[str, Any]", place).get(key) if isinstance(place, Mapping) else None


def _metadata(given: dict[str, Any], notes: list[str]) -> dict[str, Any]:
    place = given.get("gps")
    if instances.is_place(place):  # pyright: ignore[reportUnknownMemberType]
        where = cast("dict[str, Any]", place)
        notes.append(f"metadata.gps: umbel config NODE set place {where['lat']},{where['lon']}")
    elif place:
        notes.append(f"metadata.gps: {place} is no place; umbel config NODE set place 48.21,16.37")
    taken = {key: value for key, value in given.items() if key not in _FOREIGN}
    floor = taken.get("floor")
    if isinstance(floor, str) and floor.removeprefix("-").isdecimal():
        taken["floor"] = int(floor)
    return taken


def _free(config: Mapping[str, Any]) -> str:
    """The first id that no device has."""
    return next(name for number in count(1) if (name := f"device{number}") not in config)


def _blaster(given: dict[str, Any]) -> dict[str, Any]:
    one = {key: value for key, value in given.items() if key == "pin"}
    common = {"_type": "ir-blaster", "nickname": "IR Blaster", "default_rule": "enabled"}
    return _numbered({**common, "schedule": {}, **one})


def _instance(name: str, given: dict[str, Any], notes: list[str]) -> dict[str, Any]:
    taken = _numbered(given)
    kind = taken.get("_type")
    if kind == "relay" and "ip" in taken and "pin" not in taken:
        taken["_type"] = "tasmota-relay"
    elif isinstance(kind, str):
        taken["_type"] = _RENAMED.get(kind, kind)
    if name.startswith("sensor") and isinstance(kind, str) and kind in _ONLY_WAY:
        key, value = _ONLY_WAY[kind]
        if key not in taken:
            taken[key] = value
            notes.append(f"{name}.{key}: is {value}, as it was before there was a choice")
    return taken


def _numbered(given: dict[str, Any]) -> dict[str, Any]:
    return {
        key: int(value)
        if key.startswith("pin") and isinstance(value, str) and value.isascii() and value.isdigit()
        else value
        for key, value in given.items()
    }
