"""The manifest of a promoted release, and the proof that a node without release keys wants."""

from __future__ import annotations

import re

from umbel.errors import UmbelError
from umbel.ota.promoter import Promoter
from umbel.release import manifest, signing
from umbel.release.manifest import Described
from umbel.release.release import MANIFEST

_NODE = re.compile(r"[A-Za-z0-9._-]{1,64}")


def of(promoter: Promoter) -> Described | str | None:
    """The manifest of what is promoted; None if that is no release, a sentence if it is not whole."""
    snapshot = promoter.snapshot
    entry = snapshot.named(MANIFEST)
    if entry is None:
        return None
    try:
        with promoter.open(entry) as file:
            described = manifest.read(file.read(entry.size))
    except (UmbelError, FileNotFoundError) as error:
        return str(error)
    there = {(one.path, one.sha256) for one in snapshot.entries}
    for file in described.files:
        if (file.path, file.sha256.hex()) not in there:
            return f"{file.path} is not yet what the manifest says"
    return described


def proved(described: Described, node: str, key: bytes | None) -> bytes:
    """The manifest, with proof for ``node`` if we hold its key."""
    if key is None or not _NODE.fullmatch(node):
        return described.content
    return described.with_signature(signing.for_node(described, node, key))
