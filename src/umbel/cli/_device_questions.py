"""Questions for a ``devices.json``, drawn from the metadata of types alone."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from tepal.formats import params, rules, timetable
from tepal.formats.errors import TepalError

if TYPE_CHECKING:
    from umbel.build.device_types import Found
    from umbel.model.device_type import Param

# A node's code carries no types where inference will do.
# pyright: reportUnknownMemberType=false


def ask(config: dict[str, Any], types: Sequence[Found]) -> dict[str, Any]:
    """``config`` with what the user adds to it."""
    config = json.loads(json.dumps(config))
    names = sorted({one.type.config_name for one in types})
    print("Types: " + ", ".join(names))
    while kind := _ask("Type of the next one (nothing: that is all)", "", names):
        fitting = [one for one in types if one.type.config_name == kind]
        chosen = fitting[0]
        if len(fitting) > 1:
            is_sensor = _ask("device or sensor", "device", ["device", "sensor"]) == "sensor"
            chosen = next(one for one in fitting if one.type.is_sensor == is_sensor)
        prefix = "sensor" if chosen.type.is_sensor else "device"
        number = next(n for n in range(1, 1000) if f"{prefix}{n}" not in config)
        config[f"{prefix}{number}"] = _instance(config, chosen)
        print(f"{prefix}{number} is {config[f'{prefix}{number}']['nickname']}")
    return config


def _instance(config: dict[str, Any], found: Found) -> dict[str, Any]:
    kind = found.type.for_node("")
    given: dict[str, Any] = {"_type": found.type.config_name}
    given["nickname"] = _until(lambda: input("Name: ").strip(), _not_empty)
    for name, param in found.type.params.items():
        given[name] = _until(
            lambda n=name, p=param: _value(n, p), lambda v, p=param: _settled(v, p)
        )
    limits = params.limits(kind, given)
    prompt = found.type.rule_prompt
    expected = rules.expected(prompt, limits)
    given["default_rule"] = _until(
        lambda: _plain(input(f"Default rule, {expected}: ")),
        lambda rule: rules.check(prompt, rule, limits),
    )
    given["schedule"] = {}
    words = config.get("schedule_keywords", {})
    while time := input(
        "Time of a rule, 07:30 or mon-fri sunset-00:30 (nothing: no more): "
    ).strip():
        try:
            timetable.parse(time, words)
            given["schedule"][time] = rules.check(prompt, _plain(input("Rule: ")), limits)
        except TepalError as error:
            print(error.detail)
    if found.type.is_sensor:
        devices = [name for name in params.names(config) if name.startswith("device")]
        wanted = _ask(f"Targets, of {' '.join(devices) or 'no devices'}", "", None).split()
        given["targets"] = [name for name in wanted if name in devices]
    return given


def _value(name: str, param: Param) -> Any:
    default = f" [{param.default}]" if "default" in param.model_fields_set else ""
    unit = f" in {param.unit}" if param.unit else ""
    typed = input(f"{param.label or name}{unit}{default}: ").strip()
    if not typed and default:
        return param.default
    return _plain(typed) if param.type in ("int", "float", "bool") else typed


def _settled(value: Any, param: Param) -> Any:
    return params.settled(value, param.for_node())


def _until(ask_once: Callable[[], Any], check: Callable[[Any], Any]) -> Any:
    """What was typed, as soon as it will do."""
    while True:
        try:
            return check(ask_once())
        except TepalError as error:
            print(error.detail)


def _not_empty(text: str) -> str:
    if not text:
        raise TepalError("config_value", "a name expected")
    return text


def _plain(text: str) -> Any:
    """Numbers, true and lists as JSON has them; all else as text."""
    try:
        return json.loads(text)
    except ValueError:
        return text.strip()


def _ask(question: str, default: str, choices: Sequence[str] | None) -> str:
    while True:
        typed = input(f"{question}: ").strip() or default
        if choices is None or typed in choices or typed == "":
            return typed
        print("one of " + ", ".join(choices))
