"""The code of an app for ``mip``, which knows no Tepal: a package.json and the Python files.

They keep their plain imports, so ``mip`` brings one version of each app, below its import name.
"""

from __future__ import annotations

import json
from pathlib import Path

from umbel.apps.formats import appconfig
from umbel.apps.source import Source
from umbel.build.compile import write_if_changed

_NOT_CODE = ("setup", "bin")


def write(source: Source, out: Path, url: str | None = None) -> Path:
    """Write them below ``out``, in ``mip/<uid>/<version>``; returns where the package.json is.

    ``url`` is where ``out`` will be served. What a package needs mip finds by full addresses
    alone, and until MicroPython 1.25 its files too; it knows no ranges. Without ``url``, and for a
    range with an x, a dependency is left to the user.
    """
    place = f"mip/{source.uid}/{source.text('version')}"
    folder = out / place
    head = f"{url.rstrip('/')}/{place}/" if url else ""
    name = appconfig.import_name(source.uid)
    code = {
        path: file for path, file in source.code.items() if path.partition("/")[0] not in _NOT_CODE
    }
    for path, file in code.items():
        write_if_changed(folder / path, file.read_bytes())
    package = {
        "urls": [[f"{name}/{path}", f"{head}{path}"] for path in code],
        "deps": _dependencies(source, url),
        "version": source.text("version"),
    }
    target = folder / "package.json"
    write_if_changed(target, (json.dumps(package, indent=1) + "\n").encode())
    return target


def _dependencies(source: Source, url: str | None) -> list[list[str]]:
    if url is None:
        return []
    found: list[list[str]] = []
    for uid, wanted in appconfig.dependencies(source.config or {}):
        if None not in wanted:
            version = ".".join(map(str, wanted))
            found.append([f"{url.rstrip('/')}/mip/{uid}/{version}/", version])
    return found
