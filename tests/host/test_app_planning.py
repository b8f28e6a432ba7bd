"""What has to be done so that a node has what somebody wants: every case, without a node."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from app_indexes import Apps, index_of

from umbel.apps import planning
from umbel.apps.archive import Archive
from umbel.apps.formats import appconfig, semver
from umbel.apps.held import App, Held
from umbel.apps.index import LIST, MANIFEST, Index, app_path
from umbel.apps.supply import Supply, wanted
from umbel.apps.wanted import Wanted
from umbel.errors import UmbelError
from umbel.release import Release, Wishes, build


def held(**apps: list[str]) -> Held:
    """``held(garden=["1.0.0", "lamp-1.x.x"])``: versions, the newest first, and what it needs."""
    found: dict[str, App] = {}
    for uid, words in apps.items():
        versions = [word for word in words if "-" not in word]
        needs = tuple(appconfig.dependency(word) for word in words if "-" in word)
        found[uid] = App(uid=uid, version=versions[0], others=tuple(versions[1:]), needs=needs)
    return Held(platform="esp32", apps=found)


def named(uid: str, version: str, *needs: str) -> Archive:
    release: Release = build({f"{uid}/a": b"a"}, Wishes(name=uid, version=version, kind="app"))
    config = {"version": version, "dependencies": list(needs)}
    return Archive(uid=uid, version=version, config=config, release=release, size=1, sha256="0")


def installed(here: Held, supply: Supply, *texts: str, downgrade: bool = False) -> list[str]:
    asked = [Wanted.parse(text) for text in texts] or [wanted(one) for one in supply.named]
    return [str(one) for one in planning.install(here, supply, asked, downgrade=downgrade)]


def upgraded(
    here: Held, apps: Apps, *uids: str, yanked: dict[str, str] | None = None
) -> list[str]:
    supply = Supply((), index_of(apps, yanked))
    return [str(one) for one in planning.upgrade(here, supply, uids)]


SHELF: Apps = {
    "lamp": {"1.0.0": [], "1.1.0": [], "2.0.0": []},
    "garden": {"1.0.0": ["lamp-1.x.x"], "1.1.0": ["lamp-1.x.x"]},
    "panel": {"1.0.0": ["lamp-1.0.0"]},
    "wall": {"1.0.0": ["garden-1.x.x", "lamp-1.x.x"]},
}


@pytest.mark.parametrize(
    "here, asked, expected",
    [
        (held(), ["lamp"], ["lamp 2.0.0 is new"]),
        (held(), ["garden"], ["lamp 1.1.0 is new", "garden 1.1.0 is new"]),
        (held(), ["wall"], ["lamp 1.1.0 is new", "garden 1.1.0 is new", "wall 1.0.0 is new"]),
        (held(lamp=["1.0.0"]), ["garden"], ["garden 1.1.0 is new"]),
        (held(lamp=["1.0.0"]), ["lamp"], []),
        (held(lamp=["1.0.0"]), ["lamp-2.x.x"], ["lamp 1.0.0 → 2.0.0"]),
        (held(lamp=["2.0.0"]), ["panel"], ["lamp 1.0.0 beside 2.0.0", "panel 1.0.0 is new"]),
        (held(lamp=["2.0.0", "1.0.0"]), ["panel"], ["panel 1.0.0 is new"]),
        (
            held(),
            ["lamp", "panel"],
            ["lamp 2.0.0 is new", "lamp 1.0.0 beside 2.0.0", "panel 1.0.0 is new"],
        ),
        (
            held(),
            ["panel", "lamp"],
            ["lamp 1.0.0 is new", "panel 1.0.0 is new"],  # what was chosen before will do
        ),
        (
            held(),
            ["panel", "lamp-2.x.x"],
            ["lamp 2.0.0 is new", "lamp 1.0.0 beside 2.0.0", "panel 1.0.0 is new"],
        ),
    ],
)
def test_what_is_needed_comes_first_and_what_is_there_stays(
    here: Held, asked: list[str], expected: list[str]
):
    assert installed(here, Supply((), index_of(SHELF)), *asked) == expected


def test_an_older_version_than_is_there_must_be_asked_for_twice():
    here, supply = held(lamp=["2.0.0"]), Supply((), index_of(SHELF))

    with pytest.raises(UmbelError, match=r"lamp 2\.0\.0 is there, which is newer than 1\.1\.0"):
        installed(here, supply, "lamp-1.x.x")
    assert installed(here, supply, "lamp-1.x.x", downgrade=True) == ["lamp 2.0.0 → 1.1.0"]


def test_an_archive_that_is_named_goes_even_if_its_version_is_there():
    supply = Supply([named("lamp", "1.0.0")])

    assert installed(held(lamp=["1.0.0"]), supply) == ["lamp 1.0.0 once more"]


def test_archives_are_sorted_so_that_each_finds_what_it_needs():
    supply = Supply([named("garden", "1.0.0", "lamp-1.x.x"), named("lamp", "1.0.0")])

    assert installed(held(), supply) == ["lamp 1.0.0 is new", "garden 1.0.0 is new"]


def test_what_an_archive_needs_may_be_on_the_node_or_in_the_index():
    garden = named("garden", "3.0.0", "lamp-1.x.x")

    assert installed(held(lamp=["1.0.0"]), Supply([garden])) == ["garden 3.0.0 is new"]
    assert installed(held(), Supply([garden], index_of(SHELF))) == [
        "lamp 1.1.0 is new",
        "garden 3.0.0 is new",
    ]
    with pytest.raises(
        UmbelError, match=r"garden 3\.0\.0 wants lamp-1\.x\.x, and the node has no lamp"
    ):
        installed(held(), Supply([garden]))


def test_who_names_a_pre_release_gets_it():
    supply = Supply([named("lamp", "2.0.0-beta.1")], index_of(SHELF))

    assert installed(held(), supply) == ["lamp 2.0.0-beta.1 is new"]
    with pytest.raises(UmbelError, match="which is newer"):
        installed(held(lamp=["2.0.0"]), supply)


def test_a_version_that_was_taken_back_is_had_by_its_number_alone():
    supply = Supply((), index_of(SHELF, {"lamp-2.0.0": "burns"}))

    assert installed(held(), supply, "lamp") == ["lamp 1.1.0 is new"]
    assert installed(held(), supply, "lamp-2.0.0") == ["lamp 2.0.0 is new"]
    assert planning.taken_back(held(lamp=["2.0.0"]), supply) == [
        "lamp 2.0.0 was taken back: burns"
    ]


@pytest.mark.parametrize(
    "here, uids, expected",
    [
        (held(), [], []),
        (held(lamp=["1.0.0"]), [], ["lamp 1.0.0 → 2.0.0"]),
        (held(lamp=["3.0.0"]), [], []),
        (held(other=["1.0.0"]), [], []),
        (
            held(lamp=["1.0.0"], garden=["1.0.0", "lamp-1.x.x"]),
            [],
            ["lamp 1.0.0 → 1.1.0", "garden 1.0.0 → 1.1.0"],
        ),
        (held(lamp=["1.0.0"], panel=["1.0.0", "lamp-1.0.0"]), [], []),
        (
            held(lamp=["1.0.0"], panel=["1.0.0", "lamp-1.0.0"], garden=["1.1.0", "lamp-1.x.x"]),
            [],
            ["lamp 1.0.0 → 1.1.0"],
        ),
        (
            held(lamp=["1.0.0"], garden=["1.0.0", "lamp-1.x.x"]),
            ["lamp"],
            ["lamp 1.0.0 → 1.1.0"],
        ),
        # An app that the index does not know: what it needs follows all the same.
        (held(lamp=["1.0.0"], own=["1.0.0", "lamp-1.x.x"]), [], ["lamp 1.0.0 → 1.1.0"]),
        (held(lamp=["1.0.0"], own=["1.0.0", "lamp-1.0.0"]), ["lamp"], []),
        (
            held(
                lamp=["1.0.0"],
                garden=["1.0.0", "lamp-1.x.x"],
                wall=["1.0.0", "garden-1.x.x", "lamp-1.x.x"],
            ),
            ["wall"],
            ["lamp 1.0.0 → 1.1.0", "garden 1.0.0 → 1.1.0"],
        ),
    ],
)
def test_ranges_follow_the_newest_and_exact_ones_stay(
    here: Held, uids: list[str], expected: list[str]
):
    assert upgraded(here, SHELF, *uids) == expected


def test_an_upgrade_never_goes_back():
    assert upgraded(held(lamp=["2.0.0"]), SHELF, yanked={"lamp-2.0.0": "burns"}) == []
    # 2.0.0 cannot be, as nobody has what it needs; 1.0.0 is older than what is there.
    apps: Apps = {"lamp": {"2.0.0": ["ghost-1.x.x"], "1.0.0": []}}
    assert upgraded(held(lamp=["1.5.0"]), apps) == []


def test_what_is_not_there_cannot_be_upgraded():
    with pytest.raises(UmbelError, match="lamp is not there"):
        upgraded(held(), SHELF, "lamp")


def test_an_archive_is_taken_for_the_platform_of_the_node(tmp_path: Path):
    said = {"path": "a.zip", "size": 1, "sha256": "00" * 32}
    files = [
        {**said, "platform": "rp2"},
        {**said, "sha256": "11" * 32, "platform": "esp32 esp8266"},
    ]
    content = {"uid": "lamp", "versions": {"1.0.0": {"dependencies": [], "files": files}}}
    file = json.dumps(content).encode()
    served = {app_path("lamp"): file}
    hashes = {"lamp": hashlib.sha256(file).hexdigest()}
    served[LIST] = json.dumps({"format": 1, "apps": hashes}).encode()
    wishes = Wishes(name="index", version="1", sequence=1, kind="index")
    served[MANIFEST] = build({LIST: served[LIST]}, wishes).manifest.content
    asked: list[str] = []

    def fetch(path: str, _: int) -> bytes:
        asked.append(path)
        return served.get(path, b"x")

    supply = Supply((), Index(fetch))
    (offer,) = supply.offers("lamp")

    assert offer.order == semver.parse("1.0.0")
    with pytest.raises(UmbelError, match=r"lamp 1\.0\.0 is not for linux"):
        supply.archive(offer, "linux")
    with pytest.raises(UmbelError, match=r"a\.zip is not what the index says"):
        supply.archive(offer, "esp32s3")
    assert asked[-1] == "a.zip"
