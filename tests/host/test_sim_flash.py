"""What provisioning writes: the node itself must believe it."""

from __future__ import annotations

import hashlib
import json
import stat
from pathlib import Path

from umbel.sim import flash
from umbel.sim.plan import Board

CHIP = "025049000001"


def provisioned(folder: Path, *, is_open: bool = False) -> Path:
    flash.provision(folder, Board(name="attic"), password="open sesame", is_open=is_open)
    return folder


def test_a_new_flash_belongs_to_nobody(tmp_path: Path):
    assert not flash.is_provisioned(tmp_path)
    assert flash.key(tmp_path, CHIP) is None
    assert flash.is_provisioned(provisioned(tmp_path))


def test_a_node_gets_a_name_a_network_and_the_ports_of_a_board(tmp_path: Path):
    config = json.loads((provisioned(tmp_path) / "config" / "node_config.json").read_text())

    assert config["devfid"] == "attic"
    assert config["staessid"] == "umbel-sim"
    assert config["auth"] is True
    assert flash.ports(tmp_path) == (9008, 8080)


def test_every_node_has_a_key_of_its_own(tmp_path: Path):
    keys = {flash.key(provisioned(tmp_path / str(number)), CHIP) for number in range(3)}

    assert {len(key or b"") for key in keys} == {32}
    assert len(keys) == 3


def test_the_password_is_hashed_as_the_node_does_it(tmp_path: Path):
    content = (provisioned(tmp_path) / "secrets").read_text()
    stored = json.loads(content)["passwords"]

    salt, rounds = bytes.fromhex(stored["salt"]), stored["rounds"]
    hashed = hashlib.pbkdf2_hmac("sha256", b"open sesame", salt, rounds)
    assert stored["admin"] == hashed.hex()
    assert stat.S_IMODE((tmp_path / "secrets").stat().st_mode) == 0o600


def test_an_open_node_wants_no_password(tmp_path: Path):
    config = provisioned(tmp_path, is_open=True) / "config" / "node_config.json"

    assert json.loads(config.read_text())["auth"] is False


def test_ports_are_those_that_the_node_would_take(tmp_path: Path):
    config = tmp_path / "config" / "node_config.json"
    config.parent.mkdir()
    for content, ports in (
        ('{"socport": 9010, "webui": true}', (9010, 80)),
        ('{"webport": 81}', (9008, None)),
        ("{torn", (9008, None)),
        ("[]", (9008, None)),
    ):
        config.write_text(content)
        assert flash.ports(tmp_path) == ports


def test_passwords_are_never_the_same():
    assert len({flash.new_password() for _ in range(100)}) == 100
