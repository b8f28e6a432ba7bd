"""The programs of an app: do they compile, is there what is launched, what do they import?"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import PurePosixPath

from umbel.apps.finding import Finding, found
from umbel.apps.formats import appconfig
from umbel.apps.known import MODULES, NETWORK, PINS, architecture
from umbel.apps.source import Source
from umbel.build import compile as compiler
from umbel.build import sources
from umbel.errors import UmbelError

_OURS = {"tepal", "drivers"}
_DEFAULT = "main:main"


def look(source: Source) -> Iterator[Finding]:
    """What is wrong with the code."""
    trees: dict[str, ast.Module] = {}
    cache = sources.cache_dir()
    cache.mkdir(parents=True, exist_ok=True)
    for name, path in source.code.items():
        try:
            compiler.compile_file(path, name, cache, architecture(name))
            trees[name] = ast.parse(path.read_bytes())
        except (UmbelError, SyntaxError, ValueError) as error:
            text = str(error).replace(f"{source.folder}/", "")
            yield found("Y1", text if name in text else f"{name}: {text}")
    config = source.config
    if config is None:
        return
    yield from _launched(source, config, trees)
    for name, tree in trees.items():
        yield from _imports(source, name, tree)
        is_step = name.startswith("setup/") and name.count("/") == 1
        if is_step and "run" not in functions(tree):
            yield found("S4", f"{name} has no function run")


def functions(tree: ast.Module) -> set[str]:
    """The names of what can be called in a file."""
    defined = {
        one.name
        for one in tree.body
        if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    }
    return defined | {name for _, name, _ in imported(tree) if name}


def imported(tree: ast.AST) -> Iterator[tuple[str, str, int]]:
    """What a file imports: (module, name or nothing, level of dots)."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "", 0) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            yield from ((module, alias.asname or alias.name, node.level) for alias in node.names)


def _launched(
    source: Source, config: dict[str, object], trees: dict[str, ast.Module]
) -> Iterator[Finding]:
    execute = config.get("execute")
    if execute is None and "main.py" not in source.files and "main.mpy" not in source.files:
        has_code = any(name.endswith((".py", ".mpy")) for name in source.own_files)
        yield found(*_NOTHING[has_code])
    else:
        text = execute if isinstance(execute, str) else _DEFAULT
        yield from _entry(source, "execute", text, trees)
    schedule = config.get("schedule")
    entries: list[object] = schedule if isinstance(schedule, list) else []  # pyright: ignore[reportUnknownVariableType]
    for one in entries:
        if not isinstance(one, dict):
            continue
        does: object = one.get("do")  # pyright: ignore[reportUnknownVariableType, reportUnknownMemberType]
        if isinstance(does, str):
            yield from _entry(source, "schedule", does, trees)
        elif not {"setup/schedule.py", "setup/schedule.sh"} & source.files.keys():
            yield found("E2", "schedule: neither do nor setup/schedule.py says what is to be done")


_NOTHING = {
    True: ("G5", "there is no main.py, and no execute"),
    False: ("G2", "there is no code"),
}


def _entry(
    source: Source, where: str, text: str, trees: dict[str, ast.Module]
) -> Iterator[Finding]:
    try:
        kind, what, function = appconfig.entry(text)
    except ValueError:
        return  # a rule of its own
    if kind == "command":
        return
    stem = what.removesuffix(".py").replace(".", "/")
    if not {f"{stem}.py", f"{stem}.mpy", f"{stem}/__init__.py"} & source.own_files.keys():
        yield found("E2", f"{where}: {text}: there is no {stem}.py")
        return
    tree = trees.get(f"{stem}.py")
    if kind == "call" and tree is not None and function not in functions(tree):
        yield found("E2", f"{where}: {text}: {stem}.py has no function {function}")


def _imports(source: Source, name: str, tree: ast.Module) -> Iterator[Finding]:
    config = source.config or {}
    apps = {appconfig.import_name(source.uid)} | dependencies(config)
    own = {PurePosixPath(one).parts[0].removesuffix(".py") for one in source.code}
    permissions = config.get("permissions")
    allowed: list[object] = permissions if isinstance(permissions, list) else []  # pyright: ignore[reportUnknownVariableType]
    for module, what, level in imported(tree):
        top, dot, rest = module.partition(".")
        if level:
            continue
        if (top in apps and dot and not what) or (top in own - apps and top not in MODULES):
            yield found("Y2", f"{name}: import {module}")
        elif top == "tepal" and rest:
            yield found("Y3", f"{name}: {module} is not public")
        elif top not in apps | MODULES | _OURS:
            yield found("Y3", f"{name}: {top} is not there on a node")
        for needed, names in (("pins", PINS), ("network", NETWORK)):
            if top in names and needed not in allowed:
                yield found("Y4", f"{name}: imports {top}, without permission {needed}")


def dependencies(config: dict[str, object]) -> set[str]:
    """The names under which dependencies are imported."""
    names: set[str] = set()
    for text in appconfig.as_list(config.get("dependencies")):
        try:
            names.add(appconfig.import_name(appconfig.dependency(text)[0]))
        except ValueError:
            continue  # a rule of its own
    return names
