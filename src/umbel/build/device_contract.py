"""What a class of a device type and its metadata promise each other; found by reading, not by running."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from umbel.build.device_types import code_of
from umbel.errors import UmbelError
from umbel.model import device_type
from umbel.model.device_type import DeviceType

_Method = ast.FunctionDef | ast.AsyncFunctionDef


def faults(metadata: Path, data: object) -> list[tuple[str, str]]:
    """All that is wrong with a type, as (path in its metadata, sentence) pairs."""
    if wrong := device_type.faults(data):
        return wrong
    one = DeviceType.model_validate(data)
    try:
        code = code_of(one, metadata)
    except UmbelError as error:
        return [("class_name", str(error))]
    return list(_broken(one, code))


def _broken(one: DeviceType, code: Path) -> Iterator[tuple[str, str]]:
    classes = _Classes(code)
    methods = classes.methods(one.class_name)
    where = f"{one.class_name} in {code.name}"
    base = "Sensor" if one.is_sensor else "Device"
    if classes.root(one.class_name) != base:
        yield "class_name", f"{where} does not come from {base}"
    wanted = "condition_met" if one.is_sensor else "send"
    if wanted not in methods:
        yield "class_name", f"{where} has no method {wanted}"
    if bool(one.triggerable) != ("trigger" in methods):
        yield "triggerable", f"{where} {'has no' if one.triggerable else 'has a'} method trigger"
    yield from _broken_parameters(one, methods.get("__init__"), where)
    declared = classes.commands(one.class_name)
    for name in sorted(declared ^ one.commands.keys()):
        yield f"commands.{name}", f"is {'only' if name in declared else 'not'} in {where}"
    for name in sorted(declared - methods.keys()):
        yield f"commands.{name}", f"{where} has no method of that name"


def _broken_parameters(
    one: DeviceType, init: _Method | None, where: str
) -> Iterator[tuple[str, str]]:
    arguments = [argument.arg for argument in init.args.args[1:]] if init else []
    defaults = init.args.defaults if init else []
    given = dict(zip(arguments[::-1], defaults[::-1], strict=False))
    for name in one.params.keys() - set(arguments):
        yield f"params.{name}", f"{where} does not take it"
    for name in [name for name in arguments if name not in one.params]:
        yield f"params.{name}", f"is missing; {where} takes it"
    for name, param in one.params.items():
        if name in given and "default" in param.model_fields_set:
            default = ast.literal_eval(given[name])
            if default != param.default:
                yield f"params.{name}.default", f"is {param.default!r}, in {where} {default!r}"


class _Classes:
    """The classes of one file, with what they take over from each other."""

    def __init__(self, code: Path) -> None:
        tree = ast.parse(code.read_bytes(), filename=str(code))
        self._found = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}

    def _line(self, name: str) -> Iterator[ast.ClassDef]:
        """A class and those it comes from."""
        while name in self._found:
            yield self._found[name]
            name = self._base(name)

    def _base(self, name: str) -> str:
        bases = [base.id for base in self._found[name].bases if isinstance(base, ast.Name)]
        return bases[0] if bases else ""

    def root(self, name: str) -> str:
        """The class from elsewhere that a class comes from in the end."""
        *_, last = self._line(name)
        return self._base(last.name)

    def methods(self, name: str) -> dict[str, _Method]:
        methods: dict[str, _Method] = {}
        for one in self._line(name):
            for node in one.body:
                if isinstance(node, _Method):
                    methods.setdefault(node.name, node)
        return methods

    def commands(self, name: str) -> set[str]:
        """What ``commands = ("boost",)`` declares."""
        for one in self._line(name):
            for node in one.body:
                if (
                    isinstance(node, ast.Assign)
                    and getattr(node.targets[0], "id", "") == "commands"
                ):
                    return set(ast.literal_eval(node.value))
        return set()
