"""Choosing apps that fit together, from an index of 5,000 with 20 versions each; the slowest of a few.

Some apps are made so that nothing fits: ten that each pin another version of an eleventh.
"""

from __future__ import annotations

import hashlib
import json
import random
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.figure import Figure
from umbel.apps import fetching
from umbel.apps.index import LIST, MANIFEST, Index, app_path
from umbel.apps.resolve import resolve
from umbel.apps.wanted import Wanted
from umbel.errors import UmbelError
from umbel.release import Wishes, build

_APPS = 5000
_LAYERS = 5  # apps need those of the layers below
_VERSIONS = [f"{major}.{minor}.0" for major in (1, 2) for minor in range(10)]
_TRIED = (4999, 4994, 3004, 1009)
_PINNING = 10

Needs = dict[str, dict[str, list[str]]]


def measure() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        _write(Path(folder), {**_apps(), **_quarrel()})
        found = [_seconds(folder, f"a{number}") for number in _TRIED]
        refused = [_seconds(folder, name, fits=False) for name in ("quarrel", "tall")]
    yield Figure(
        key="apps_chosen",
        what=f"choosing an app and what it needs, of {_APPS:,} with {len(_VERSIONS)} versions",
        value=max(found),
        unit="s",
    )
    yield Figure(
        key="apps_refused",
        what="saying why nothing fits together",
        value=max(refused),
        unit="s",
    )


def _apps() -> Needs:
    """Apps that need up to three others each, of a major version."""
    dice = random.Random(1)  # noqa: S311 - the same index each time
    apps: Needs = {}
    for number in range(_APPS):
        near = range(max(0, number - 400), number)
        below = [one for one in near if one % _LAYERS < number % _LAYERS]
        needs = dice.sample(below, min(3, len(below)))
        apps[f"a{number}"] = {
            version: [f"a{one}-{version[0]}.x.x" for one in needs] for version in _VERSIONS
        }
    return apps


def _quarrel() -> Needs:
    names = [f"w{number}" for number in range(_PINNING)]
    apps: Needs = {
        "quarrel": {"1.0.0": [f"{name}-x.x.x" for name in names]},
        "judge": {version: [] for version in _VERSIONS},
        "tall": {version: ["c0-x.x.x"] for version in _VERSIONS},
    }
    for number, name in enumerate(names):
        step = 2 if number >= _PINNING - 2 else 3
        offset = number % 2 if step == 2 else number
        apps[name] = {
            version: [f"judge-{_VERSIONS[(step * place + offset) % len(_VERSIONS)]}"]
            for place, version in enumerate(_VERSIONS)
        }
    for number in range(50):  # the quarrel shows at every step, and at the end nothing is left
        wanted = [f"judge-{number % 2 + 1}.x.x"]
        needs = [f"c{number + 1}-x.x.x", *wanted] if number < 49 else wanted
        apps[f"c{number}"] = dict.fromkeys(_VERSIONS, needs)
    return apps


def _write(folder: Path, apps: Needs) -> None:
    (folder / "apps").mkdir()
    hashes: dict[str, str] = {}
    for uid, versions in apps.items():
        said = {one: {"dependencies": needs, "files": []} for one, needs in versions.items()}
        content = json.dumps({"uid": uid, "versions": said}).encode()
        (folder / app_path(uid)).write_bytes(content)
        hashes[uid] = hashlib.sha256(content).hexdigest()
    content = json.dumps({"format": 1, "apps": hashes}).encode()
    (folder / LIST).write_bytes(content)
    wishes = Wishes(name="index", version="1", sequence=1, kind="index")
    (folder / MANIFEST).write_bytes(build({LIST: content}, wishes).manifest.content)


def _seconds(folder: str, name: str, *, fits: bool = True) -> float:
    """How long it takes from the first file of the index to the answer."""
    start = time.perf_counter()
    said = "no version of judge is right for all"
    try:
        resolve(Index(fetching.of(folder)), [Wanted.parse(name)])
    except UmbelError as error:
        said = str(error)
        fitted = False
    else:
        fitted = True
    seconds = time.perf_counter() - start
    assert fitted == fits, said
    assert "no version of judge is right for all" in said, said
    return seconds
