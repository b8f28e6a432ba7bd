"""The flash of a simulated node: a folder, with what provisioning writes on a board."""

from __future__ import annotations

import hashlib
import json
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

from tepal.formats import sealed
from umbel.sim.plan import SHELL_PORT, WEB_PORT, Board

SSID = "umbel-sim"

_ROUNDS = 600  # as in tepal/core/passwords.py
_CONFIG = "config/node_config.json"
_SECRETS = "secrets"
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # nobody mixes them up
_PASSWORD_LENGTH = 12


def new_password() -> str:
    """A password that can be read aloud."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(_PASSWORD_LENGTH))


def is_provisioned(folder: Path) -> bool:
    """Whether this flash has belonged to a node already."""
    return (folder / _CONFIG).is_file()


def provision(folder: Path, board: Board, *, password: str, is_open: bool) -> None:
    """Give a new flash its identity: configuration, key and the hash of the password."""
    config: dict[str, object] = {
        "devfid": board.name,
        "staessid": SSID if board.knows_wifi else "n/a",
        "webui": True,
        "webport": WEB_PORT,
        "socport": SHELL_PORT,
        "auth": not is_open,
        "boothook": board.boothook,
        "ntp": "n/a",  # its clock is that of this computer
    }
    salt = secrets.token_bytes(16)
    hashed = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, _ROUNDS)
    sealed: dict[str, object] = {
        "key": secrets.token_hex(32),
        "passwords": {"salt": salt.hex(), "rounds": _ROUNDS, "admin": hashed.hex()},
        "ap_password": password,
        "peer_key": hashlib.sha256(b"peer " + password.encode()).hexdigest(),
    }
    _write(folder / _SECRETS, sealed)
    _write(folder / _CONFIG, config)


def key(folder: Path, chip: str) -> bytes | None:
    """The key of the node, with which we log in; None if it has none.

    The node seals its secrets with the number of its ``chip``.
    """
    try:
        return bytes.fromhex(_unsealed(folder, bytes.fromhex(chip))["key"])
    except (KeyError, TypeError, ValueError):
        return None


def ports(folder: Path) -> tuple[int, int | None]:
    """Where the node will listen: the port of its shell, and of its page if it has one."""
    config = _read(folder / _CONFIG)
    web = config.get("webport", 80) if config.get("webui") else None  # the node's own defaults
    return config.get("socport", SHELL_PORT), web


def _unsealed(folder: Path, chip: bytes) -> dict[str, Any]:
    """The secrets; of the two places the newer one counts, unless one lies in the open."""
    if found := _read(folder / _SECRETS):
        return found
    places = [path.read_bytes() for path in folder.glob(f"{_SECRETS}*")]
    for content in sorted(places, key=sealed.sequence, reverse=True):
        with suppress(ValueError):
            return cast("dict[str, Any]", json.loads(sealed.unseal(sealed.key_of(chip), content)))
    return {}


def _read(path: Path) -> dict[str, Any]:
    """What a file of the node says; nothing where it is damaged, as the node itself would have it."""
    try:
        content = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return {}
    return cast("dict[str, Any]", content) if isinstance(content, dict) else {}


def _write(path: Path, content: dict[str, object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(json.dumps(content))
