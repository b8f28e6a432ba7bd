"""What ``umbel publish`` sends, before there is a broker."""

from __future__ import annotations

import hashlib
import io
import json
import os
import zipfile
from pathlib import Path

import pytest

from tepal.formats.update_list import UpdateList
from umbel.errors import UmbelError
from umbel.ota import list_signing, packages
from umbel.ota.packages import Wishes

METADATA = b"Metadata-Version: 2.1\nName: fan-club\nVersion: 1.0\n\nText\n"


def wheel(folder: Path, **members: bytes) -> Path:
    path = folder / "fan_club-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {"fan_club-1.0.dist-info/METADATA": METADATA, **members}.items():
            archive.writestr(name, content)
    return path


def test_a_wheel_is_packed_anew_with_the_same_content(tmp_path: Path):
    members = {"a.py": b"abc" * 9000, "ü.py": b"", "noise": os.urandom(3000)}

    packed = packages.repack(wheel(tmp_path, **members).read_bytes())

    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in members} == members
    assert packages.repack(packed) == packed


def test_a_list_names_what_its_messages_carry(tmp_path: Path):
    path = wheel(tmp_path)
    made = packages.wheel(path, Wishes(as_is=True, seed_topics=True))
    digest = hashlib.sha256(path.read_bytes()).hexdigest()

    assert json.loads(packages.plain_list([made])) == [
        {"name": "fan-club", "version": "1.0", "type": "wheel", "pkg_sha256": digest}
    ]
    topics = [message.topic for message in made.messages]
    assert topics == [f"mpypi/packages/wheel/{digest}", f"mypypi/packages/{digest}"]


def test_an_app_is_a_package_of_its_own_kind():
    made = packages.app("garden", "1.0.0", b"archive", Wishes(allow_downgrade=True))
    digest = hashlib.sha256(b"archive").hexdigest()

    (item,) = UpdateList(packages.plain_list([made])).items
    assert [message.topic for message in made.messages] == [f"mpypi/packages/app/{digest}"]
    assert (item["type"], item["name"], item["version"]) == ("app", "garden", "1.0.0")
    assert item["allow_downgrade"] is True


def test_a_file_in_parts_is_whole(tmp_path: Path):
    (tmp_path / "data").write_bytes(bytes(40000))

    made = packages.source(tmp_path / "data", "data.bin", Wishes(in_parts=True))

    assert made.item["parts"] == 3
    assert b"".join(message.payload for message in made.messages) == bytes(40000)


def test_what_no_node_would_take_is_refused(tmp_path: Path):
    (tmp_path / "x").write_bytes(b"x")
    (tmp_path / "large").write_bytes(bytes((1 << 20) + 1))
    with pytest.raises(UmbelError, match="no node would take this"):
        packages.source(tmp_path / "x", "../x", Wishes())
    with pytest.raises(UmbelError, match="at most"):
        packages.source(tmp_path / "large", "large", Wishes())
    with pytest.raises(UmbelError, match="is no wheel"):
        packages.wheel(tmp_path / "x", Wishes())


def test_a_signed_list_is_read_as_it_was_meant(tmp_path: Path):
    (tmp_path / "x").write_bytes(b"x")
    made = packages.source(tmp_path / "x", "x", Wishes())

    payload = list_signing.by_node_key(
        list_signing.begin("mpypi/channels/beta", [made]), "micr00OS", bytes(32)
    )
    found = UpdateList(payload)

    assert (found.to, found.items[0]["path"]) == ("mpypi/channels/beta", "x")
    ((kind, name, value),) = found.signatures
    assert (kind, name, len(value)) == ("hmac", "micr00OS", 32)
