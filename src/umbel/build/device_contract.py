"""What a class of a device type and its metadata promise each other; found by reading, not by running."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from umbel.build import sources
from umbel.build.device_types import code_of
from umbel.errors import UmbelError
from umbel.model import device_type
from umbel.model.device_type import DeviceType

_Method = ast.FunctionDef | ast.AsyncFunctionDef
_OURS = ("drivers", "tepal")


def faults(metadata: Path, data: object) -> list[tuple[str, str]]:
    """All that is wrong with a type, as (path in its metadata, sentence) pairs."""
    if wrong := device_type.faults(data):
        return wrong
    one = DeviceType.model_validate(data)
    try:
        code = code_of(one, metadata)
    except UmbelError as error:
        return [("class_name", str(error))]
    except SyntaxError as error:
        return [("class_name", f"{error.filename}, line {error.lineno}: {error.msg}")]
    return [*_broken(one, code), *_missing(code)]


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
    try:
        declared = classes.commands(one.class_name)
    except ValueError:
        yield "commands", f"{where} has commands that are not a list of names"
        return
    for name in sorted(declared ^ one.commands.keys()):
        yield f"commands.{name}", f"is {'only' if name in declared else 'not'} in {where}"
    for name in sorted(declared - methods.keys()):
        yield f"commands.{name}", f"{where} has no method of that name"


def _broken_parameters(
    one: DeviceType, init: _Method | None, where: str
) -> Iterator[tuple[str, str]]:
    given = _arguments(init)
    for name in one.params.keys() - given.keys():
        yield f"params.{name}", f"{where} does not take it"
    for name in [name for name in given if name not in one.params]:
        yield f"params.{name}", f"is missing; {where} takes it"
    for name, param in one.params.items():
        default = given.get(name)
        if default is None:
            continue
        try:
            value = ast.literal_eval(default)
        except ValueError:
            yield f"params.{name}.default", f"{where} has {ast.unparse(default)}: no plain value"
            continue
        if "default" not in param.model_fields_set:
            yield f"params.{name}.default", f"is missing; in {where} it is {value!r}"
        elif value != param.default:
            yield f"params.{name}.default", f"is {param.default!r}, in {where} {value!r}"


def _arguments(init: _Method | None) -> dict[str, ast.expr | None]:
    """What a class takes besides ``self``, each with its default."""
    if init is None:
        return {}
    given, only = init.args.args[1:], init.args.kwonlyargs
    without: list[ast.expr | None] = [None] * (len(given) - len(init.args.defaults))
    defaults = [*without, *init.args.defaults, *init.args.kw_defaults]
    return {
        argument.arg: default for argument, default in zip([*given, *only], defaults, strict=True)
    }


def _missing(code: Path) -> Iterator[tuple[str, str]]:
    """What a class imports of ours and nobody has: a node would leave its instances out."""
    root = code.parent.parent
    root = root if (root / "tepal").is_dir() else sources.device_dir()
    for name in _imported(code, root):
        path = root / name.replace(".", "/")
        is_there = path.with_suffix(".py").is_file() or path.is_dir()
        if name.split(".")[0] in _OURS and not is_there:
            yield "class_name", f"{code.name} imports {name}, which is not there"


def _imported(code: Path, root: Path) -> Iterator[str]:
    """The modules that a file imports; ``root`` is the folder of a node's sources."""
    for node in ast.walk(ast.parse(code.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            place = root / module.replace(".", "/")
            if place.is_dir() and not (place / "__init__.py").exists():
                yield from (f"{module}.{alias.name}" for alias in node.names)
            else:
                yield module


class _Classes:
    """The classes of one file, with what they take over from each other."""

    def __init__(self, code: Path) -> None:
        tree = ast.parse(code.read_bytes(), filename=str(code))
        self._found = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}

    def _line(self, name: str) -> Iterator[ast.ClassDef]:
        """A class and those it comes from."""
        seen: set[str] = set()
        while name in self._found and name not in seen:
            seen.add(name)
            yield self._found[name]
            name = self._base(name)

    def _base(self, name: str) -> str:
        for base in self._found[name].bases:
            return ast.unparse(base)
        return ""

    def root(self, name: str) -> str:
        """The class from elsewhere that a class comes from in the end."""
        *_, last = self._line(name)
        return self._base(last.name).rpartition(".")[2]

    def methods(self, name: str) -> dict[str, _Method]:
        methods: dict[str, _Method] = {}
        for one in self._line(name):
            for node in one.body:
                if isinstance(node, _Method):
                    methods.setdefault(node.name, node)
        return methods

    def commands(self, name: str) -> set[str]:
        """What ``commands = ("boost",)`` declares. Raises: ValueError."""
        for one in self._line(name):
            for node in one.body:
                if not isinstance(node, ast.Assign | ast.AnnAssign):
                    continue
                target = node.target if isinstance(node, ast.AnnAssign) else node.targets[0]
                if getattr(target, "id", "") == "commands" and node.value is not None:
                    return set(ast.literal_eval(node.value))
        return set()
