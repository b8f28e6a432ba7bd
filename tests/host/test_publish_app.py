"""``umbel publish --app``: what a broker gets, played without one."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Callable, Generator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace

import pytest

from tepal.formats.update_list import UpdateList
from umbel.apps import template
from umbel.model import Access, Address, Node
from umbel.ota.broker import Broker
from umbel.ota.packages import Message
from umbel.registry import saved
from umbel.release import manifest

Umbel = Callable[..., tuple[int, str]]
ATTIC = Node(
    name="attic",
    id="micr00ffOS",
    address=Address("10.0.0.1", 9008),
    web_port=80,
    access=Access(key=bytes(32)),
)


@pytest.fixture
def sent(umbel: Umbel, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Message]:
    """What is published; a node that this user knows is at the broker, and there is an app."""
    messages: list[Message] = []
    statuses = {"esp32-00ff": {"name": "attic", "channel": "stable"}}
    link = SimpleNamespace(
        publish=messages.append, look=lambda: SimpleNamespace(statuses=statuses)
    )

    @contextmanager
    def connected(*_: object) -> Generator[SimpleNamespace]:
        yield link

    monkeypatch.setattr(Broker, "connected", connected)
    saved.remember([ATTIC])
    template.write(tmp_path / "lamp", "Lamp", "MIT")
    return messages


def signers(message: Message) -> list[str]:
    with zipfile.ZipFile(BytesIO(message.payload)) as archive:
        said = manifest.read(archive.read("manifest"), kind="app")
    return [one.id for one in said.signatures]


def test_an_app_comes_before_the_list_that_names_it(umbel: Umbel, sent: list[Message]):
    code, printed = umbel("publish", "--app", "lamp", "--channel", "stable")

    assert (code, printed) == (0, "mpypi/channels/stable: lamp 0.1.0\n")
    archive, listed = sent
    (item,) = UpdateList(listed.payload).items
    assert (item["type"], item["name"], item["version"]) == ("app", "lamp", "0.1.0")
    assert item["pkg_sha256"] == hashlib.sha256(archive.payload).hexdigest()
    assert archive.topic == f"mpypi/packages/app/{item['pkg_sha256']}"
    assert signers(archive) == []


def test_for_one_node_its_own_key_vouches(umbel: Umbel, sent: list[Message], tmp_path: Path):
    assert umbel("app", "pack", "lamp")[0] == 0

    code, printed = umbel("publish", "--app", "lamp-0.1.0.zip", "--node", "attic")

    assert (code, printed) == (0, "mpypi/nodes/esp32-00ff/cmd: lamp 0.1.0\n")
    assert signers(sent[0]) == ["micr00ffOS"]


def test_a_key_signs_the_app_and_the_list(umbel: Umbel, sent: list[Message]):
    umbel("keys", "new", "shop")

    code, printed = umbel("publish", "--app", "lamp", "--channel", "stable", "--key", "shop")

    assert code == 0, printed
    (signature,) = UpdateList(sent[1].payload).signatures
    assert signers(sent[0]) == [signature[1]]


@pytest.mark.parametrize(
    "command, expected",
    [
        ("--app nowhere --channel a", "error: nowhere cannot be read"),
        ("--app lamp", "error: for whom?"),
        ("--app lamp --release lamp --channel a", "error: a release comes alone"),
        ("--app lamp/main.py --channel a", "error: lamp/main.py is no archive of an app"),
    ],
)
def test_what_cannot_be_published_is_one_sentence(
    command: str, expected: str, umbel: Umbel, sent: list[Message]
):
    code, printed = umbel("publish", *command.split())

    assert (code, expected in printed) == (1, True), printed
    assert sent == []
