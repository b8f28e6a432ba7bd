"""``umbel app install``, ``upgrade``, ``remove`` and ``run`` with nodes as real processes."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest
from patience import PATIENCE, wait_until

from umbel.apps import Source, indexing, pack, template
from umbel.registry import simulations

from .conftest import UMBEL, Simulate, Simulation

SAYS = """
import asyncio
{imports}

async def main(app):
    app.info({what})
    await asyncio.Event().wait()
"""
MAIN = "async def main(app):\n    pass\n"
WORDS = "def words():\n    return {what!r}\n"


def write(folder: Path, version: str, *needs: str, **files: str) -> Path:
    """An app in ``folder``; its name is that of the folder."""
    if not folder.exists():
        template.write(folder, folder.name.capitalize(), "MIT")
    path = folder / "config.json"
    config = json.loads(path.read_text())
    path.write_text(json.dumps({**config, "version": version, "dependencies": list(needs)}))
    for name, content in files.items():
        target = folder / f"{name.replace('__', '/')}.py"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content)
    return folder


def offer(shelf: Path, *folders: Path) -> str:
    """An index of these apps, and of those that it had."""
    for folder in folders:
        release = pack(Source.at(folder))
        release.save(shelf / f"{release.manifest.name}-{release.manifest.version}.zip")
    indexing.make(shelf)
    return str(shelf)


def speaker(place: Path, uid: str = "speaker", version: str = "1.0.0") -> Path:
    """An app that says what the app ``words`` has to say."""
    program = SAYS.format(imports="from words import said\n", what="said.words()")
    return write(place / uid, version, "words-1.x.x", main=program)


def words(place: Path, version: str, what: str) -> Path:
    return write(place / "words", version, said=WORDS.format(what=what))


def versions(simulation: Simulation, node: str, uid: str) -> list[str]:
    return simulation.json("shell", node, "app", "info", uid)["versions"]


def log_of(simulation: Simulation, node: str, uid: str) -> str:
    return simulation.umbel("app", "log", uid, "--node", node).stdout


def test_an_app_that_runs_gets_what_it_needs_anew(simulate: Simulate, tmp_path: Path):
    house = simulate("--nodes", "2")
    shelf = offer(tmp_path / "shelf", words(tmp_path, "1.0.0", "one"), speaker(tmp_path))
    both = ("--node", "node01", "--node", "node02")
    assert house.umbel("app", "install", "speaker", "--index", shelf, *both).returncode == 0
    assert house.umbel("app", "start", "speaker", *both).returncode == 0
    wait_until(lambda: "one" in log_of(house, "node02", "speaker"))

    offer(tmp_path / "shelf", words(tmp_path, "1.1.0", "two"))
    done = house.umbel("app", "upgrade", "--index", shelf, "--all")

    assert done.returncode == 0, done.stdout
    assert "node01: installed: words 1.1.0" in done.stdout
    wait_until(lambda: "two" in log_of(house, "node02", "speaker"))
    assert {one["state"] for one in house.json("app", "list", "--all")} == {"running", "stopped"}
    assert versions(house, "node01", "words") == ["1.1.0"]


def test_an_exact_version_stays_beside_the_newest(simulate: Simulate, tmp_path: Path):
    house = simulate()
    exact = write(tmp_path / "exact", "1.0.0", "words-1.0.0", main=SAYS.format(
        imports="from words import said\n", what="said.words()"
    ))  # fmt: skip
    shelf = offer(tmp_path / "shelf", words(tmp_path, "1.0.0", "one"), speaker(tmp_path), exact)
    offer(tmp_path / "shelf", words(tmp_path, "1.1.0", "two"))
    one = ("--node", "node01")

    assert house.umbel("app", "install", "speaker", "--index", shelf, *one).returncode == 0
    done = house.umbel("app", "install", "exact", "--index", shelf, *one)
    assert done.returncode == 0, done.stdout
    for uid in ("speaker", "exact"):
        assert house.umbel("app", "start", uid, *one).returncode == 0

    assert "words 1.0.0 beside 1.1.0" in done.stdout
    assert versions(house, "node01", "words") == ["1.1.0", "1.0.0"]
    wait_until(lambda: "two" in log_of(house, "node01", "speaker"))
    wait_until(lambda: "one" in log_of(house, "node01", "exact"))
    needed = house.umbel("app", "remove", "words", *one)
    assert (needed.returncode, "needs words" in needed.stderr) == (1, True)
    for uid in ("exact", "speaker", "words"):
        assert house.umbel("app", "remove", uid, *one).returncode == 0
    assert house.json("app", "list", *one) == []


def test_a_node_that_is_off_stops_no_other(simulate: Simulate, tmp_path: Path):
    house = simulate("--nodes", "2")
    house.umbel("board", "node02", "power", "off")

    done = house.umbel("app", "install", str(words(tmp_path, "1.0.0", "one")), "--all")

    assert done.returncode == 1
    assert "node01: installed: words 1.0.0" in done.stdout
    assert "node02: offline: " in done.stdout


def test_a_setup_script_may_refuse(simulate: Simulate, tmp_path: Path):
    house = simulate()
    script = "def run(app):\n    raise ValueError('not on a sunday')\n"
    folder = write(tmp_path / "words", "1.0.0", setup__install=script)

    done = house.umbel("app", "install", str(folder), "--node", "node01")

    assert done.returncode == 1
    assert "node01: refused: " in done.stdout
    assert "not on a sunday" in done.stdout
    assert house.json("app", "list", "--all") == []


def test_an_app_from_elsewhere_is_refused_with_the_words_of_the_node(
    simulate: Simulate, tmp_path: Path
):
    house = simulate()
    folder = words(tmp_path, "1.0.0", "one")
    assert house.umbel("app", "install", str(folder), "--all").returncode == 0
    config = json.loads((folder / "config.json").read_text())
    other = {**config, "repository": "https://example.com/another.git"}
    (folder / "config.json").write_text(json.dumps(other))

    done = house.umbel("app", "install", str(folder), "--all")

    assert done.returncode == 1
    assert "node01: refused: " in done.stdout
    assert "https://example.com/another.git" in done.stdout


def test_an_app_of_30_kilobytes_is_installed(simulate: Simulate, tmp_path: Path):
    """How long it takes, bench says."""
    house = simulate()
    folder = words(tmp_path, "1.0.0", "one")
    (folder / "media").mkdir(exist_ok=True)
    (folder / "media" / "noise.bin").write_bytes(random.Random(1).randbytes(24_000))
    archive = tmp_path / "words-1.0.0.zip"
    pack(Source.at(folder)).save(archive)

    done = house.umbel("app", "install", str(archive), "--node", "node01")

    assert done.returncode == 0, done.stdout
    assert archive.stat().st_size > 30_000


class Run:
    """``umbel app run`` as a process."""

    def __init__(self, folder: Path, state: Path, *arguments: str) -> None:
        self.log = state / "run.log"
        first = f"127.{10 + os.getpid() % 200}.250.1"
        environment = {**os.environ, "UMBEL_STATE": str(state), "UMBEL_SIM_FIRST": first}
        with self.log.open("w") as file:
            self.process = subprocess.Popen(
                [*UMBEL, "app", "run", str(folder), *arguments],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
            )

    def until(self, text: str) -> str:
        """What was printed, as soon as it has ``text``."""
        wait_until(lambda: text in self.log.read_text() or self.process.poll() is not None)
        printed = self.log.read_text()
        assert text in printed, printed
        return printed


@contextmanager
def running(folder: Path, state: Path, *arguments: str) -> Generator[Run]:
    run = Run(folder, state, *arguments)
    try:
        yield run
    finally:
        run.process.send_signal(signal.SIGINT)
        run.process.wait(PATIENCE)


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "state"
    path.mkdir()
    monkeypatch.setenv("UMBEL_STATE", str(path))
    return path


def test_an_app_is_followed_while_it_is_written(state: Path, tmp_path: Path):
    folder = speaker(tmp_path)
    words(tmp_path, "1.0.0", "one")
    with running(folder, state) as run:
        assert "page: http://127." in run.until("speaker: running")
        run.until("| ")
        run.until("one")

        words(tmp_path, "1.0.0", "two")  # what it needs is watched too
        run.until("two")
        (folder / "main.py").write_text("async def main(app:\n")
        run.until("speaker goes on as it was")
        assert "error Y1: main.py:" in run.log.read_text()
        program = SAYS.format(imports="", what="'three'")
        write(folder, "1.0.0", main=program)
        run.until("three")
        (known,) = simulations.running()
        flash = known.folder

    assert run.process.returncode == 0
    assert not flash.exists()
    assert simulations.running() == ()


def test_what_an_app_needs_may_come_from_an_index(state: Path, tmp_path: Path):
    shelf = offer(tmp_path / "shelf", words(tmp_path / "elsewhere", "1.0.0", "from the shelf"))

    with running(speaker(tmp_path), state, "--index", shelf) as run:
        run.until("from the shelf")


def test_what_an_app_lacks_is_said_until_it_is_there(state: Path, tmp_path: Path):
    with running(speaker(tmp_path), state) as run:
        run.until("speaker 1.0.0 wants words-1.x.x, and the node has no words")

        words(tmp_path, "1.0.0", "at last")
        (tmp_path / "speaker" / "main.py").touch()

        run.until("at last")


def test_an_app_that_fails_is_said_and_started_when_it_is_better(state: Path, tmp_path: Path):
    folder = write(tmp_path / "lamp", "1.0.0", main=f"{MAIN}\n\nraise ValueError('dark')\n")
    with running(folder, state) as run:
        run.until("dark")

        write(folder, "1.0.0", main=SAYS.format(imports="", what="'bright'"))

        run.until("bright")
