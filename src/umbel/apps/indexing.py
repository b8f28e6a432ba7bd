"""A folder of archives to an index; what was published once never changes."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from umbel.apps.archive import Archive
from umbel.apps.finding import rules
from umbel.apps.formats import appconfig, semver
from umbel.apps.index import KIND, LIST, MANIFEST, app_path
from umbel.build.compile import write_if_changed
from umbel.errors import UmbelError
from umbel.release import Release, Wishes, build, manifest

YANKED = "yanked.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """An index that was made; ``release`` is what is to be signed."""

    release: Release
    apps: int
    versions: int
    advice: Sequence[str]


def make(target: Path) -> Made:
    """Make the index of the archives in ``target``; what has not changed stays as it is.

    Raises:
        UmbelError: an archive is wrong, or two of them cannot be in one index.
    """
    paths = sorted(target.glob("*.zip"))
    if not paths:
        raise UmbelError(f"{target} has no archives", remedy=f"umbel app pack DIR --out {target}")
    archives = [(path.name, Archive.read(path)) for path in paths]
    yanked = _yanked(target)
    files = described(archives, yanked)
    _compare(target, files)
    contents = {app_path(uid): _json(one) for uid, one in files.items()}
    hashes = {uid: hashlib.sha256(contents[app_path(uid)]).hexdigest() for uid in files}
    contents[LIST] = _json({"format": 1, "apps": hashes})
    release = _release(target, contents[LIST])
    for path, content in contents.items():
        write_if_changed(target / path, content)
    write_if_changed(target / MANIFEST, release.manifest.content)
    for path in (target / "apps").glob("*.json"):
        if path.stem not in files:
            path.unlink()
    return Made(
        release=release,
        apps=len(files),
        versions=sum(len(one["versions"]) for one in files.values()),
        advice=_advice(files, yanked),
    )


def described(
    archives: Sequence[tuple[str, Archive]], yanked: Mapping[str, str]
) -> dict[str, dict[str, Any]]:
    """What the files of the apps say: by name.

    Raises:
        UmbelError: two archives cannot be in one index.
    """
    apps: defaultdict[str, list[tuple[str, Archive]]] = defaultdict(list)
    for name, archive in sorted(archives, key=lambda one: (one[1].uid, one[1].order, one[0])):
        apps[archive.uid].append((name, archive))
    _same_import(list(apps))
    return {uid: _app(uid, own, yanked) for uid, own in apps.items()}


def yank(target: Path, name: str, reason: str) -> None:
    """Take a version back: nobody gets it from now on who does not ask for it by its number.

    Raises:
        UmbelError: ``name`` is no version of an app, as in acme-1.0.1.
    """
    uid, minus, version = name.partition("-")
    while minus and not _is_version(version):
        more, minus, version = version.partition("-")
        uid = f"{uid}-{more}"
    if not minus:
        raise UmbelError(f"{name}: an app and a version expected, as in acme-1.0.1")
    entries = {**_yanked(target), f"{uid}-{version}": reason}
    write_if_changed(target / YANKED, _json(entries))


def _is_version(text: str) -> bool:
    try:
        semver.parse(text)
    except ValueError:
        return False
    return True


def _app(
    uid: str, archives: Sequence[tuple[str, Archive]], yanked: Mapping[str, str]
) -> dict[str, Any]:
    versions: dict[str, dict[str, Any]] = {}
    owners: set[str] = set()
    for name, archive in archives:
        config = archive.config
        repositories = set(appconfig.as_list(config.get("repository")))
        if owners and repositories and not owners & repositories:
            raise _broken("U2", f"{name}: {uid} belongs to {' or '.join(sorted(owners))}")
        owners |= repositories
        entry = versions.setdefault(archive.version, _version(archive))
        if entry["dependencies"] != _version(archive)["dependencies"]:
            raise UmbelError(
                f"{name}: another archive of {uid} {archive.version} wants other apps"
            )
        platform = str(archive.release.manifest.head.get("platform", ""))
        if any(one["platform"] == platform for one in entry["files"]):
            raise UmbelError(f"{name}: there are two archives of {uid} {archive.version}")
        entry["files"].append(
            {"path": name, "size": archive.size, "sha256": archive.sha256, "platform": platform}
        )
        if f"{uid}-{archive.version}" in yanked:
            entry["yanked"] = yanked[f"{uid}-{archive.version}"]
    return {"uid": uid, "repository": sorted(owners), "versions": versions}


def _version(archive: Archive) -> dict[str, Any]:
    config = archive.config
    return {
        "title": config["title"],
        "description": config.get("description", ""),
        "license": appconfig.as_list(config.get("license")),
        "permissions": config.get("permissions", []),
        "dependencies": appconfig.as_list(config.get("dependencies")),
        "files": [],
    }


def _same_import(uids: Sequence[str]) -> None:
    known: dict[str, str] = {}
    for uid in uids:
        other = known.setdefault(appconfig.import_name(uid), uid)
        if other != uid:
            raise _broken("U7", f"{other} and {uid} are both {appconfig.import_name(uid)}")


def _broken(number: str, text: str) -> UmbelError:
    return UmbelError(f"{number}: {text}", remedy=rules()[number].remedy)


def _compare(target: Path, files: Mapping[str, dict[str, Any]]) -> None:
    """Refuse to change what was published: somebody may have locked its hash."""
    for uid, said in files.items():
        path = target / app_path(uid)
        if not path.is_file():
            continue
        before = {
            one["path"]: one["sha256"]
            for version in json.loads(path.read_bytes())["versions"].values()
            for one in version["files"]
        }
        for version in said["versions"].values():
            for one in version["files"]:
                if before.get(one["path"], one["sha256"]) != one["sha256"]:
                    raise UmbelError(
                        f"{one['path']} is another one than was published",
                        remedy="a new version; a published one never changes",
                    )


def _release(target: Path, content: bytes) -> Release:
    """The manifest that is signed; the old one, signatures and all, if nothing has changed."""
    sequence = 1
    path = target / MANIFEST
    if path.is_file():
        before = manifest.read(path.read_bytes(), str(path), kind=KIND)
        if before.files[0].sha256 == hashlib.sha256(content).digest():
            return Release(manifest=before, files={LIST: content})
        sequence = before.sequence + 1
    wishes = Wishes(name=KIND, version=str(sequence), sequence=sequence, kind=KIND)
    return build({LIST: content}, wishes)


def _advice(files: Mapping[str, dict[str, Any]], yanked: Mapping[str, str]) -> list[str]:
    """What somebody should look at."""
    advice: list[str] = []
    known = _names(files)
    for name in sorted(yanked.keys() - known):
        advice.append(f"{YANKED}: there is no {name}")
    for uid, said in files.items():
        for version, one in said["versions"].items():
            for text in () if "yanked" in one else one["dependencies"]:
                name, wanted = appconfig.dependency(text)
                there: Iterable[str] = files[name]["versions"] if name in files else ()
                if not any(semver.matches(wanted, semver.parse(other)) for other in there):
                    advice.append(f"{uid} {version} wants {text}, and there is none")
    return advice


def _names(files: Mapping[str, dict[str, Any]]) -> set[str]:
    """Every version that is there, as yanked.json names it."""
    return {f"{uid}-{version}" for uid, said in files.items() for version in said["versions"]}


def _yanked(target: Path) -> dict[str, str]:
    path = target / YANKED
    if not path.is_file():
        return {}
    try:
        value: object = json.loads(path.read_bytes())
    except ValueError as exc:
        raise UmbelError(f"{path} is not JSON: {exc}") from exc
    if not isinstance(value, dict):
        raise UmbelError(f"{path}: an object expected, version to reason")
    return {str(name): str(reason) for name, reason in value.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]


def _json(value: object) -> bytes:
    return (json.dumps(value, indent=1, ensure_ascii=False) + "\n").encode()
