"""Apps at work on a node: started, stopped, looked after when they fail; nothing of them takes it down."""

from __future__ import annotations

import asyncio
import json
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from patience import PATIENCE, wait_until

from umbel.apps import Source, pack, template
from umbel.build.compile import compile_file, write_if_changed
from umbel.errors import NodeError
from umbel.link import shell
from umbel.release import slot

from .test_boot import Kept

APPS = Path(__file__).parents[2] / "apps"
WAIT = """
import asyncio


async def main(app):
    app.info("here, %s" % app.settings["seconds"])
    print("printed", 1)
    try:
        await asyncio.Event().wait()
    finally:
        app.info("bye")
"""


class Shelf(Kept):
    """A simulated node with apps on its flash."""

    def lay(self, source: Source, uid: str, folder: str = "") -> None:
        """Lay an app out as a node does that has installed it."""
        target = self.flash / "apps" / uid / folder
        for name, content in slot.laid_out(pack(source)).items():
            write_if_changed(target / name, content)

    def app(self, *words: str) -> Any:
        """What a command ``app`` answers to a program."""
        return self.request(cmd=" ".join(["app", *words]))

    def status(self, uid: str) -> dict[str, Any]:
        return self.app("info", uid)["status"]

    def becomes(self, uid: str, state: str) -> dict[str, Any]:
        """How an app is, as soon as it is so."""
        assert wait_until(lambda: self.status(uid)["state"] == state), self.status(uid)
        return self.status(uid)

    def log(self, uid: str) -> str:
        return "\n".join(self.app("log", uid))


@pytest.fixture
def node(simulate, tmp_path: Path) -> Shelf:
    return Shelf(simulate, tmp_path / "kept")


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Source]:
    """Write the source of an app: ``write("garden", "1.0.0", {"main.py": …}, dependencies=[…])``."""

    def written(uid: str, version: str, files: Mapping[str, str], **fields: object) -> Source:
        folder = tmp_path / "sources" / version / uid
        template.write(folder, "Title", "MIT")
        (folder / "setup" / "install.py").unlink()
        path = folder / "config.json"
        said = {**json.loads(path.read_text()), "version": version, **fields}
        for name, content in {**files, "config.json": json.dumps(said)}.items():
            write_if_changed(folder / name, content.encode())
        return Source.at(folder)

    return written


def test_an_app_is_started_looked_at_and_stopped_and_a_boot_starts_it_again(node, write):
    node.lay(write("garden", "1.0.0", {"main.py": WAIT}), "garden")

    assert node.app("list") == [
        {"uid": "garden", "version": "1.0.0", "title": "Title", "state": "stopped"}
    ]
    assert node.app("start", "garden") == "Started garden"
    running = node.becomes("garden", "running")
    assert running["heap"] > 0
    assert running["restarts"] == 0
    assert "here, 60" in node.log("garden")
    assert "printed 1" in node.log("garden")
    assert "app.garden" in node.run("task", "list")
    node.restart()
    node.becomes("garden", "running")
    assert node.app("stop", "garden") == "Stopped garden"
    assert node.status("garden")["state"] == "stopped"
    node.printed("garden: bye")
    node.restart()
    assert node.status("garden")["state"] == "stopped"


TWO = """
import asyncio


async def water(app, name):
    app.info("begins " + name)
    try:
        await asyncio.Event().wait()
    finally:
        await asyncio.sleep(0.01)
        app.info("ends " + name)


async def dry(app):
    await asyncio.sleep(0.1)
    raise ValueError("no water")


async def main(app):
    app.start(water(app, "one"))
    app.start(water(app, "two"))
    if app.settings["seconds"] == 1:
        app.start(dry(app))
    await asyncio.Event().wait()
"""


def test_what_an_app_has_begun_ends_with_it(node, write):
    node.lay(write("garden", "1.0.0", {"main.py": TWO}), "garden")
    node.app("start", "garden")
    node.printed("garden: begins two")
    assert "app.garden.started.2" in node.run("task", "list")

    assert node.app("stop", "garden") == "Stopped garden"

    printed = node.console.read_text()
    assert [printed.count(f"garden: ends {name}") for name in ("one", "two")] == [1, 1]
    assert "dropped" not in printed
    assert "app.garden" not in node.run("task", "list")
    node.app("start", "garden")
    node.printed("garden: begins two", 2)


def test_what_an_app_has_begun_takes_it_down_when_it_fails(node, write):
    node.lay(write("garden", "1.0.0", {"main.py": TWO}, settings={"seconds": 1}), "garden")
    node.app("start", "garden")

    node.printed("garden: begins two", 2)

    assert node.console.read_text().count("garden: ends one") == 1
    assert node.status("garden")["restarts"] == 1
    assert "ValueError: no water" in node.log("garden")
    assert wait_until(lambda: node.status("garden")["state"] == "failed")
    assert "5 times within ten minutes: ValueError: no water" in node.status("garden")["out"]
    assert "app.garden" not in node.run("task", "list").rpartition("active: ")[2]


def test_who_listens_hears_when_there_is_something_new_about_apps(node, write):
    node.lay(write("garden", "1.0.0", {"main.py": WAIT}), "garden")
    news = {"target": "apps", "status": None}

    async def heard(*words: str) -> object:
        """What comes when somebody runs a command ``app``."""
        async with shell.connect(node.simulation.node("node01")) as session:
            events = session.events("state")
            first = asyncio.ensure_future(anext(events))
            await asyncio.sleep(0)
            async with session._turn:  # until it has subscribed
                pass
            await asyncio.to_thread(node.app, *words)
            event = await asyncio.wait_for(first, PATIENCE)
            return event.data

    assert asyncio.run(heard("start", "garden")) == news
    assert asyncio.run(heard("stop", "garden")) == news
    assert asyncio.run(heard("remove", "garden")) == news


def test_an_app_is_removed_with_what_it_has_written_only_if_that_is_asked_for(node, write):
    source = write("garden", "1.0.0", {"main.py": MAIN})
    for words, left in (((), ["data"]), (("purge=True",), None)):
        node.lay(source, "garden")
        node.write("apps/garden/data/notes", "wet")

        assert "uid: garden" in node.run("app", "remove", "garden", *words)

        folder = node.flash / "apps" / "garden"
        assert (
            sorted(path.name for path in folder.iterdir()) if folder.exists() else None
        ) == left
    assert refused(node, "garden") == "app missing: garden"
    assert node.app("list") == []


def test_native_code_for_this_board_goes_before_what_execute_says(node, write, tmp_path: Path):
    code = tmp_path / "binUNIX.py"
    code.write_text("def main(app):\n    return 'native'\n")
    compiled = compile_file(code, "binUNIX.py", tmp_path)
    source = write("garden", "1.0.0", {"main.py": "def main(app):\n    return 'plain'\n"})
    node.lay(source, "garden")
    node.app("start", "garden")
    assert node.becomes("garden", "done")["out"] == "plain"
    node.app("remove", "garden", "purge=True")

    write_if_changed(source.folder / "bin" / "binUNIX.mpy", compiled)
    node.lay(Source.at(source.folder), "garden")
    node.app("start", "garden")

    assert node.becomes("garden", "done")["out"] == "native"


# --- what goes wrong


MAIN = "def main(app):\n    pass\n\n\n"
CRASH = "async def main(app):\n    raise ValueError('no soil')\n"
DEAF = """
import asyncio


async def main(app):
    while True:
        try:
            await asyncio.sleep(3600)
        except asyncio.CancelledError:
            pass
"""


def test_an_app_that_fails_again_and_again_is_given_up_and_the_node_lives(node, write):
    node.lay(write("garden", "1.0.0", {"main.py": CRASH}), "garden")
    node.app("start", "garden")

    failed = node.becomes("garden", "failed")

    assert failed["restarts"] == 4
    assert "5 times within ten minutes: ValueError: no soil" in failed["out"]
    assert node.log("garden").count("ValueError: no soil") == 5
    assert "heartbeat" in node.run("system", "heartbeat")
    assert node.app("start", "garden") == "Started garden"


def test_an_app_that_eats_all_memory_is_given_up_and_the_node_lives(node, write):
    greedy = (
        "def main(app):\n    kept = []\n    while True:\n        kept.append(bytearray(2000))\n"
    )
    node.lay(write("garden", "1.0.0", {"main.py": greedy}), "garden")
    node.app("start", "garden")

    assert "MemoryError" in node.becomes("garden", "failed")["out"]
    assert "heartbeat" in node.run("system", "heartbeat")


def test_an_app_that_returns_is_done(node, write):
    node.lay(write("garden", "1.0.0", {"main.py": "def main(app):\n    return 'wet'\n"}), "garden")
    node.app("start", "garden")

    assert node.becomes("garden", "done")["out"] == "wet"


def test_an_app_that_does_not_want_to_end_is_dropped(node, write):
    node.lay(write("garden", "1.0.0", {"main.py": DEAF}), "garden")
    node.app("start", "garden")
    node.becomes("garden", "running")

    assert node.app("stop", "garden") == "Stopped garden"

    assert node.status("garden")["state"] == "stopped"
    node.printed("garden: did not end in time, and was dropped")
    assert node.app("start", "garden") == "Started garden"


def test_what_hinders_a_start_is_one_sentence(node, write):
    sources = {
        "nomain": {"main.py": "def main(app):\n    pass\n\n\ndel main\n"},
        "raises": {"main.py": MAIN + "1 / 0\n"},
        "nofile": {"main.py": MAIN + "__import__('nothing')\n"},
        "greedy": {"main.py": MAIN + "kept = []\nwhile True:\n    kept.append(bytearray(2000))\n"},
        "broken": {"main.py": WAIT},
    }
    for uid, files in sources.items():
        node.lay(write(uid, "1.0.0", files), uid)
    node.lay(write("needy", "1.0.0", {"main.py": WAIT}, dependencies=["lamp-1.x.x"]), "needy")
    (node.flash / "apps" / "broken" / "pack").write_bytes(b"TPK?" * 20)

    assert refused(node, "nobody") == "app missing: nobody"
    assert refused(node, "nomain") == "app failed: nomain: main has no function main"
    assert refused(node, "raises").startswith("app failed: raises: ZeroDivisionError: ")
    assert refused(node, "nofile").startswith("app failed: nofile: ImportError: ")
    assert refused(node, "greedy") == "app failed: greedy: out of memory"
    told = refused(node, "broken")
    assert told.startswith("app failed: broken: its files are damaged"), node.console.read_text()
    assert refused(node, "needy") == "app needs: needy needs lamp-1.x.x, and that is not here"
    assert "heartbeat" in node.run("system", "heartbeat")
    assert {one["uid"]: one["state"] for one in node.app("list")} == dict.fromkeys(
        (*sources, "needy"), "failed"
    )


def refused(node: Shelf, uid: str) -> str:
    """What the node says instead of starting an app."""
    return node.run("app", "start", uid).strip().removeprefix("error: node01: ")


# --- apps that use each other


def test_two_apps_share_what_both_need_and_the_last_one_takes_it_away(node, write):
    lamp = {"part.py": "count = []\n\ndef add(name):\n    count.append(name)\n    return count\n"}
    program = (
        "import asyncio\nfrom lamp.part import add\n\n"
        "async def main(app):\n    app.info(' '.join(add(app.uid)))\n    await asyncio.Event().wait()\n"
    )
    node.lay(write("lamp", "1.0.0", lamp), "lamp")
    for uid in ("one", "two"):
        node.lay(write(uid, "1.0.0", {"main.py": program}, dependencies=["lamp-1.x.x"]), uid)

    node.app("start", "one")
    node.app("start", "two")
    assert wait_until(lambda: "one two" in node.log("two"))
    node.app("stop", "one")
    node.app("start", "one")
    assert wait_until(lambda: "one two one" in node.log("one"))
    node.app("stop", "one")
    node.app("stop", "two")
    node.app("start", "two")
    assert wait_until(lambda: node.log("two").endswith(" two"))


def test_two_versions_of_one_app_work_side_by_side(node, write):
    for version, folder in (("1.0.0", "versions/1.0.0"), ("2.1.0", "")):
        part = {"part.py": f"VERSION = '{version}'\n"}
        node.lay(write("lamp", version, part), "lamp", folder)
    for uid, wanted in (("old", "lamp-1.x.x"), ("new", "lamp-x.x.x")):
        program = "from lamp.part import VERSION\n\ndef main(app):\n    return VERSION\n"
        node.lay(write(uid, "1.0.0", {"main.py": program}, dependencies=[wanted]), uid)
        node.app("start", uid)

    assert node.becomes("old", "done")["out"] == "1.0.0"
    assert node.becomes("new", "done")["out"] == "2.1.0"


def test_the_apps_of_this_project_run(node):
    for uid in ("sunrise", "thermo", "plants"):
        node.lay(Source.at(APPS / uid), uid)

    for uid in ("sunrise", "thermo", "plants"):
        assert node.app("start", uid) == f"Started {uid}"
    for uid in ("sunrise", "thermo", "plants"):
        assert node.becomes(uid, "running")["restarts"] == 0
    assert node.app("info", "sunrise")["dependents"] == [["thermo", "1.0.0"]]


HOLD = """
from tepal.core import app_running


async def hold(uid):
    stopped = await app_running.pause(node, uid)
    running = [one for one in ("lamp", "one") if app_running.is_running(node, one)]
    await app_running.resume(node, stopped)
    return [stopped, running, app_running.users(node, uid)]
"""


def test_what_uses_an_app_pauses_with_it_and_goes_on_afterwards(node, write):
    node.lay(write("lamp", "1.0.0", {"main.py": WAIT}), "lamp")
    node.lay(write("one", "1.0.0", {"main.py": WAIT}, dependencies=["lamp-1.x.x"]), "one")
    node.write("modules/LM_hold.py", HOLD)
    node.app("start", "lamp")
    node.app("start", "one")

    held = node.request(cmd="hold hold lamp")

    assert held == [["lamp", "one"], [], ["lamp", "one"]]
    assert node.becomes("one", "running")["restarts"] == 0
    node.restart()
    node.becomes("one", "running")


# --- ways to launch


def test_an_app_may_be_a_file_or_a_command(node, write):
    file = {"blink.py": "print('blinked', __name__)\n"}
    node.lay(write("afile", "1.0.0", file, execute="blink.py"), "afile")
    node.lay(write("acmd", "1.0.0", {}, execute="@system heartbeat"), "acmd")
    for uid in ("afile", "acmd"):
        node.app("start", uid)

    node.becomes("afile", "done")
    assert "blinked" in node.log("afile")
    assert node.becomes("acmd", "done")["out"] == "<3 heartbeat"


# --- an app that blocks everything


def test_after_boots_that_an_app_has_broken_the_node_comes_up_without_apps(node, write):
    hang = "def main(app):\n    while True:\n        pass\n"
    node.lay(write("garden", "1.0.0", {"main.py": hang}), "garden")
    node.write("apps/.state", json.dumps({"garden": {"on": True}}))
    node.off()
    node.on()

    node.printed("safe mode, as 5 boots in a row were not good", 1)
    node.wait_until_up()

    assert node.about()["safe_mode"] is True
    assert node.status("garden")["state"] == "stopped"
    assert "app garden" in node.console.read_text()


# --- what an app does by itself


def test_a_schedule_works_beside_a_program_that_is_done_until_the_app_is_stopped(node, write):
    files = {
        "main.py": "def main(app):\n    pass\n",
        "work.py": "from .main import main\n\n\nasync def often(app):\n    app.info('often')\n\n\n"
        "def odd(app):\n    app.info('odd')\n    raise ValueError('rain')\n",
    }
    schedule = [{"every": 1, "do": "work:often"}, {"when": "*:*:*:*/2", "do": "work:odd"}]
    node.lay(write("garden", "1.0.0", files, schedule=schedule), "garden")
    node.app("start", "garden")

    node.printed("garden: often", 3)
    node.printed("garden: odd", 2)
    assert "ValueError: rain" in node.log("garden")
    assert node.status("garden")["state"] == "running"
    node.app("stop", "garden")
    before = node.console.read_text().count("often")
    node.run("system", "heartbeat")
    assert not wait_until(lambda: node.console.read_text().count("often") > before, 2.5)


def test_an_app_may_be_a_script_that_runs_now_and_then(node, write):
    files = {"main.py": MAIN, "setup/schedule.sh": "# look\nsystem notify looked\n"}
    node.lay(write("garden", "1.0.0", files, schedule=[{"every": 1}]), "garden")
    node.app("start", "garden")

    node.printed("notify: looked", 2)


def test_a_clock_that_is_set_is_followed(node, write):
    files = {"main.py": "def main(app):\n    pass\n\n\ndef wake(app):\n    app.info('morning')\n"}
    schedule = [{"when": "*:6:30:0", "do": "main:wake"}]
    node.lay(write("garden", "1.0.0", files, schedule=schedule), "garden")
    node.app("start", "garden")

    node.run("system", "setclock", "2026", "12", "24", "6", "29", "58")
    node.printed("garden: morning")


# --- what somebody changes


def test_settings_are_changed_by_people_and_stay_over_an_upgrade(node, write):
    main = "def main(app):\n    return '%(seconds)s %(days)s' % app.settings\n"
    said = {"seconds": 60, "days": "0-4", "loud": False}
    node.lay(write("garden", "1.0.0", {"main.py": main}, settings=said), "garden")

    assert node.app("set", "garden", "seconds", "2.5") == "garden: seconds is 2.5"
    assert node.app("set", "garden", "days", "5") == "garden: days is 5"
    assert node.app("set", "garden", "loud", "True") == "garden: loud is True"
    assert node.app("info", "garden")["settings"] == {"seconds": 2.5, "days": "5", "loud": True}
    node.lay(write("garden", "2.0.0", {"main.py": main}, settings={**said, "new": 1}), "garden")
    node.app("start", "garden")

    assert node.becomes("garden", "done")["out"] == "2.5 5"
    assert node.app("set", "garden", "days") == "garden: days is 0-4"
    assert node.app("info", "garden")["settings"]["days"] == "0-4"


def test_a_program_that_runs_finds_what_was_set(node, write):
    main = (
        "import asyncio\n\n\nasync def main(app):\n    while app.settings['seconds'] != 2:\n"
        "        await asyncio.sleep(0.1)\n    return 'two'\n"
    )
    node.lay(write("garden", "1.0.0", {"main.py": main}), "garden")
    node.app("start", "garden")
    node.becomes("garden", "running")

    node.app("set", "garden", "seconds", "2")

    assert node.becomes("garden", "done")["out"] == "two"


def test_what_cannot_be_set_is_one_sentence(node, write):
    said = {"seconds": 60, "days": "0-4", "loud": False}
    node.lay(write("garden", "1.0.0", {"main.py": WAIT}, settings=said), "garden")

    for words, expected in (
        (("garden",), "arguments: the name of an app and that of a setting expected"),
        (("nobody", "seconds", "1"), "app missing: nobody"),
        (("garden", "hours", "1"), "app: garden has no setting hours; it has days, loud, seconds"),
        (("garden", "seconds", "soon"), "app: seconds: a number expected"),
        (("garden", "seconds", "True"), "app: seconds: a number expected"),
        (("garden", "loud", "1"), "app: loud: True or False expected"),
        (("garden", "days", "x" * 201), "app: days: a text of up to 200 characters expected"),
        (("garden", "days", "[1]"), "app: days: a text of up to 200 characters expected"),
    ):
        with pytest.raises(NodeError) as caught:
            node.app("set", *words)
        assert str(caught.value).removeprefix("node01: ") == expected
    assert node.app("info", "garden")["settings"] == said


# --- what an app leaves behind


PAGE = """
import asyncio


async def main(app):
    app.node.pages.add("garden", lambda headers, body: ("text/plain", app.text("wet")))
    app.node.pages.add("garden/more", lambda headers, body: ("text/plain", app.text("wet")))
    app.node.pages.add("gardens", lambda headers, body: ("text/plain", "of somebody else"))
    app.info("here")
    await asyncio.Event().wait()
"""


def test_the_pages_of_an_app_go_with_it(simulate, write, tmp_path: Path):
    node = Shelf(simulate, tmp_path / "open", "--open")
    node.lay(write("garden", "1.0.0", {"main.py": PAGE}), "garden")
    node.app("start", "garden")
    node.printed("garden: here")
    assert {"garden", "garden/more", "gardens"} <= endpoints(node)

    node.app("stop", "garden")

    assert endpoints(node) & {"garden", "garden/more", "gardens"} == {"gardens"}
    node.app("start", "garden")
    node.printed("garden: here", 2)
    assert "garden" in endpoints(node)


def endpoints(node: Shelf) -> set[str]:
    """The pages that a node says it has."""
    where = node.simulation.node("node01")
    answer = httpx.get(f"http://{where.address.host}:{where.web_port}/rest")
    return set(answer.json()["result"]["usr_endpoints"])


def test_a_program_that_exits_ends_itself_and_not_the_node(node, write):
    sources = {
        "leaves": "import sys\n\n\ndef main(app):\n    sys.exit(3)\n",
        "never": "import sys\n\nsys.exit(1)\n\n\ndef main(app):\n    pass\n",
        "throws": "class Stop(BaseException):\n    pass\n\n\ndef main(app):\n    raise Stop()\n",
    }
    for uid, program in sources.items():
        node.lay(write(uid, "1.0.0", {"main.py": program}), uid)

    before = node.pid

    node.app("start", "leaves")
    node.becomes("leaves", "done")
    assert refused(node, "never").startswith("app failed: never: SystemExit")
    node.app("start", "throws")
    assert wait_until(lambda: "Stop()" in node.status("throws")["out"])

    assert "heartbeat" in node.run("system", "heartbeat")
    assert node.pid == before


def test_why_a_program_failed_is_a_sentence_of_a_bounded_length(node, write):
    sources = {
        "verbose": "def main(app):\n    raise ValueError('z' * 20000)\n",
        "chatty": "def main(app):\n    return 'y' * 20000\n",
        "pinless": "def main(app):\n    app.node.pins.take('soil', 'pinless', 5)\n"
        "    app.node.pins.take('pump', 'pinless', 5)\n",
        "sleepy": "import asyncio\n\n\ndef main(app):\n    app.start(asyncio.sleep(1))\n",
    }
    for uid, program in sources.items():
        node.lay(write(uid, "1.0.0", {"main.py": program}), uid)
        node.app("start", uid)
        assert wait_until(lambda uid=uid: node.status(uid)["out"])

    assert len(node.status("verbose")["out"]) == 200
    assert len(node.status("chatty")["out"]) == 200
    assert node.status("pinless")["out"].startswith("pin busy: pump is GPIO 5, held by pinless")
    assert "app.start wants what an async function returns" in node.status("sleepy")["out"]


SLOW = "import asyncio\n\n\nasync def run(app):\n    await asyncio.sleep(2)\n"


def test_nobody_starts_what_is_being_upgraded(node, write, tmp_path: Path):
    node.lay(write("garden", "1.0.0", {"main.py": WAIT}), "garden")
    node.app("start", "garden")
    node.printed("garden: here")
    said = {"main.py": WAIT.replace("here", "two"), "setup/upgrade.py": SLOW}
    pack(write("garden", "2.0.0", said)).save(tmp_path / "garden.zip")
    installing = node.simulation.command("app", "install", str(tmp_path / "garden.zip"))

    with subprocess.Popen([*installing, "--node", "node01"], env=node.simulation.env) as process:
        node.printed("app garden is stopped")
        told = refused(node, "garden")
        with pytest.raises(NodeError, match="apps are being changed"):
            node.app("set", "garden", "seconds", "5")
        assert process.wait(PATIENCE) == 0

    assert told == "update busy: apps are being changed; try again in a moment"
    node.printed("garden: two")
    assert "already running" not in node.console.read_text()


def test_a_boot_puts_apps_in_order_before_somebody_installs(node, write, tmp_path: Path):
    """What a cut of the power has left must not meet an installation that is quicker."""
    node.lay(write("garden", "1.0.0", {"main.py": WAIT}), "garden")
    node.app("start", "garden")
    pack(write("garden", "2.0.0", {"main.py": WAIT, "setup/upgrade.py": SLOW})).save(
        tmp_path / "garden.zip"
    )
    node.off()
    node.on()
    node.wait_until_up()

    done = node.simulation.umbel(
        "app", "install", str(tmp_path / "garden.zip"), "--node", "node01"
    )

    assert done.returncode == 0, done.stdout
    assert node.app("list")[0]["version"] == "2.0.0"
    node.becomes("garden", "running")
