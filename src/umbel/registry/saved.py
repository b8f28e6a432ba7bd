"""The nodes that were found or entered: one file, for the eyes of this user alone."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import NamedTemporaryFile

from umbel.errors import UmbelError
from umbel.model import Node
from umbel.registry import place, record

_FILE = "nodes.json"


def read() -> tuple[Node, ...]:
    """Every saved node.

    Raises:
        UmbelError: the file is damaged.
    """
    path = place.state_dir() / _FILE
    try:
        text = path.read_text()
    except FileNotFoundError:
        return ()
    try:
        return tuple(record.from_json(one) for one in json.loads(text)["nodes"])
    except (ValueError, KeyError, TypeError) as exc:
        raise UmbelError(f"{path} is damaged: {exc}", remedy=f"mv {path} {path}.bad") from exc


def remember(nodes: Iterable[Node]) -> None:
    """Save ``nodes``; what is known of a node already is kept where the new one is silent."""
    with _alone():
        known = {_identity(node): node for node in read()}
        for node in nodes:
            known[_identity(node)] = _merged(known.get(_identity(node)), node)
        write_private(
            place.state_dir() / _FILE,
            {"nodes": [record.to_json(node) for node in known.values()]},
        )


def forget(node: Node) -> bool:
    """Drop a node; tells whether it was saved."""
    with _alone():
        before = read()
        after = [one for one in before if _identity(one) != _identity(node)]
        if len(after) == len(before):
            return False
        write_private(place.state_dir() / _FILE, {"nodes": [record.to_json(one) for one in after]})
    return True


def write_private(path: Path, content: object) -> None:
    """Replace ``path`` in one step by JSON that only this user may read."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with NamedTemporaryFile("w", dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        fresh = Path(file.name)  # 0600 from its first moment
        try:
            json.dump(content, file, indent=1)
            file.write("\n")
            file.flush()
            os.fsync(file.fileno())
            fresh.replace(path)
        except BaseException:
            fresh.unlink(missing_ok=True)
            raise


def _identity(node: Node) -> str:
    """What stays the same when a node gets another name or address."""
    return node.id or str(node.address)


def _merged(old: Node | None, new: Node) -> Node:
    if old is None:
        return new
    return replace(
        new,
        web_port=old.web_port if new.web_port is None else new.web_port,
        access=new.access or old.access,
    )


@contextmanager
def _alone() -> Generator[None]:
    folder = place.state_dir()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
