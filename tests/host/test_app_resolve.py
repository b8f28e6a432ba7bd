"""Indexes of apps, and what is chosen from them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from app_indexes import Apps, index_of
from hypothesis import given
from hypothesis import strategies as st

from tepal.formats import semver
from umbel.apps import choosing, indexing
from umbel.apps.fetching import of as fetch_of
from umbel.apps.index import LIST, MANIFEST, Index, Offer
from umbel.apps.resolve import resolve
from umbel.apps.wanted import Wanted
from umbel.errors import UmbelError
from umbel.release import Wishes, build


def versions(*numbers: str, needs: list[str] | None = None) -> dict[str, list[str]]:
    return {number: needs or [] for number in numbers}


def chosen(apps: Apps, *wanted: str, kept: dict[str, list[str]] | None = None) -> dict[str, str]:
    """The versions that the last one of ``wanted`` gets."""
    found = resolve(index_of(apps), [Wanted.parse(text) for text in wanted], kept)
    return shown(list(found.values())[-1].values())


def shown(offers: Iterable[Offer]) -> dict[str, str]:
    return {one.uid: one.version for one in offers}


def refusal(apps: Apps, wanted: str, yanked: dict[str, str] | None = None) -> str:
    with pytest.raises(UmbelError) as refused:
        resolve(index_of(apps, yanked), [Wanted.parse(wanted)])
    return str(refused.value)


HOUSE: Apps = {
    "thermo": {"1.0.0": ["curve-1.x.x"], "1.1.0": ["curve-1.x.x", "log-1.0.0"]},
    "wake": {"2.0.0": ["curve-2.x.x"]},
    "curve": versions("1.0.0", "1.4.0", "1.4.1-rc.1", "2.0.0", "2.0.1"),
    "log": versions("1.0.0", "1.0.1"),
}


def test_the_newest_that_fits_is_chosen():
    assert chosen(HOUSE, "thermo") == {"curve": "1.4.0", "log": "1.0.0", "thermo": "1.1.0"}
    assert chosen(HOUSE, "thermo-1.0.x") == {"curve": "1.4.0", "thermo": "1.0.0"}


def test_several_versions_stand_side_by_side_for_different_apps():
    assert chosen(HOUSE, "thermo", "wake") == {"curve": "2.0.1", "wake": "2.0.0"}


def test_what_is_installed_stays_where_it_will_do():
    assert chosen(HOUSE, "thermo", kept={"curve": ["1.0.0"]})["curve"] == "1.0.0"
    assert chosen(HOUSE, "wake", kept={"curve": ["1.0.0"]})["curve"] == "2.0.1"


def test_an_older_app_is_taken_where_the_newest_cannot_be():
    apps: Apps = {
        "a": {"1.0.0": ["b-1.x.x"], "2.0.0": ["b-2.x.x", "c-1.x.x"]},
        "b": versions("1.0.0", "2.0.0"),
        "c": versions("1.0.0", needs=["b-1.x.x"]),
    }

    assert chosen(apps, "a") == {"a": "1.0.0", "b": "1.0.0"}


# --- refusals


def test_two_who_disagree_are_named():
    apps: Apps = {
        "home": versions("1.0.0", needs=["a-1.x.x", "b-1.x.x"]),
        "a": versions("1.0.0", "1.0.1", needs=["lib-1.x.x"]),
        "b": versions("1.0.0", needs=["lib-2.x.x"]),
        "lib": versions("1.0.0", "2.0.0"),
    }

    assert refusal(apps, "home") == (
        "a 1.0.1 wants lib-1.x.x and b 1.0.0 wants lib-2.x.x: "
        "no version of lib is right for all of them"
    )


@pytest.mark.parametrize(
    "wanted, expected",
    [
        ("curv", "you want curv-x.x.x, and this index has no curv; there is curve"),
        ("lost", "lost 1.0.0 wants nobody-1.x.x, and this index has no nobody"),
        ("curve-3.x.x", "you want curve-3.x.x, and of curve there is 2.0.1, 2.0.0, 1.4.1-rc.1"),
        ("beta", "you want beta-x.x.x, and of beta there is 1.0.0-rc.1; a range takes no pre-release"),
        ("deep", "needs 1.0.0 wants curve-7.x.x, and of curve there is 2.0.1"),
    ],
)  # fmt: skip
def test_what_is_missing_is_said_with_what_there_is(wanted: str, expected: str):
    apps: Apps = {
        **HOUSE,
        "lost": versions("1.0.0", needs=["nobody-1.x.x"]),
        "beta": versions("1.0.0-rc.1"),
        "deep": versions("1.0.0", needs=["needs-1.x.x"]),
        "needs": versions("1.0.0", needs=["curve-7.x.x"]),
    }

    assert refusal(apps, wanted).startswith(expected)


def test_apps_that_need_each_other_are_refused_with_the_circle():
    apps: Apps = {
        "a": versions("1.0.0", needs=["b-1.x.x"]),
        "b": versions("1.0.0", needs=["c-1.x.x"]),
        "c": versions("1.0.0", needs=["b-1.x.x"]),
    }

    assert refusal(apps, "a") == "these apps need each other: b 1.0.0 → c 1.0.0 → b 1.0.0"


def test_a_version_that_was_taken_back_is_had_by_its_number_alone():
    yanked = {"log-1.0.1": "loses lines", "log-1.0.0": "slow"}
    index = index_of({"log": versions("1.0.0", "1.0.1")}, yanked)

    (choice,) = resolve(index, [Wanted.parse("log-1.0.1")]).values()
    (kept,) = resolve(index, [Wanted.parse("log-1.x.x")], {"log": ["1.0.0"]}).values()

    assert choice["log"].version == "1.0.1"
    assert kept["log"].version == "1.0.0"
    said = refusal({"log": versions("1.0.0", "1.0.1")}, "log-1.x.x", yanked)
    assert "all of these were taken back (1.0.1: loses lines; 1.0.0: slow)" in said


def test_an_app_that_needs_more_than_a_node_has_room_for_is_refused():
    apps: Apps = {f"a{n}": versions("1.0.0", needs=[f"a{n + 1}-1.x.x"]) for n in range(70)}
    apps["a70"] = versions("1.0.0")

    assert "more than 64 other apps" in refusal(apps, "a0")


@pytest.mark.parametrize("text", ["", "Acme", "acme-^1.0.0", "acme 1.0.0", "toolongname"])
def test_what_nobody_can_mean_is_refused(text: str):
    with pytest.raises(UmbelError):
        Wanted.parse(text)


NAMES = ("a", "b", "c", "d", "e")
RANGES = st.sampled_from(["1.x.x", "2.x.x", "x.x.x", "1.0.0", "2.0.x"])
INDEXES = st.fixed_dictionaries(
    {
        name: st.dictionaries(
            st.sampled_from(["1.0.0", "1.1.0", "2.0.0", "2.0.1", "2.1.0-rc.1"]),
            st.dictionaries(st.sampled_from(NAMES[position + 1 :] or ("z",)), RANGES, max_size=3),
            min_size=1,
        )
        for position, name in enumerate(NAMES)
    }
)


@given(INDEXES)
def test_what_is_chosen_satisfies_everybody_and_what_is_refused_has_a_reason(
    found: dict[str, dict[str, dict[str, str]]],
):
    apps: Apps = {
        uid: {
            version: [f"{name}-{wanted}" for name, wanted in needs.items()]
            for version, needs in one.items()
        }
        for uid, one in found.items()
    }
    index = index_of(apps)

    try:
        (choice,) = resolve(index, [Wanted.parse("a")]).values()
    except UmbelError as error:
        assert not satisfiable(index)
        assert "want" in str(error)
        return
    for offer in choice.values():
        for uid, wanted in offer.dependencies:
            assert semver.matches(wanted, choice[uid].order)


def test_a_way_that_a_conflict_seems_to_rule_out_is_found_all_the_same():
    index = index_of(
        {
            "a": {"1.0.0": ["b-2.x.x"], "1.1.0": ["b-1.x.x", "c-1.x.x"], "2.0.0": ["e-2.x.x"]},
            "b": {"1.0.0": []},
            "c": {"1.0.0": [], "1.1.0": ["d-1.x.x"]},
            "d": {"1.0.0": ["e-2.x.x"]},
            "e": {"2.0.0": ["z-1.x.x"]},
        }
    )

    (choice,) = resolve(index, [Wanted.parse("a")]).values()

    found = {uid: offer.version for uid, offer in choice.items()}
    assert found == {"a": "1.1.0", "b": "1.0.0", "c": "1.0.0"}


def satisfiable(index: Index) -> bool:
    """Try everything; the index is small."""

    def search(
        open_: tuple[tuple[str, tuple[int | None, ...]], ...], have: dict[str, Offer]
    ) -> bool:
        if not open_:
            return True
        (uid, wanted), *rest = open_
        if uid in have:
            return semver.matches(wanted, have[uid].order) and search(tuple(rest), have)
        return any(
            search((*rest, *offer.dependencies), {**have, uid: offer})
            for offer in index.offers(uid)
            if semver.matches(wanted, offer.order)
        )

    return search((("a", (None, None, None)),), {})


# --- an index in a folder


def put(folder: Path, uid: str, version: str, *needs: str, **fields: object) -> None:
    """An archive, as small as one can be."""
    config = {"version": version, "title": uid, "dependencies": needs, **fields}
    files = {f"{uid}/config.json": json.dumps(config).encode()}
    folder.mkdir(exist_ok=True)
    release = build(files, Wishes(name=uid, version=version, kind="app"))
    release.save(folder / f"{uid}-{version}.zip")


@pytest.fixture
def house(tmp_path: Path) -> Path:
    folder = tmp_path / "index"
    put(folder, "thermo", "1.0.0", "curve-1.x.x", repository="https://a.example")
    put(folder, "curve", "1.0.0")
    put(folder, "curve", "1.1.0")
    indexing.make(folder)
    return folder


def test_an_index_is_read_as_it_was_made(house: Path):
    index = Index(fetch_of(str(house)))

    assert set(index.uids) == {"thermo", "curve"}
    newest, older = index.offers("curve")
    assert (newest.version, older.version) == ("1.1.0", "1.0.0")
    content = (house / newest.files[0].path).read_bytes()
    assert newest.files[0].sha256 == hashlib.sha256(content).hexdigest()
    assert index.offers("nobody") == ()


def test_an_index_that_has_not_changed_stays_and_one_that_has_counts_on(house: Path):
    before = (house / MANIFEST).read_bytes()

    indexing.make(house)
    assert (house / MANIFEST).read_bytes() == before
    put(house, "curve", "1.2.0")

    assert indexing.make(house).release.manifest.sequence == 2


@pytest.mark.parametrize("path", [LIST, "apps/curve.json"])
def test_a_file_of_an_index_that_was_changed_is_refused(path: str, house: Path):
    (house / path).write_bytes((house / path).read_bytes().replace(b"1.1.0", b"1.9.0") + b" ")

    with pytest.raises(UmbelError, match="is not what"):
        Index(fetch_of(str(house))).offers("curve")


SPOILT: list[tuple[str, Callable[[Path], object]]] = [
    ("U2", lambda to: put(to, "thermo", "1.1.0", repository="https://b.example")),
    ("U7", lambda to: (put(to, "a-b", "1.0.0"), put(to, "a_b", "1.0.0"))),
    ("another one than was published", lambda to: put(to, "curve", "1.0.0", description="new")),
    ("there are two archives",
     lambda to: (to / "copy.zip").write_bytes((to / "curve-1.0.0.zip").read_bytes())),
    ("no archive of an app", lambda to: (to / "x.zip").write_bytes(b"x")),
    ("yanked.json is not JSON", lambda to: (to / "yanked.json").write_bytes(b"{")),
]  # fmt: skip


@pytest.mark.parametrize("expected, spoil", SPOILT, ids=[name for name, _ in SPOILT])
def test_archives_that_cannot_be_in_one_index_are_refused(
    expected: str, spoil: Callable[[Path], object], house: Path
):
    before = (house / LIST).read_bytes()
    spoil(house)

    with pytest.raises(UmbelError, match=expected):
        indexing.make(house)
    assert (house / LIST).read_bytes() == before


def test_an_index_without_archives_or_of_nothing_is_refused(tmp_path: Path):
    with pytest.raises(UmbelError, match="no archives"):
        indexing.make(tmp_path)
    with pytest.raises(UmbelError, match=r"no index\.manifest"):
        Index(fetch_of(str(tmp_path)))


def test_what_an_app_needs_and_nobody_has_is_told(house: Path):
    put(house, "wake", "1.0.0", "lamp-1.x.x")

    assert indexing.make(house).advice == ["wake 1.0.0 wants lamp-1.x.x, and there is none"]


# --- the lock


def test_a_lock_keeps_versions_until_somebody_wants_newer_ones(house: Path, tmp_path: Path):
    lock = tmp_path / "apps.lock"
    put(house, "pin", "1.0.0", "curve-1.0.0")
    indexing.make(house)

    def choose(*wanted: str, upgrade: bool = False) -> dict[str, dict[str, str]]:
        found = choosing.choose(str(house), wanted, lock=lock, upgrade=upgrade)
        found.lock.save(lock)
        return {text: dict(one) for text, one in found.lock.apps.items()}

    first = choose("thermo-1.x.x", "pin")
    put(house, "curve", "1.2.0")
    indexing.make(house)

    assert first["thermo-1.x.x"] == {"thermo": "1.0.0", "curve": "1.1.0"}
    assert choose("thermo-1.x.x", "pin") == first
    moved = choose("thermo-1.x.x", "pin", upgrade=True)
    assert moved["thermo-1.x.x"]["curve"] == "1.2.0"
    assert moved["pin-x.x.x"]["curve"] == "1.0.0"  # exact ones never move
    kept = choosing.Lock.load(lock)
    assert kept
    assert choosing.places(kept)["curve"] == ["1.2.0", "1.0.0"]


def test_an_index_older_than_the_one_of_the_lock_is_refused(house: Path, tmp_path: Path):
    lock = tmp_path / "apps.lock"
    old = {path: path.read_bytes() for path in house.rglob("*") if path.is_file()}
    put(house, "curve", "1.2.0")
    indexing.make(house)
    choosing.choose(str(house), ["thermo"]).lock.save(lock)
    for path, content in old.items():
        path.write_bytes(content)

    with pytest.raises(UmbelError, match="somebody offers an old one"):
        choosing.choose(str(house), ["thermo"], lock=lock)


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"lock": 2, "index": 1, "apps": {}, "files": {}}']
)
def test_a_lock_that_is_none_is_refused(content: str, tmp_path: Path):
    path = tmp_path / "apps.lock"
    path.write_text(content)

    with pytest.raises(UmbelError, match=r"is no lock|is of format"):
        choosing.Lock.load(path)


@pytest.mark.parametrize("name", ["curve", "curve-1", "curve-one.two.three"])
def test_only_a_version_can_be_taken_back(name: str, house: Path):
    with pytest.raises(UmbelError, match=r"as in acme-1\.0\.1"):
        indexing.yank(house, name, "why")


def test_what_is_taken_back_is_in_the_index(house: Path):
    indexing.yank(house, "curve-1.1.0", "too bright")
    indexing.yank(house, "lost-1.0.0", "gone")

    made = indexing.make(house)

    found = choosing.choose(str(house), ["thermo"])
    assert found.lock.apps["thermo-x.x.x"]["curve"] == "1.0.0"
    assert made.advice == ["yanked.json: there is no lost-1.0.0"]
    assert choosing.choose(str(house), ["curve-1.1.0"]).warnings == [
        "curve 1.1.0 was taken back: too bright"
    ]
