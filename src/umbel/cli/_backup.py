"""A configuration in a file: all keys and their values, and beside it what is secret."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from umbel.errors import NodeError, UmbelError

if TYPE_CHECKING:
    from umbel.cli._config import Described
    from umbel.cli._session import Session

_KIND = "configuration of a node"
_LONGEST = 1000  # bytes of a value; a node reads no longer request


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What a restore did."""

    changed: tuple[str, ...]
    unknown: tuple[str, ...]  # keys that this node does not have
    wants_restart: bool


def secrets_path(path: Path) -> Path:
    """Where the secrets of the backup ``path`` are."""
    return path.with_suffix(".secrets.json")


def write(
    path: Path, node: str, described: Mapping[str, Described]
) -> tuple[list[str], list[str]]:
    """Save a configuration; tells which keys are secret, and which are too long to be restored.

    A file for the secrets is made beside it, for the owner to fill in. One that is there stays.

    Raises:
        UmbelError: the file cannot be written.
    """
    secret = [key for key, one in described.items() if one.get("secret")]
    too_long = [key for key, one in described.items() if _size(one["value"]) > _LONGEST]
    config = {
        key: one["value"]
        for key, one in described.items()
        if key not in secret and key not in too_long and not one.get("read_only")
    }
    try:
        _write(path, {"umbel": _KIND, "node": node, "config": config})
        if not secrets_path(path).exists():
            secrets_path(path).touch(mode=0o600)
            _write(secrets_path(path), dict.fromkeys(secret, ""))
    except OSError as exc:
        raise UmbelError(f"{exc.filename}: {exc.strerror}", remedy="choose another file") from exc
    return secret, too_long


def read(path: Path) -> dict[str, object]:
    """The keys and values of a backup.

    Raises:
        UmbelError: it is none.
    """
    content = _read(path)
    config = content.get("config")
    if content.get("umbel") != _KIND or not isinstance(config, dict):
        raise UmbelError(
            f"{path} is no backup of a configuration",
            remedy="umbel config NODE backup FILE makes one",
        )
    return cast("dict[str, object]", config)


def read_secrets(path: Path) -> dict[str, object]:
    """The secrets that somebody has filled in.

    Raises:
        UmbelError: the file is damaged.
    """
    return {key: value for key, value in _read(path).items() if value != ""}


async def restore(session: Session, config: Mapping[str, object]) -> Restored:
    """Change what differs, if the node takes all of it; else nothing is changed.

    Raises:
        UmbelError: some values are wrong; the message names each.
        LinkError: the connection broke.
    """
    from umbel.cli import _config

    described = await _config.describe_all(session)
    unknown = tuple(key for key in config if key not in described)
    wanted = {
        key: value
        for key, value in config.items()
        if key in described and (described[key].get("secret") or described[key]["value"] != value)
    }
    refusals = [text for key in wanted if (text := await _refusal(session, key, wanted[key]))]
    if refusals:
        raise UmbelError(
            f"nothing was changed: {'; '.join(refusals)}", remedy="mend the file, and try again"
        )
    restarts = [await _config.save(session, key, value) for key, value in wanted.items()]
    return Restored(changed=tuple(wanted), unknown=unknown, wants_restart=any(restarts))


async def _refusal(session: Session, key: str, value: object) -> str:
    """What the node has against a value; empty if nothing."""
    from umbel.cli import _config

    try:
        await _config.check(session, key, value)
    except NodeError as error:
        return str(error)
    return ""


def _size(value: object) -> int:
    return len(json.dumps(value).encode())


def _write(path: Path, content: Mapping[str, object]) -> None:
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n")


def _read(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_bytes())
    except OSError as exc:
        raise UmbelError(f"{path}: {exc.strerror}") from exc
    except ValueError as exc:
        raise UmbelError(f"{path} is damaged: {exc}") from exc
    if not isinstance(content, dict):
        raise UmbelError(f"{path} is damaged: a JSON object expected")
    return cast("dict[str, Any]", content)
