"""Versions, ranges and config.json of apps, with whatever one can think of."""

from __future__ import annotations

import semver as theirs
from hypothesis import given
from hypothesis import strategies as st

from tepal.formats import appconfig, appfiles, semver

NUMBERS = st.integers(0, 30)
WORDS = st.text("abz-AZ019", min_size=1, max_size=4)


def written(core: tuple[int, int, int], before: list[str], build: list[str]) -> str:
    text = ".".join(map(str, core))
    text += "-" + ".".join(before) if before else ""
    return text + ("+" + ".".join(build) if build else "")


def opened(numbers: tuple[int, int, int], known: int) -> str:
    return ".".join([*map(str, numbers[:known]), *["x"] * (3 - known)])


VERSIONS = st.builds(
    written,
    st.tuples(NUMBERS, NUMBERS, NUMBERS),
    st.lists(WORDS, max_size=3),
    st.lists(WORDS, max_size=2),
)
RANGES = st.builds(opened, st.tuples(NUMBERS, NUMBERS, NUMBERS), st.integers(0, 3))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=8,
)
FIELDS = st.sampled_from(
    [*appconfig.LISTS, "version", "title", "description", "execute", "settings", "permissions",
     "schedule"]
)  # fmt: skip


def is_theirs(text: str) -> bool:
    return theirs.Version.is_valid(text)


@given(VERSIONS | st.text("0123.-+ax", max_size=12))
def test_what_is_a_version_is_what_another_library_takes(text: str):
    try:
        semver.parse(text)
    except ValueError:
        assert not is_theirs(text)
    else:
        assert is_theirs(text)


@given(VERSIONS.filter(is_theirs), VERSIONS.filter(is_theirs))
def test_versions_compare_as_in_another_library(one: str, other: str):
    expected = theirs.Version.parse(one).compare(other)

    a, b = semver.parse(one), semver.parse(other)

    assert (a > b) - (a < b) == expected


@given(RANGES, st.tuples(NUMBERS, NUMBERS, NUMBERS))
def test_a_range_takes_a_version_that_is_the_same_where_it_has_numbers(
    text: str, numbers: tuple[int, int, int]
):
    version = semver.parse(".".join(map(str, numbers)))

    pairs = zip(text.split("."), map(str, numbers), strict=True)
    is_expected = all(part in ("x", number) for part, number in pairs)

    assert semver.matches(semver.parse_range(text), version) == is_expected


@given(st.text("acme-.x019~", max_size=16))
def test_a_dependency_that_is_read_is_written_again_as_it_was(text: str):
    try:
        uid, wanted = appconfig.dependency(text)
    except ValueError:
        return

    numbers = ["x" if one is None else str(one) for one in wanted]
    assert text == f"{uid}-{'.'.join(numbers)}"


@given(st.dictionaries(FIELDS, JSON), st.text(max_size=10))
def test_whatever_config_json_holds_gives_rules_and_no_surprise(config: object, uid: str):
    found = [*appconfig.faults(config, uid), *appconfig.uid_faults(uid)]

    assert all(number and text for number, text in found)


@given(st.text(max_size=40))
def test_whatever_is_executed_is_understood_or_refused(text: str):
    try:
        kind, what, _ = appconfig.entry(text)
    except ValueError:
        return

    assert kind in {"call", "file", "command"}
    assert ".." not in what or kind == "command"


@given(st.text(max_size=12))
def test_a_locale_written_as_it_should_be_stays(text: str):
    proper = appfiles.locale(text)

    assert appfiles.locale(proper) == proper
    assert appfiles.lookup(text)[0] == (proper or appfiles.ENGLISH)


@given(st.binary(max_size=40))
def test_whatever_bytes_a_picture_has_its_size_is_looked_for(head: bytes):
    width, height = appfiles.png_size(head)

    assert width >= 0 <= height
