"""What goes to a node: the files of a release of Tepal, and the flash of a node that runs it.

A release is ``start.py``, the operating system, and of modules, pin maps, devices and apps what is
wanted, with the drivers that these import. Metadata and stubs stay here. A file of the system that
says that it is of a part, such as mqtt, can be left out with all others of that part, and so is what
the page loads for it, ``apps.js``. On the flash the loader
``main.py`` stands at the top, the release in a slot.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from umbel.build import compile as compiler
from umbel.build import device_types, sources
from umbel.errors import UmbelError
from umbel.release import Wishes, slot
from umbel.release import build as build_release

_OS = "tepal"
_DRIVERS = "drivers"
_WEB = "web"
_START = "start.py"
_PART = re.compile(r"^# Of the part (\w+), which", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """A family of files of which a node carries some."""

    folder: str
    prefix: str = ""
    what: str  # what a message calls one of them


_MODULES = _Kind(folder="modules", prefix="LM_", what="module")
_PIN_MAPS = _Kind(folder="modules", prefix="IO_", what="pin map")
_DEVICES = _Kind(folder="devices", what="device type")
_APPS = _Kind(folder="apps", what="app")


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What a node carries besides the operating system; None stands for all there is."""

    modules: frozenset[str] | None = None  # "rgb" is LM_rgb
    pin_maps: frozenset[str] | None = None  # "rp2" is IO_rp2
    devices: frozenset[str] | None = None
    apps: frozenset[str] | None = None
    without: frozenset[str] = frozenset()  # parts of the system that are left out


EVERYTHING = Selection()


@dataclass(frozen=True, slots=True, kw_only=True)
class Staged:
    """A folder that is the flash of a node, as far as a release fills it."""

    folder: Path
    sizes: Mapping[str, int]  # path on the node to bytes

    @property
    def size(self) -> int:
        """The bytes of all files; an image needs more."""
        return sum(self.sizes.values())


def plan(source: Path, selection: Selection = EVERYTHING) -> dict[str, Path]:
    """Which Python files a node gets: their names below ``source``, and where they are.

    Raises:
        UmbelError: something is wanted that there is not.
    """
    chosen = {
        name: path for name, path in _below(source) if name == _START or name.startswith(f"{_OS}/")
    }
    chosen |= _wanted(source, _MODULES, selection.modules)
    chosen |= _wanted(source, _PIN_MAPS, selection.pin_maps)
    chosen |= _wanted(source, _DEVICES, selection.devices)
    chosen |= _wanted(source, _APPS, selection.apps)
    if selection.without:
        chosen = _less(chosen, selection.without)
    return chosen | _drivers_of(source, chosen.values())


def release_files(
    *,
    source: Path | None = None,
    selection: Selection = EVERYTHING,
    web: Path | None = None,
    cache: Path | None = None,
) -> dict[str, bytes]:
    """The files of a release that carries ``selection``, compiled: paths to content.

    ``web`` is a folder with the built user interface, its files compressed already.

    Raises:
        UmbelError: something is wanted that there is not, or does not compile.
    """
    device = source or sources.device_dir()
    planned = plan(device, selection)
    files = compiler.compile_files(planned, cache=cache)
    if types := _device_types(device, planned):
        files[device_types.TABLE] = types
    if web is not None:
        for name, path in _files(web):
            if name.partition(".")[0] not in selection.without:  # what the page shows of a part
                files[f"{_WEB}/{name}"] = path.read_bytes()
    return files


def stage(
    target: Path,
    *,
    source: Path | None = None,
    selection: Selection = EVERYTHING,
    web: Path | None = None,
    slot_name: str = "a",
    cache: Path | None = None,
) -> Staged:
    """Make ``target`` the flash of a node that carries ``selection``, see ``release_files``.

    What else is in ``target`` stays, except in the slot: that holds this release and nothing more.

    Raises:
        UmbelError: something is wanted that there is not, or does not compile.
    """
    device = source or sources.device_dir()
    files = release_files(source=device, selection=selection, web=web, cache=cache)
    release = build_release(files, Wishes(name=_OS, version=version("umbel")))
    folder = f"sys/{slot_name}"
    contents = {f"{folder}/{name}": content for name, content in slot.laid_out(release).items()}
    for name in compiler.STAY_SOURCE:
        if (device / name).is_file():
            contents[name] = (device / name).read_bytes()
    for name, content in contents.items():
        compiler.write_if_changed(target / name, content)
    _remove_others(target / folder, {target / name for name in contents})
    return Staged(
        folder=target, sizes={name: len(content) for name, content in sorted(contents.items())}
    )


def _device_types(source: Path, planned: Iterable[str]) -> bytes:
    """The table of the types whose classes are among the files of a node."""
    modules = frozenset(
        Path(name).stem for name in planned if name.startswith(f"{_DEVICES.folder}/")
    )
    return device_types.table(source, modules) if modules else b""


def _wanted(source: Path, kind: _Kind, names: frozenset[str] | None) -> dict[str, Path]:
    """The files of one kind. A file, or a folder with everything in it, counts as one."""
    available: dict[str, dict[str, Path]] = {}
    for name, path in _below(source):
        top, _, rest = name.partition("/")
        if top == kind.folder and rest.startswith(kind.prefix):
            own_name = rest.partition("/")[0].removesuffix(".py").removeprefix(kind.prefix)
            available.setdefault(own_name, {})[name] = path
    wanted = available.keys() if names is None else names
    if missing := sorted(wanted - available.keys()):
        there = ", ".join(sorted(available)) or "none"
        raise UmbelError(f"no {kind.what} is called {missing[0]!r}; there are: {there}")
    return {name: path for own_name in wanted for name, path in available[own_name].items()}


def _less(files: Mapping[str, Path], without: frozenset[str]) -> dict[str, Path]:
    """The files without those of some parts of the system."""
    parts = {name: part for name, path in files.items() if (part := _part(name, path))}
    if missing := sorted(without - set(parts.values())):
        there = ", ".join(sorted(set(parts.values()))) or "none"
        raise UmbelError(f"no part is called {missing[0]!r}; there are: {there}")
    return {name: path for name, path in files.items() if parts.get(name) not in without}


def _part(name: str, path: Path) -> str:
    """The part of the system that a file belongs to and that a node can do without; mostly none."""
    if name.startswith(f"{_DEVICES.folder}/"):
        return _DEVICES.folder
    found = _PART.search(path.read_text(errors="replace"))
    return found[1] if found else ""


def _drivers_of(source: Path, users: Iterable[Path]) -> dict[str, Path]:
    """The drivers that ``users`` import, and those that these import."""
    available = {name: path for name, path in _below(source) if name.startswith(f"{_DRIVERS}/")}
    chosen: dict[str, Path] = {}
    unread = list(users)
    while unread:
        for name in _imported_files(unread.pop()) & available.keys() - chosen.keys():
            chosen[name] = available[name]
            unread.append(available[name])
    return chosen


def _imported_files(path: Path) -> set[str]:
    """The names of all files that a file may import."""
    files: set[str] = set()
    for module in _imports(path):
        parts = module.split(".")
        files.add("/".join(parts) + ".py")
        files |= {"/".join([*parts[:depth], "__init__.py"]) for depth in range(1, len(parts) + 1)}
    return files


def _imports(path: Path) -> Iterator[str]:
    """Dotted names that a file imports, or may: ``from a import b`` gives ``a`` and ``a.b``."""
    try:
        tree = ast.parse(path.read_bytes(), filename=str(path))
    except SyntaxError:
        return  # the compiler tells, and better
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _below(source: Path) -> Iterator[tuple[str, Path]]:
    return (
        (name, path)
        for name, path in _files(source)
        if path.suffix in (".py", compiler.TABLE) and not compiler.says_nothing(path)
    )


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.name.startswith("."):
            yield path.relative_to(folder).as_posix(), path


def _remove_others(folder: Path, keep: set[Path]) -> None:
    """Leave in ``folder`` only ``keep``; an empty folder would win over a module of its name."""
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir():
            if not any(path.iterdir()):
                path.rmdir()
        elif path not in keep:
            path.unlink()
