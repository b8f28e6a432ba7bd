"""Indexes of apps that only say what there is."""

from __future__ import annotations

import hashlib
import json

from umbel.apps.index import LIST, MANIFEST, Index, app_path
from umbel.release import Wishes, build

Apps = dict[str, dict[str, list[str]]]  # name: version: dependencies


def index_of(apps: Apps, yanked: dict[str, str] | None = None) -> Index:
    """An index of ``apps``, whose archives nobody looks at."""
    files: dict[str, bytes] = {}
    for uid, versions in apps.items():
        said = {
            version: {
                "dependencies": needs,
                "files": [{"path": f"{uid}-{version}.zip", "size": 1, "sha256": "00" * 32}],
                "yanked": (yanked or {}).get(f"{uid}-{version}"),
            }
            for version, needs in versions.items()
        }
        files[app_path(uid)] = json.dumps({"uid": uid, "versions": said}).encode()
    hashes = {uid: hashlib.sha256(files[app_path(uid)]).hexdigest() for uid in apps}
    files[LIST] = json.dumps({"format": 1, "apps": hashes}).encode()
    wishes = Wishes(name="index", version="1", sequence=1, kind="index")
    files[MANIFEST] = build({LIST: files[LIST]}, wishes).manifest.content
    return Index(lambda path, _: files[path])
