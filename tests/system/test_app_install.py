"""Apps that come to nodes that run: over HTTP, as ``curl -T`` sends them."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from umbel.apps import Source, pack
from umbel.errors import NodeError
from umbel.link.api import Api
from umbel.release import signing

APPS = Path(__file__).parents[2] / "apps"


def archive(source: Path, node: Any, folder: Path) -> bytes:
    """The archive of an app, vouched for with the key of a node."""
    release = pack(Source.at(source))
    if node:
        release = release.with_signature(
            signing.for_node(release.manifest, node.id, node.access.key)
        )
    path = folder / "app.zip"
    release.save(path)
    return path.read_bytes()


def put(node: Any, content: bytes, query: str = "") -> dict[str, Any]:
    async def send() -> dict[str, Any]:
        async with Api(node) as api:
            return await api.send("PUT", f"apps/app.zip{query}", content)

    return asyncio.run(send())


def test_apps_come_over_http_what_they_need_first(simulate, tmp_path: Path):
    node = simulate().node("node01")

    with pytest.raises(NodeError, match=r"sunrise-1\.x\.x wanted, none here"):
        put(node, archive(APPS / "thermo", node, tmp_path))
    first = put(node, archive(APPS / "sunrise", node, tmp_path))
    second = put(node, archive(APPS / "thermo", node, tmp_path))

    assert first == {"uid": "sunrise", "version": "1.0.0", "was": "", "place": "base"}
    assert second["uid"] == "thermo"
