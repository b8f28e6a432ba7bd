"""Archives of apps: made, read, and damaged in every way."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image

from tepal.formats import app_archive
from umbel.apps import Archive, Source, icons, imports, mip, pack, template
from umbel.apps.archive import inflated
from umbel.apps.pack import Choice
from umbel.errors import UmbelError
from umbel.release import Release, Wishes, build
from umbel.release.release import MANIFEST

CONFIG = b'{"version": "1.0.0", "title": "Hello"}'


@pytest.fixture(scope="session")
def hello(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("apps") / "hello"
    template.write(folder, "Hello", "MIT")
    return folder


@pytest.fixture
def archive(hello: Path, tmp_path: Path) -> Path:
    path = tmp_path / "hello.zip"
    pack(Source.at(hello)).save(path)
    return path


def test_an_archive_has_what_a_node_needs_and_nothing_else(archive: Path):
    said = Archive.read(archive)

    files = inflated(said.release, archive)
    assert (said.uid, said.version, said.name) == ("hello", "0.1.0", "hello-0.1.0.zip")
    assert {"config.json", "main.mpy", "translate/en_US.json", "setup/install.mpy"} <= set(files)
    assert not [name for name in files if name.startswith("source/") or name.endswith(".py")]
    assert files["main.mpy"].startswith(b"M\x06")


def test_a_node_takes_an_archive_off_a_stream(archive: Path):
    said = Archive.read(archive).release

    with archive.open("rb") as stream:
        seen: list[tuple[str, bytes]] = []
        while (found := app_archive.member(stream.read(app_archive.HEADER))) is not None:
            name = stream.read(found[0]).decode()
            seen.append((name, stream.read(found[1])))

    assert seen == [(MANIFEST, said.manifest.content), *said.files.items()]


def test_the_same_folder_gives_the_same_bytes(hello: Path, archive: Path, tmp_path: Path):
    copy = tmp_path / "elsewhere" / "hello"
    for path in sorted(hello.rglob("*"), reverse=True):
        if path.is_file():
            target = copy / path.relative_to(hello)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
            os.utime(target, (0, 0))

    pack(Source.at(copy)).save(tmp_path / "again.zip")

    assert (tmp_path / "again.zip").read_bytes() == archive.read_bytes()


def test_the_source_goes_along_if_it_is_wanted(hello: Path, tmp_path: Path):
    pack(Source.at(hello), Choice(with_source=True)).save(tmp_path / "a.zip")

    files = inflated(Archive.read(tmp_path / "a.zip").release, tmp_path)
    assert files["source/main.py"] == (hello / "main.py").read_bytes()
    assert "source/test_main.py" in files


def test_binaries_of_other_platforms_stay_away(tmp_path: Path):
    folder = tmp_path / "multi"
    template.write(folder, "Multi", "MIT")
    for platform in ("ESP32", "RP2", "ESP2866"):
        path = folder / "bin" / f"bin{platform}.mpy"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"M\x06\0\x1f")

    for platforms, expected in (
        (("rp2",), {"bin/binRP2.mpy"}),
        (("esp8266",), {"bin/binESP8266.mpy"}),
        ((), {"bin/binRP2.mpy", "bin/binESP32.mpy", "bin/binESP8266.mpy"}),
    ):
        made = pack(Source.at(folder), Choice(platforms=platforms))
        files = inflated(made, tmp_path)
        assert {name for name in files if name.startswith("bin/")} == expected
        assert made.manifest.head.get("platform", "") == " ".join(platforms)


def test_native_code_is_compiled_for_the_board_whose_folder_it_is_in(tmp_path: Path):
    folder = tmp_path / "fast"
    template.write(folder, "Fast", "MIT")
    program = "import micropython\n\n\n@micropython.native\ndef main(app):\n    return app\n"
    for platform in ("ESP32", "RP2"):
        path = folder / "bin" / f"bin{platform}" / "main.py"
        path.parent.mkdir(parents=True)
        path.write_text(program)

    for platform, machine in (("rp2", "armv6m"), ("esp32", "xtensawin")):
        made = pack(Source.at(folder), Choice(platforms=(platform,)))
        assert str(made.manifest.head["mpy"]).endswith(machine)
        assert [name for name in inflated(made, tmp_path) if name.startswith("bin/")] == [
            f"bin/bin{platform.upper()}/main.mpy"
        ]


def test_an_app_that_breaks_a_rule_is_not_packed(tmp_path: Path):
    template.write(tmp_path / "broken", "Broken", "MIT")
    (tmp_path / "broken" / "translate" / "en_US.json").unlink()

    with pytest.raises(UmbelError, match="T1") as refused:
        pack(Source.at(tmp_path / "broken"))
    assert "umbel app check" in str(refused.value.remedy)


# --- imports


def test_imports_say_which_version_they_mean():
    table = imports.names("a-b", {"dependencies": ["acme-1.x.x", "x.y-2.0.1", "z-x.x.x"]})
    program = (
        '"""Ü: import acme"""\n'
        "import acme, json\n"
        "import z as zet\n"
        "from acme.part import (\n    one,\n)\n"
        "from x_y import two\n"
        "from a_b import own; from a_b.deep.er import more\n"
        "from . import near\n"
        "def f():\n"
        "    é = 'acme'; import acme as late  # from acme import x\n"
        "    return acme.x\n"
    )

    changed = imports.qualified(program, table, depth=1)

    assert changed == (
        '"""Ü: import acme"""\n'
        "import acme__1 as acme, json\n"
        "import z__x as zet\n"
        "from acme__1.part import (\n    one,\n)\n"
        "from x_y__2_0_1 import two\n"
        "from .. import own; from ..deep.er import more\n"
        "from . import near\n"
        "def f():\n"
        "    é = 'acme'; import acme__1 as late  # from acme import x\n"
        "    return acme.x\n"
    )


@given(st.lists(st.sampled_from([
    "import acme", "import json, acme as b", "from acme import x, y as z", "from own.a import b",
    "from own import c", "x = 'import acme'", "import own", "pass  # acme", "from acme.a.b import *",
]), max_size=8), st.integers(0, 3))  # fmt: skip
def test_a_changed_program_has_the_same_lines_and_compiles(lines: list[str], depth: int):
    table = {"acme": "acme__1", "own": ""}
    program = "\n".join(lines)

    changed = imports.qualified(program, table, depth)

    compile(changed, "x", "exec")
    assert changed.count("\n") == program.count("\n")
    assert imports.qualified(changed, table, depth) == changed


# --- icons


def test_icons_are_made_of_any_picture(tmp_path: Path):
    Image.new("RGB", (300, 100), "navy").save(tmp_path / "wide.jpg")

    made = icons.make(tmp_path / "wide.jpg", (16, 48))

    assert set(made) == {
        f"media/iconlauncher-{size}px{bw}.png" for size in (16, 48) for bw in ("", "_bw")
    }
    bits = icons.bitmaps(made)["media/iconlauncher-16px_bw.pbm"]
    assert bits.startswith(b"P4\n16 16\n")
    rows = bits[-32:]
    assert rows[:2] == b"\0\0"  # above the picture: transparent, so white
    assert rows[16:18] == b"\xff\xff"  # 1 is black


def test_an_icon_for_black_and_white_goes_before_one_in_colour():
    white, black = Image.new("1", (8, 8), 1), Image.new("1", (8, 8), 0)
    files: dict[str, bytes] = {}
    for name, image in (("8px", white), ("8px_bw", black)):
        path = f"media/iconlauncher-{name}.png"
        files[path] = icons._png(image)  # pyright: ignore[reportPrivateUsage]

    (bits,) = icons.bitmaps(files).values()

    assert bits[-8:] == b"\xff" * 8


def test_what_is_no_picture_is_refused(tmp_path: Path):
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(20))

    with pytest.raises(UmbelError, match="no picture"):
        icons.make(tmp_path / "a.png")


# --- mip


def test_mip_gets_python_files_with_plain_imports(hello: Path, tmp_path: Path):
    path = mip.write(Source.at(hello), tmp_path)

    said = json.loads(path.read_text())
    assert said == {"urls": [["hello/main.py", "main.py"]], "deps": [], "version": "0.1.0"}
    assert (path.parent / "main.py").read_bytes() == (hello / "main.py").read_bytes()


# --- damaged archives


def zipped(path: Path, files: dict[str, bytes], how: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w", how) as file:
        for name, content in files.items():
            file.writestr(name, content)
    return path


def made(files: dict[str, bytes], **wishes: str) -> dict[str, bytes]:
    """The files of an archive, manifest and all, whatever is in it."""
    wanted = {"name": "hello", "version": "1.0.0", "kind": "app", **wishes}
    release = build(files, Wishes(**wanted))  # pyright: ignore[reportArgumentType]
    return {MANIFEST: release.manifest.content, **release.files}


def deflated(content: bytes) -> bytes:
    stream = zlib.compressobj(9, zlib.DEFLATED, -10)
    return stream.compress(content) + stream.flush()


GOOD = {"hello/config.json": CONFIG}
DAMAGED: list[tuple[str, Callable[[Path], object]]] = [
    ("no archive of an app", lambda path: path.write_bytes(b"PK but no zip")),
    ("cannot be read", lambda path: path.mkdir()),
    ("more than", lambda path: path.write_bytes(bytes(10 << 20))),
    ("no manifest", lambda path: zipped(path, {"hello/config.json": CONFIG})),
    ("tepal-app 1", lambda path: zipped(path, made(GOOD, kind="release"))),
    ("is not in the manifest", lambda path: zipped(path, {**made(GOOD), "../evil": b"x"})),
    ("is not what the manifest", lambda path: zipped(path, {**made(GOOD), "hello/config.json.z": b"x"})),
    ("is missing", lambda path: zipped(path, {MANIFEST: made(GOOD)[MANIFEST]})),
    ("packed twice", lambda path: zipped(path, made(GOOD), how=zipfile.ZIP_DEFLATED)),
    ("not in the order", lambda path: zipped(path, dict(reversed(made(GOOD).items())))),
    ("not in the folder", lambda path: zipped(path, made({**GOOD, "other/x": b""}))),
    ("no config.json", lambda path: zipped(path, made({"hello/main.mpy": b"M\x06\0\x1f"}))),
    ("V1", lambda path: zipped(path, made({"hello/config.json": b'{"version":"1","title":"a"}'}))),
    ("U1", lambda path: zipped(path, made({"Hello/config.json": CONFIG}, name="Hello"))),
    ("manifest says version 1.0.1", lambda path: zipped(path, made(GOOD, version="1.0.1"))),
    ("not JSON|Expecting", lambda path: zipped(path, made({"hello/config.json": b"{"}))),
    ("cannot be unpacked", lambda path: zipped(path, made({"hello/config.json.z": b"\xff" * 9}))),
    ("not one deflate", lambda path: zipped(path, made({**GOOD, "hello/a.z": deflated(b"a") + b"x"}))),
    ("when unpacked", lambda path: zipped(path, made({**GOOD, "hello/a.z": deflated(bytes(2 << 20))}))),
]  # fmt: skip


@pytest.mark.parametrize("expected, damage", DAMAGED, ids=[name for name, _ in DAMAGED])
def test_an_archive_that_is_not_right_is_refused_with_a_sentence(
    expected: str, damage: Callable[[Path], object], tmp_path: Path
):
    path = tmp_path / "a.zip"
    damage(path)

    with pytest.raises(UmbelError, match=expected):
        Archive.read(path)


def test_a_link_in_an_archive_is_refused(tmp_path: Path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as file:
        for name, content in made(GOOD).items():
            info = zipfile.ZipInfo(name)
            info.external_attr = 0o120777 << 16
            file.writestr(info, content)

    with pytest.raises(UmbelError, match="is a link"):
        Archive.read(path)


@example(place=594, change=1)  # the way to what stands before it
@given(place=st.integers(0, 3000), change=st.integers(1, 255))
def test_an_archive_with_one_byte_changed_is_the_same_or_refused(
    tmp_path_factory: pytest.TempPathFactory, place: int, change: int
):
    path = tmp_path_factory.getbasetemp() / "changed.zip"
    zipped(path, made({**GOOD, "hello/a.txt": b"some text"}))
    whole = Archive.read(path)
    content = bytearray(path.read_bytes())
    content[place % len(content)] ^= change
    path.write_bytes(content)

    try:
        read = Archive.read(path)
    except UmbelError:
        return
    assert read.release.files == whole.release.files
    assert read.release.manifest.digest == whole.release.manifest.digest


def test_an_app_is_never_taken_for_a_release(archive: Path):
    with pytest.raises(UmbelError, match="tepal-release 1"):
        Release.load(archive)


def test_the_formats_of_apps_need_no_stand_in_of_a_test():
    program = "from umbel.apps.formats import appconfig as a; print(a.entry('@rgb color red'))"

    printed = subprocess.check_output([sys.executable, "-c", program], text=True)

    assert printed == "('command', 'rgb color red', '')\n"
