"""What is known of a type of device or sensor: its metadata, a JSON file beside its class.

The schema is that of micropython-smarthome with ``params`` on top; a file of theirs is read as it
is. ``docs/reference/device-type.schema.json`` is made of the classes here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from tepal.formats import instances, params
from tepal.formats.errors import TepalError
from umbel.errors import UmbelError

PLACEHOLDER = "placeholder"
COMMON = ("_type", "nickname", "default_rule", "schedule", "targets")
_NUMERIC = ("int_range", "int_or_fade", "float_range", "thermostat")
_TEMPLATE = ("_type", "nickname", "default_rule", "schedule")

Prompt = Literal[
    "standard",
    "on_off",
    "float_range",
    "int_range",
    "int_or_fade",
    "thermostat",
    "string",
    "api_target",
]


class Param(BaseModel):
    """One parameter of a type: what a form asks for, and what the class takes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    type: Literal[
        "pin",
        "output_pin",
        "input_pin",
        "edge_pin",
        "pwm_pin",
        "int",
        "float",
        "bool",
        "choice",
        "text",
        "host",
        "url",
    ] = Field(description="What it is; of a pin, what the class gets: an output, an input …")
    label: str = Field(default="", description="What a form calls it.")
    unit: str = Field(default="", description="The unit of a number.")
    min: float | None = Field(default=None, description="The lowest number.")
    max: float | None = Field(default=None, description="The highest number.")
    choices: tuple[str, ...] | None = Field(default=None, description="What a choice is between.")
    default: Any = Field(default=None, description="What is taken where nothing is said.")

    @model_validator(mode="after")
    def _holds_together(self) -> Param:
        if (self.type == "choice") != bool(self.choices):
            raise ValueError("choices belong to the type choice, and it needs them")
        if (self.min is not None or self.max is not None) and self.type not in ("int", "float"):
            raise ValueError("min and max are for numbers")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError("min is above max")
        if "default" in self.model_fields_set:
            try:
                params.settled(self.default, self.for_node())  # pyright: ignore[reportUnknownMemberType]
            except TepalError as error:
                raise ValueError(f"default {self.default!r}: {error.detail}") from error
        return self

    def for_node(self) -> dict[str, Any]:
        """What a node must know of it."""
        found = self.model_dump(exclude={"label"}, exclude_unset=True)
        return {
            key: int(value) if key in ("min", "max") and value == int(value) else value
            for key, value in found.items()
        }


class DeviceType(BaseModel):
    """A type of device or sensor."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    config_name: str = Field(
        pattern="^[a-z][a-z0-9-]*$", description="The ``_type`` of instances."
    )
    class_name: str = Field(pattern="^[A-Z][A-Za-z0-9]*$", description="The class of its driver.")
    module: str = Field(
        default="", description="The file of the class, where its name is another."
    )
    display_name: str = Field(min_length=1, description="What people call it.")
    description: str = Field(default="", description="What it is, in one sentence.")
    dependencies: tuple[str, ...] = Field(
        default=(), description="Read and not used: the build finds out what a class imports."
    )
    config_template: dict[str, Any] = Field(description="An instance to fill in.")
    params: dict[str, Param] = Field(description="Its own parameters, in the order of a form.")
    commands: dict[str, str] = Field(default={}, description="Its own commands, and what they do.")
    rule_prompt: Prompt = Field(description="What its rules are.")
    rule_limits: tuple[float, float] | tuple[()] = Field(
        default=(), description="The lowest and the highest rule; of a thermostat in Celsius."
    )
    rule_unit: str = Field(default="", description="The unit of its rules.")
    mode_options: tuple[str, ...] = Field(
        default=(), description="Choices of the parameter ``mode``."
    )
    triggerable: bool | None = Field(
        default=None, description="Of a sensor: whether one can trigger it."
    )

    @model_validator(mode="before")
    @classmethod
    def _take_the_older_way(cls, data: Any) -> Any:
        """Parameters of a file without ``params`` are known by their names."""
        if not isinstance(data, dict) or "params" in data:
            return data  # pyright: ignore[reportUnknownVariableType]
        given = cast(dict[str, Any], data)
        return {**given, "params": _guessed(given)}

    @model_validator(mode="after")
    def _holds_together(self) -> DeviceType:
        wrong = [*self._wrong_template(), *self._wrong_rules()]
        if wrong:
            raise ValueError("; ".join(wrong))
        return self

    def _wrong_template(self) -> Iterable[str]:
        template = self.config_template
        yield from (f"config_template lacks {key}" for key in _TEMPLATE if key not in template)
        if template.get("_type", self.config_name) != self.config_name:
            yield f"config_template._type is not {self.config_name}"
        if template.get("schedule"):
            yield "config_template.schedule is not empty"
        for key in template:
            if key not in COMMON and key not in self.params:
                yield f"config_template.{key} is no parameter"
        for key, param in self.params.items():
            if "default" not in param.model_fields_set and key not in template:
                yield f"params.{key} has no default and is not in config_template"

    def _wrong_rules(self) -> Iterable[str]:
        if self.rule_prompt in _NUMERIC and len(self.rule_limits) != 2:
            yield f"rule_limits are needed for {self.rule_prompt}"
        elif self.rule_limits and self.rule_limits[0] > self.rule_limits[1]:
            yield "the first of rule_limits is above the second"

    @property
    def is_sensor(self) -> bool:
        """Whether it decides, instead of obeying."""
        return self.triggerable is not None or "targets" in self.config_template

    def for_node(self, module: str) -> dict[str, Any]:
        """What a node must know of it; ``module`` is the file of its class."""
        said = {"commands", "rule_unit", "triggerable"} & self.model_fields_set
        return {
            "config_name": self.config_name,
            "display_name": self.display_name,
            "sensor": self.is_sensor,
            "module": module,
            "class_name": self.class_name,
            **self.model_dump(include=said),
            "rule_prompt": self.rule_prompt,
            "rule_limits": [int(one) if one == int(one) else one for one in self.rule_limits],
            "params": {name: param.for_node() for name, param in self.params.items()},
        }


def faults(data: object) -> list[tuple[str, str]]:
    """What is wrong with some metadata: all of it, as (path, sentence) pairs."""
    try:
        DeviceType.model_validate(data)
    except ValidationError as error:
        return [
            (".".join(map(str, one["loc"])), one["msg"].removeprefix("Value error, "))
            for one in error.errors()
        ]
    return []


def read(path: Path) -> DeviceType:
    """The type that a file describes.

    Raises:
        UmbelError: it cannot be read, or is not acceptable; names every fault.
    """
    try:
        data = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise UmbelError(f"{path}: {error}") from error
    if wrong := faults(data):
        lines = [
            f"{path.name}: {place}: {what}" if place else f"{path.name}: {what}"
            for place, what in wrong
        ]
        raise UmbelError("\n".join(lines))
    return DeviceType.model_validate(data)


def schema() -> dict[str, Any]:
    """The JSON Schema of metadata."""
    found = DeviceType.model_json_schema()
    found["required"] = [key for key in found["required"] if key != "params"]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A type of device or sensor",
        **{key: value for key, value in found.items() if key != "title"},
    }


def faults_of_config(config: object, types: Iterable[DeviceType]) -> list[tuple[str, str]]:
    """What is wrong with a ``devices.json``, by the check that a node makes."""
    known = {(one.config_name, one.is_sensor): one.for_node("") for one in types}

    def type_of(name: str, is_sensor: bool) -> Mapping[str, Any] | None:
        return known.get((name, is_sensor))

    return instances.faults(config, type_of)  # pyright: ignore[reportUnknownMemberType]


def _guessed(data: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Parameters by the names that the original has for them."""
    template: Any = data.get("config_template")
    names = map(str, template) if isinstance(template, dict) else ()  # pyright: ignore[reportUnknownArgumentType]
    return {name: _guess(name, data) for name in names if name not in COMMON}


def _guess(key: str, data: Mapping[str, Any]) -> dict[str, Any]:
    limits: Any = data.get("rule_limits") or []
    fixed: dict[str, dict[str, Any]] = {
        "ip": {"type": "host"},
        "uri": {"type": "url"},
        "units": {"type": "choice", "choices": ["celsius", "fahrenheit", "kelvin"]},
        "tolerance": {"type": "float", "min": 0.1, "max": 10},
        "mode": {"type": "choice", "choices": data.get("mode_options") or ["heat", "cool"]},
    }
    if key in fixed:
        return fixed[key]
    if key in ("min_rule", "max_rule") and len(limits) == 2:
        return {"type": "int", "min": limits[0], "max": limits[1]}
    if key == "pin" or key.startswith("pin_"):
        return {"type": "pin"}
    return {"type": "text"}


__all__ = [
    "DeviceType",
    "Param",
    "faults",
    "faults_of_config",
    "read",
    "schema",
]
