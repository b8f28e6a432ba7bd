"""Every rule of the app format, broken one at a time."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from umbel.apps import Source, check, template
from umbel.apps.finding import rules
from umbel.build.compile import compile_file

Change = Callable[[Path], object]


def config(**fields: object) -> Change:
    """Change fields of config.json; None takes one away."""

    def change(folder: Path) -> None:
        path = folder / "config.json"
        said = {**json.loads(path.read_text()), **fields}
        path.write_text(json.dumps({key: one for key, one in said.items() if one is not None}))

    return change


def file(name: str, content: str | bytes = "") -> Change:
    def change(folder: Path) -> None:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)

    return change


def gone(name: str) -> Change:
    return lambda folder: (folder / name).unlink()


def renamed(old: str, new: str) -> Change:
    return lambda folder: (folder / old).rename(folder / new)


def linked(folder: Path) -> None:
    (folder / "link.py").symlink_to(folder / "main.py")


def all_of(*changes: Change) -> Change:
    def change(folder: Path) -> None:
        for one in changes:
            one(folder)

    return change


def named(uid: str) -> Change:
    return lambda folder: folder.rename(folder.with_name(uid))


def png(width: int, height: int) -> bytes:
    stream = io.BytesIO()
    Image.new("L", (width, height)).save(stream, "PNG")
    return stream.getvalue()


def version(name: str, **fields: object) -> Change:
    return file(f"versions/{name}/config.json", json.dumps({"version": name, **fields}))


ICON = "media/iconlauncher-64px.png"
NO_CODE = all_of(gone("main.py"), gone("setup/install.py"), config(execute=None))

BROKEN: list[tuple[str, Change]] = [
    ("G1", gone("config.json")),
    ("G1", linked),
    ("G2", NO_CODE),
    ("G3", config(permissions=["everything"])),
    ("G4", config(description="Говорит привет")),
    ("G5", all_of(renamed("main.py", "part.py"), config(execute=None))),
    ("N1", file("data/" + "n" * 31)),
    ("N2", file("data/what?")),
    ("N2", file("data/con.txt")),
    ("N2", file("data/dot.")),
    ("N3", all_of(file("data/a.txt"), file("data/A.txt"))),
    ("N4", file("data/two words.txt")),
    ("N4", file("data/a/b/c/d/e/f/g.txt")),
    ("N4", file("data/large", bytes((1 << 20) + 1))),
    ("U1", named("toolongname")),
    ("U1", named("Upper")),
    ("U3", named("a-1.0.0")),
    ("U4", named("aux")),
    ("U4", named("inbox")),
    ("U5", named("a-b")),
    ("U6", named("json")),
    ("U6", named("for")),
    ("U6", named("tepal")),
    ("U8", config(repository=None)),
    ("V1", config(version="1.0")),
    ("V2", config(version="0.9.0")),
    ("V3", config(dependencies=["acme-1.0.0"])),
    ("L1", file("Data/x.txt")),
    ("B1", file("bin/tool.mpy", b"M\x06\0\x1f")),
    ("B1", file("bin/binESP2866.mpy", b"M\x06\0\x1f")),
    ("B2", file("bin/binESP32.mpy", b"no bytecode")),
    ("B3", file("bin/bin64-linux", b"\x7fELF")),
    ("S1", file("setup/upgrade.sh", "rgb color 'red\n")),
    ("S2", config(schedule=[{"every": -1}])),
    ("S3", file("setup/prepare.sh")),
    ("S4", file("setup/upgrade.py", "x = 1\n")),
    ("M1", file("Media/sound.wav")),
    ("I1", file(ICON, png(64, 32))),
    ("I1", file(ICON, png(32, 32))),
    ("I1", file(ICON, b"GIF89a")),
    ("I1", file("media/iconlauncher-64.png", png(64, 64))),
    ("I2", file("media/iconlauncher-48_bw.png", png(48, 48))),
    ("I3", lambda folder: [path.unlink() for path in folder.glob("media/*")]),
    ("D1", file("temp/cache.txt")),
    ("T1", gone("translate/en_US.json")),
    ("T2", file("translate/klingon.json", "{}")),
    ("T3", file("translate/de.json", '{"title": 1}')),
    ("T3", file("translate/de.json", "[]")),
    ("T3", file("translate/de.json", "{")),
    ("T4", file("translate/de.json", json.dumps({"title": "x" * 31}))),
    ("T5", file("translate/de.json", '{"title": "Hallo"}')),
    ("T6", file("translate/pt-BR.json", "{}")),
    ("R1", version("1.0.1")),
    ("R1", version("new")),
    ("R1", file("versions/0.9.0/main.py")),
    ("R1", all_of(version("0.9.0"), file("versions/0.9.0/versions/0.8.0/config.json"))),
    ("R2", all_of(version("0.9.0"), file("data/x"))),
    ("R3", all_of(version("0.9.0"), file("versions/0.9.0/share/x"))),
    ("R4", all_of(gone("source/test_main.py"), file("bin/binESP32.mpy", b"M\x06\0\x1f"))),
    ("C1", file("config.json", "[]")),
    ("C1", file("config.json", '{"version": "1.0.0", "version": "1.0.1"}')),
    ("C1", file("config.json", '{"a": NaN}')),
    ("C1", file("config.json", " " * 4097)),
    ("C1", file("config.json", "[" * 4000)),
    ("C2", config(version=None)),
    ("C2", config(license=None)),
    ("C3", config(title=["Hello"])),
    ("C4", config(title="x" * 31)),
    ("C4", config(title="Grüße")),
    ("C5", config(description="x" * 101)),
    ("C5", config(description="two\nlines")),
    ("C6", config(license="my own")),
    ("K1", config(settings=[1])),
    ("P1", config(dependencies=["acme-^1.0.0"])),
    ("P2", config(dependencies=["acme-1.x.x", "acme-2.x.x"])),
    ("P3", config(dependencies=["hello-1.x.x"])),
    ("P4", config(dependencies=["acme-x.x.x"])),
    ("E1", config(execute="run it")),
    ("E2", config(execute="main:missing")),
    ("E2", config(execute="missing:main")),
    ("E2", config(schedule=[{"every": 60}])),
    ("Y1", file("part.py", "def f(:\n")),
    ("Y1", file("part.py", "match 1:\n    case 1:\n        pass\n")),
    ("Y2", file("part.py", "import main\n")),
    ("Y2", all_of(config(dependencies=["acme-1.x.x"]), file("p.py", "import acme.part\n"))),
    ("Y3", file("part.py", "import numpy\n")),
    ("Y3", file("part.py", "from tepal.core import log\n")),
    ("Y4", file("part.py", "from machine import Pin\n")),
]  # fmt: skip


@pytest.fixture
def app(tmp_path: Path) -> Path:
    folder = tmp_path / "hello"
    template.write(folder, "Hello", "MIT")
    config(version="1.0.0")(folder)
    return folder


def numbers(folder: Path) -> dict[str, str]:
    return {one.rule.number: one.text for one in check(Source.at(folder))}


def test_what_new_writes_breaks_no_rule(app: Path):
    assert not check(Source.at(app))


@pytest.mark.parametrize(
    "number, change", BROKEN, ids=[f"{n}-{i}" for i, (n, _) in enumerate(BROKEN)]
)
def test_a_rule_that_is_broken_is_found(number: str, change: Change, app: Path):
    change(app)

    (folder,) = app.parent.iterdir()
    found = check(Source.at(folder))

    assert number in {one.rule.number for one in found}
    assert all(one.text and one.rule.remedy and one.rule.demand for one in found)


def test_every_rule_that_a_check_looks_for_is_broken_above():
    assert {number for number, _ in BROKEN} == {
        one.number for one in rules().values() if one.by == "check"
    }


def test_the_checklist_has_all_its_numbers():
    checklist = "G1 G2 G3 G4 N1 U1 U2 V1 V2 V3 L1 B1 B2 S1 M1 I1 I2 D1 T1 R1 R2 R3 R4 C1 C2 C3 P1"

    assert set(checklist.split()) <= set(rules())


def test_errors_come_first_and_each_has_a_place(app: Path):
    all_of(config(license="mine", repository=None), file("data/two words"))(app)

    found = check(Source.at(app))

    levels = [one.rule.is_error for one in found]
    assert levels == sorted(levels, reverse=True)
    assert "data/two words" in numbers(app)["N4"]


def test_what_is_hidden_is_no_part_of_an_app(app: Path):
    all_of(file(".git/what?"), file("__pycache__/x.pyc"), file(".hidden"))(app)

    assert not check(Source.at(app))


def test_imports_of_the_app_itself_and_of_what_it_needs_are_right(app: Path):
    all_of(
        config(dependencies=["acme-1.x.x"], permissions=["pins"]),
        file("ui/part.py", "from . import other\nfrom hello.main import main\nimport machine\n"),
        file(
            "more.py", "import acme\nfrom acme.part import thing\nfrom tepal import TepalError\n"
        ),
    )(app)

    assert not check(Source.at(app))


def test_compiled_files_are_taken_as_they_are(app: Path, tmp_path_factory: pytest.TempPathFactory):
    code = compile_file(app / "main.py", "main.py", tmp_path_factory.mktemp("cache"))

    file("bin/binESP32.mpy", code)(app)

    assert not check(Source.at(app))
