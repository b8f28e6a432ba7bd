"""``umbel app install`` and what follows, against nodes that are played."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest

from tepal.formats.command import parse
from umbel.apps import Source, indexing, installing, pack, template
from umbel.apps.installing import Patience
from umbel.link import api as link_api
from umbel.model import Access, Address, Node
from umbel.registry import saved
from umbel.release import manifest

Umbel = Callable[..., tuple[int, str]]
KEY = bytes(range(32))


class Kitchen:
    """A node as its web door shows it. ``refusals`` are codes that it answers to archives."""

    def __init__(self, name: str, host: str) -> None:
        self.node = Node(
            name=name,
            id=f"micr{name}OS",
            address=Address(host, 9008),
            web_port=8080,
            access=Access(key=KEY),
        )
        self.apps: dict[str, dict[str, Any]] = {}
        self.asked: list[str] = []
        self.manifests: list[manifest.Described] = []
        self.refusals: list[str] = []
        self.breaks_at = 0  # which archive is the last
        self.has_apps = True
        self.is_there = True
        self.answers: dict[str, tuple[object, str]] = {}

    def answer(self, request: httpx.Request) -> httpx.Response:
        if not self.is_there:
            raise httpx.ConnectError("nobody there", request=request)
        path = request.url.path.removeprefix("/api/v1/")
        if path == "nonce":
            return httpx.Response(200, json={"nonce": "00" * 16})
        if path == "node":
            return httpx.Response(200, json={"platform": "esp32"})
        if path == "commands":
            return self.command(json.loads(request.content)["cmd"])
        return self.take(request)

    def command(self, line: str) -> httpx.Response:
        self.asked.append(line)
        _, what, *words = line.split()
        if not self.has_apps:
            return problem("unknown_module", "unknown module: app")
        if line in self.answers:
            value, text = self.answers[line]
        elif what == "list":
            value = [{"uid": uid, **app} for uid, app in sorted(self.apps.items())]
            text = ""
        elif words[0] not in self.apps:
            return problem("app_missing", f"no app of this name is installed: {words[0]}")
        else:
            value = self.apps[words[0]]
            text = f"{what} {words[0]}"
        return httpx.Response(200, json={"result": value, "text": text})

    def take(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(f"{request.method} {request.url.raw_path.decode().rpartition('/')[2]}")
        if self.refusals:
            code = self.refusals.pop(0)
            return problem(code, f"{code}: no")
        if self.breaks_at and len(self.manifests) + 1 >= self.breaks_at:
            self.is_there = False
            raise httpx.ReadError("gone", request=request)
        with zipfile.ZipFile(BytesIO(request.content)) as archive:
            said = manifest.read(archive.read("manifest"), kind="app")
        self.manifests.append(said)
        self.apps[said.name] = {"version": said.version, "title": said.name, "state": "stopped"}
        return httpx.Response(200, json={"uid": said.name, "version": said.version})


def problem(code: str, detail: str) -> httpx.Response:
    return httpx.Response(409, json={"code": code, "detail": detail})


House = dict[str, Kitchen]


@pytest.fixture
def house(umbel: Umbel, monkeypatch: pytest.MonkeyPatch) -> House:
    """Two nodes that this user knows, and no other."""
    nodes = {name: Kitchen(name, f"10.0.0.{n}") for n, name in enumerate(("attic", "cellar"), 1)}
    by_host = {one.node.address.host: one for one in nodes.values()}

    class Client(httpx.AsyncClient):
        def __init__(self, *, transport: object, **more: Any) -> None:
            del transport
            played = httpx.MockTransport(lambda asked: by_host[asked.url.host].answer(asked))
            super().__init__(transport=played, **more)

    monkeypatch.setattr(link_api.httpx, "AsyncClient", Client)
    quick = Patience(busy=0.3, reaching=0.1, thinking=2.0, pause=0.01)
    monkeypatch.setattr(installing, "PATIENT", quick)
    saved.remember(one.node for one in nodes.values())
    return nodes


@pytest.fixture(scope="session")
def stocked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two apps, and an index of lamp 1.0.0 and 1.1.0 and of garden, which needs one."""
    place = tmp_path_factory.mktemp("stocked")
    for uid, version, needs in (
        ("lamp", "1.0.0", []),
        ("lamp", "1.1.0", []),
        ("garden", "1.0.0", ["lamp-1.x.x"]),
    ):
        make(place, uid, version, *needs)
    indexing.make(place / "shelf")
    return place


@pytest.fixture
def shelf(umbel: Umbel, stocked: Path, tmp_path: Path) -> Path:
    """The folder of that index; the folders of the apps are beside it."""
    shutil.copytree(stocked, tmp_path, dirs_exist_ok=True)
    return tmp_path / "shelf"


def make(place: Path, uid: str, version: str, *needs: str) -> None:
    if not (place / uid).exists():
        template.write(place / uid, uid.capitalize(), "MIT")
    path = place / uid / "config.json"
    config = json.loads(path.read_text())
    path.write_text(json.dumps({**config, "version": version, "dependencies": list(needs)}))
    pack(Source.at(place / uid)).save(place / "shelf" / f"{uid}-{version}.zip")


def test_an_app_comes_with_what_it_needs_and_with_proof(umbel: Umbel, house: House, shelf: Path):
    code, printed = umbel("app", "install", "garden", "--index", str(shelf), "--node", "attic")

    assert (code, printed.splitlines()) == (
        0,
        [
            "attic: lamp 1.1.0 is new, garden 1.0.0 is new",
            "attic: installed: lamp 1.1.0, garden 1.0.0",
        ],
    )
    attic = house["attic"]
    assert [one.name for one in attic.manifests] == ["lamp", "garden"]
    assert {one.id for said in attic.manifests for one in said.signatures} == {"micratticOS"}
    assert house["cellar"].asked == []


def test_several_nodes_are_served_and_each_tells_how_it_ended(
    umbel: Umbel, house: House, shelf: Path
):
    house["cellar"].is_there = False

    code, printed = umbel("app", "install", "garden", "--index", str(shelf), "--all")

    assert code == 1
    assert "attic: installed: lamp 1.1.0, garden 1.0.0" in printed
    assert "cellar: offline: cannot be reached" in printed
    assert len(printed.splitlines()) == 3


def test_a_dry_run_sends_nothing(umbel: Umbel, house: House, shelf: Path):
    code, printed = umbel(
        *("app", "install", "lamp", "--index", str(shelf), "--all", "--dry-run"),
    )

    assert (code, sorted(printed.splitlines())) == (
        0,
        ["attic: lamp 1.1.0 is new", "cellar: lamp 1.1.0 is new"],
    )
    assert not house["attic"].manifests


def test_programs_get_json(umbel: Umbel, house: House, shelf: Path):
    code, printed = umbel(
        *("app", "install", "lamp", "--index", str(shelf), "--node", "attic", "--json"),
    )

    assert code == 0
    step = {"app": "lamp", "version": "1.1.0", "was": "", "beside": ""}
    assert json.loads(printed) == [
        {"node": "attic", "result": "installed", "reason": "lamp 1.1.0", "steps": [step]}
    ]


def test_a_folder_and_an_archive_need_no_index(umbel: Umbel, house: House, shelf: Path):
    for what in ("lamp", "./lamp", "shelf/lamp-1.0.0.zip"):
        code, printed = umbel("app", "install", what, "--node", "attic", "--downgrade")
        assert code == 0, printed

    versions = [one.version for one in house["attic"].manifests]
    assert versions == ["1.1.0", "1.1.0", "1.0.0"]
    assert house["attic"].asked[-1] == "PUT lamp-1.0.0.zip?downgrade=1"


def test_an_older_version_that_another_app_needs_lies_beside(
    umbel: Umbel, house: House, shelf: Path, tmp_path: Path
):
    make(tmp_path, "panel", "1.0.0", "lamp-1.0.0")
    umbel("app", "index", str(shelf))
    house["attic"].apps["lamp"] = {"version": "1.1.0"}

    code, printed = umbel("app", "install", "panel", "--index", str(shelf), "--node", "attic")

    assert code == 0
    assert "attic: lamp 1.0.0 beside 1.1.0, panel 1.0.0 is new" in printed
    assert "PUT lamp-1.0.0.zip?pinned=1" in house["attic"].asked


def test_what_is_there_already_is_not_sent(umbel: Umbel, house: House, shelf: Path):
    house["attic"].apps["lamp"] = {"version": "1.0.0"}

    code, printed = umbel("app", "install", "lamp", "--index", str(shelf), "--node", "attic")

    assert (code, printed) == (0, "attic: up to date\n")


def test_an_upgrade_moves_what_is_there(umbel: Umbel, house: House, shelf: Path):
    house["attic"].apps["lamp"] = {"version": "1.0.0"}

    code, printed = umbel("app", "upgrade", "--index", str(shelf), "--all")

    assert code == 0
    assert "attic: lamp 1.0.0 → 1.1.0" in printed
    assert "cellar: up to date" in printed


def test_what_was_taken_back_is_said(umbel: Umbel, house: House, shelf: Path):
    house["attic"].apps["lamp"] = {"version": "1.1.0"}
    umbel("app", "index", str(shelf), "--yank", "lamp-1.1.0", "--reason", "burns")

    code, printed = umbel("app", "upgrade", "--index", str(shelf), "--node", "attic")

    assert (code, printed.splitlines()) == (
        0,
        ["note: lamp 1.1.0 was taken back: burns", "attic: up to date"],
    )


def test_a_node_that_is_busy_is_waited_for_but_not_for_ever(
    umbel: Umbel, house: House, shelf: Path
):
    command = ("app", "install", "lamp", "--index", str(shelf), "--node", "attic")
    house["attic"].refusals = ["update_busy"] * 3
    assert umbel(*command)[0] == 0

    house["cellar"].refusals = ["update_busy"] * 500
    code, printed = umbel(*command[:-1], "cellar")
    assert (code, "cellar: refused: update_busy: no" in printed) == (1, True)


def test_a_node_that_goes_away_in_the_middle_is_told_with_what_it_has(
    umbel: Umbel, house: House, shelf: Path
):
    house["attic"].breaks_at = 2

    code, printed = umbel("app", "install", "garden", "--index", str(shelf), "--all")

    assert code == 1
    assert "attic: offline: cannot be reached" in printed
    assert printed.count("lamp 1.1.0 is installed") == 1
    assert "cellar: installed: lamp 1.1.0, garden 1.0.0" in printed


def test_a_refusal_is_told_in_the_words_of_the_node(umbel: Umbel, house: House, shelf: Path):
    house["attic"].refusals = ["release_unsigned"]

    code, printed = umbel("app", "install", "lamp", "--index", str(shelf), "--node", "attic")

    assert code == 1
    assert printed.splitlines()[1:] == ["attic: refused: release_unsigned: no"]


@pytest.mark.parametrize(
    "command, expected",
    [
        ("install garden", "error: name nodes, or say --all"),
        ("install garden --node attic --all", "error: name nodes, or say --all"),
        ("install garden --node nobody", "error: no node is called 'nobody'"),
        ("install nothing --node attic", "error: there is no nothing"),
        ("install nothing.zip --node attic", "error: there is no nothing.zip"),
        ("install shelf/index.json --node attic", "error: shelf/index.json is no archive"),
        ("install broken --node attic", "error: broken: G1:"),
        (
            "install garden-1.0 --index shelf --node attic",
            "error: garden-1.0: three parts expected",
        ),
        ("install ghost --index shelf --all", "error: you want ghost-x.x.x, and this index has"),
        ("install lamp-2.x.x --index shelf --node attic", "error: you want lamp-2.x.x, and of"),
        (
            "install ./garden --node attic",
            "error: garden 1.0.0 wants lamp-1.x.x, and the node has",
        ),
        ("install lamp --index . --node attic", "error: . has no index.manifest"),
        (
            "install lamp --index http://127.0.0.1:9 --node attic",
            "error: http://127.0.0.1:9/index",
        ),
        ("install lamp --index wrong --node attic", "error: lamp-1.1.0.zip is not what the index"),
        ("install lamp --index lost --node attic", "error: lost has no lamp-1.1.0.zip"),
        ("install lamp-1.1.x --index gone --node attic", "error: you want lamp-1.1.x, and all of"),
        (
            "install lamp --index shelf --node attic --key none",
            "error: no release key is called 'none'",
        ),
        ("install lamp --port COM9 --node attic", "error: --port is a board of its own"),
        ("upgrade ghost --index shelf --node attic", "error: there is no app ghost to upgrade"),
        ("upgrade --index shelf", "error: name nodes"),
        ("remove garden-1.0.0 --node attic", "error: garden-1.0.0: a name alone expected"),
        ("remove Garden --node attic", "error: Garden: "),
        ("remove garden --node attic", "error: attic: no app of this name is installed: garden"),
        ("set garden so=so 5 --node attic", "error: so=so: the name of a setting expected"),
        ("start garden --all", "attic: no app of this name is installed: garden"),
        ("run nowhere", "error: there is no folder nowhere"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    command: str, expected: str, umbel: Umbel, house: House, shelf: Path, tmp_path: Path
):
    (tmp_path / "broken").mkdir()
    for name in ("wrong", "lost", "gone"):
        shutil.copytree(shelf, tmp_path / name)
    (tmp_path / "wrong" / "lamp-1.1.0.zip").write_bytes(b"another")
    (tmp_path / "lost" / "lamp-1.1.0.zip").unlink()
    indexing.yank(tmp_path / "gone", "lamp-1.1.0", "burns")
    indexing.make(tmp_path / "gone")

    code, printed = umbel("app", *command.split())

    assert code == 1
    assert expected in printed
    assert len(printed.splitlines()) <= 2
    assert not house["attic"].manifests


def test_a_node_that_can_have_no_apps_says_so(umbel: Umbel, house: House, shelf: Path):
    house["attic"].has_apps = False

    code, printed = umbel("app", "install", "lamp", "--index", str(shelf), "--node", "attic")

    assert code == 1
    assert (
        printed == "attic: refused: can have no apps: its release is older, or made without them\n"
    )


@pytest.mark.parametrize(
    "told", ["text", [{"uid": "lamp"}], [{"uid": "lamp", "version": "new"}], ["lamp"]]
)
def test_a_node_that_answers_nonsense_is_left_alone(
    told: object, umbel: Umbel, house: House, shelf: Path
):
    house["attic"].answers["app list"] = (told, "")

    code, printed = umbel("app", "install", "lamp", "--index", str(shelf), "--node", "attic")

    assert (code, "answered nonsense" in printed) == (1, True)
    assert not house["attic"].manifests


def test_apps_of_all_nodes_are_listed(umbel: Umbel, house: House):
    house["attic"].apps["lamp"] = {"version": "1.0.0", "title": "Lamp", "state": "running"}
    house["cellar"].apps["clock"] = {"version": "2.0.0", "title": "Clock", "state": "failed"}

    _, printed = umbel("app", "list")
    _, as_json = umbel("app", "list", "--node", "attic", "--json")

    assert [line.split() for line in printed.splitlines()] == [
        ["node", "app", "version", "state", "title"],
        ["attic", "lamp", "1.0.0", "running", "Lamp"],
        ["cellar", "clock", "2.0.0", "failed", "Clock"],
    ]
    assert json.loads(as_json) == [
        {"node": "attic", "app": "lamp", "version": "1.0.0", "state": "running", "title": "Lamp"}
    ]


def test_commands_reach_the_nodes(umbel: Umbel, house: House):
    attic = house["attic"]
    attic.apps["lamp"] = {"version": "1.0.0"}
    attic.answers["app log lamp"] = (["one", "two"], "one\ntwo")

    assert umbel("app", "start", "lamp", "--node", "attic") == (0, "attic: start lamp\n")
    assert umbel("app", "log", "lamp", "--node", "attic") == (0, "one\ntwo\n")
    assert umbel("app", "stop", "lamp", "--all")[0] == 1
    assert umbel("app", "remove", "lamp", "--node", "attic", "--purge", "--force")[0] == 0
    assert attic.asked == [
        "app start lamp",
        "app log lamp",
        "app stop lamp",
        "app remove lamp purge=True force=True",
    ]


def test_what_is_set_reaches_the_nodes_as_one_value(umbel: Umbel, house: House):
    house["attic"].apps["lamp"] = {"version": "1.0.0"}
    for value in ("5", "-1.5", "0-4", "dht22 measure", 'it"s', "a=b", ""):
        assert umbel("app", "set", "lamp", "level", value, "--node", "attic")[0] == 0
    assert umbel("app", "set", "lamp", "level", "--node", "attic")[0] == 0

    asked: list[Any] = [parse(line) for line in house["attic"].asked]
    assert [one.args for one in asked] == [
        ("lamp", "level", 5),
        ("lamp", "level", -1.5),
        ("lamp", "level", "0-4"),
        ("lamp", "level", "dht22 measure"),
        ("lamp", "level", 'it"s'),
        ("lamp", "level", "a=b"),
        ("lamp", "level", ""),
        ("lamp", "level"),
    ]
