"""What was chosen, in a file: the same apps for the next node, and on the next day."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from umbel.apps.index import Offer
from umbel.build.compile import write_if_changed
from umbel.errors import UmbelError

_FORMAT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """For each app that was wanted, as text, the versions of all that it needs, itself included."""

    sequence: int  # of the index
    apps: Mapping[str, Mapping[str, str]]
    files: Mapping[str, list[dict[str, Any]]]  # archives of ``acme 1.0.0``

    @classmethod
    def of(cls, sequence: int, found: Mapping[str, Mapping[str, Offer]]) -> Lock:
        """The lock of what was chosen."""
        offers = {offer.name: offer for choice in found.values() for offer in choice.values()}
        return cls(
            sequence=sequence,
            apps={
                text: {uid: offer.version for uid, offer in choice.items()}
                for text, choice in found.items()
            },
            files={
                name: [
                    {
                        "path": file.path,
                        "size": file.size,
                        "sha256": file.sha256,
                        "platform": file.platform,
                    }
                    for file in offer.files
                ]
                for name, offer in sorted(offers.items())
            },
        )

    @classmethod
    def load(cls, path: Path) -> Lock | None:
        """The lock at ``path``; None if there is none.

        Raises:
            UmbelError: it cannot be read.
        """
        if not path.exists():
            return None
        try:
            said: dict[str, Any] = {"lock": 0, **json.loads(path.read_bytes())}
            lock = cls(sequence=said["index"], apps=said["apps"], files=said["files"])
        except (ValueError, KeyError, TypeError, OSError) as exc:
            raise UmbelError(
                f"{path} is no lock of ours: {exc}", remedy="remove it, and resolve anew"
            ) from exc
        if said["lock"] != _FORMAT:
            raise UmbelError(f"{path} is of format {said['lock']}, we know {_FORMAT}")
        return lock

    def save(self, path: Path) -> None:
        """Make ``path`` hold it."""
        said = {
            "lock": _FORMAT,
            "index": self.sequence,
            "apps": {text: dict(sorted(one.items())) for text, one in sorted(self.apps.items())},
            "files": self.files,
        }
        write_if_changed(path, (json.dumps(said, indent=1) + "\n").encode())

    def kept(self, moving: Iterable[str] = ()) -> dict[str, list[str]]:
        """The versions to keep, by app; those of ``moving`` may be others the next time."""
        kept: defaultdict[str, list[str]] = defaultdict(list)
        free = set(moving)
        for choice in self.apps.values():
            for uid, version in choice.items():
                if uid not in free and version not in kept[uid]:
                    kept[uid].append(version)
        return {uid: versions for uid, versions in kept.items() if versions}
