"""``umbel publish``: wheels, sources, apps and releases for nodes, over an MQTT broker."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from umbel.errors import UmbelError

if TYPE_CHECKING:
    from umbel.apps import Archive
    from umbel.model import Node
    from umbel.ota.broker import Broker, Place
    from umbel.ota.packages import Package, Wishes

_PASSWORD = "UMBEL_MQTT_PASSWORD"  # noqa: S105 - where it is, not what it is
_DAY = 86400  # seconds, as mpy-blox has it
_PORT, _TLS_PORT = 1883, 8883
Own = tuple[str, bytes] | None  # id and key of the only node that it is for
_ID = re.compile(r"[a-z0-9]+-[0-9a-f]+")


def register(app: typer.Typer) -> None:
    app.command("publish")(publish)


def publish(  # noqa: PLR0913, PLR0917 - each is an option
    wheels: Annotated[list[Path] | None, typer.Argument(help="Wheels.")] = None,
    source: Annotated[
        list[str] | None,
        typer.Option("--src", metavar="FILE[=PATH]", help="A file, and where it goes on nodes."),
    ] = None,
    app: Annotated[
        list[Path] | None,
        typer.Option("--app", help="The archive or the folder of an app; may be repeated."),
    ] = None,
    release: Annotated[
        Path | None, typer.Option(help="A release: a folder, or a zip file.")
    ] = None,
    channel: Annotated[str | None, typer.Option(help="For all who follow this channel.")] = None,
    node: Annotated[
        list[str] | None,
        typer.Option("--node", help="For this node, by name or id; may be repeated."),
    ] = None,
    broker: Annotated[str, typer.Option(metavar="HOST:PORT")] = "127.0.0.1",
    user: Annotated[
        str | None, typer.Option(help=f"For the broker; password: {_PASSWORD}.")
    ] = None,
    tls: Annotated[bool, typer.Option(help="Speak TLS with the broker.")] = False,
    key: Annotated[str | None, typer.Option(help="Sign the list with this release key.")] = None,
    force: Annotated[
        bool, typer.Option(help="Install the same version with another content.")
    ] = False,
    allow_downgrade: Annotated[bool, typer.Option(help="Install older versions too.")] = False,
    parts: Annotated[bool, typer.Option(help="Send files in parts of 16 KB.")] = False,
    as_is: Annotated[
        bool, typer.Option(help="Send wheels as they are, not packed anew for small nodes.")
    ] = False,
    seed_topics: Annotated[
        bool, typer.Option(help="Use the topics mypypi/… of the first mpy-blox, too.")
    ] = False,
    keep: Annotated[int, typer.Option(help="Seconds that the broker keeps it.")] = _DAY,
    wait: Annotated[int, typer.Option(help="Seconds to wait for what nodes make of it.")] = 0,
) -> None:
    """Publish packages, then the list of them, as mpy-blox does.

    A list for a node is a command. With --wait the exit code is 0 only if all nodes have it.
    """
    from umbel.ota.broker import Broker, channel_topic
    from umbel.ota.packages import Wishes

    if not (wheels or source or app or release):
        raise UmbelError("nothing to publish", remedy="umbel publish WHEEL --node NODE")
    if release and (wheels or source or app):
        raise UmbelError("a release comes alone: nodes try one thing at a time")
    if not (channel or node):
        raise UmbelError("for whom?", remedy="--channel NAME or --node NODE")
    wishes = Wishes(
        in_parts=parts,
        seed_topics=seed_topics,
        as_is=as_is,
        force=force,
        allow_downgrade=allow_downgrade,
    )
    packages = [] if release else _packages(wheels or [], source or [], wishes)
    apps = _apps(app or [])

    def all_of(own: Own) -> list[Package]:
        return packages + [_app(one, wishes, own, key) for one in apps]

    topic = channel_topic(channel) if channel else None
    with Broker.connected(_place(broker, user, tls=tls), keep) as link:
        seen = link.look()
        lists: dict[str, list[str]] = {}
        if topic:
            name = _publish(link, topic, all_of, release, key)
            lists = {
                one: [name]
                for one, said in seen.statuses.items()
                if said.get("channel") == channel
            }
        for text in node or ():
            one, known = _find(text, list(seen.statuses))
            name = _publish(link, f"mpypi/nodes/{one}/cmd", all_of, release, key, known)
            lists.setdefault(one, []).append(name)
        if wait:
            _report(link, lists, wait)


def _publish(
    link: Broker,
    topic: str,
    all_of: Callable[[Own], list[Package]],
    release: Path | None,
    key: str | None,
    node: Node | None = None,
) -> str:
    """Publish it all for one topic; return what nodes call the list."""
    from umbel.ota import packages as made
    from umbel.ota.packages import Message

    own = (node.id, node.access.key) if node and node.access.key else None
    if release:
        from umbel.release import Release

        packages = [made.release(Release.load(release), own if not key else None)]
    else:
        packages = all_of(own)
    for package in packages:
        for message in package.messages:
            link.publish(message)
    payload = _list(topic, packages, key, own)
    link.publish(Message(topic=topic, payload=payload, keep=topic.startswith(made.CHANNEL)))
    print(f"{topic}: {', '.join(map(_title, packages))}")
    return made.name_of(payload)


def _list(topic: str, packages: Sequence[Package], key: str | None, own: Own) -> bytes:
    from umbel.cli import _keys
    from umbel.ota import list_signing
    from umbel.ota.packages import plain_list

    if key:
        public = _keys.ring().public(key)
        signed = list_signing.begin(topic, packages)
        return list_signing.by_publisher(signed, public, _keys.signer(key))
    if own:
        return list_signing.by_node_key(list_signing.begin(topic, packages), *own)
    return plain_list(packages)


def _apps(paths: Sequence[Path]) -> list[Archive]:
    if not paths:
        return []
    from umbel.apps import Archive, supply
    from umbel.cli import _app_common

    _app_common.need()
    return [supply.from_folder(path) if path.is_dir() else Archive.read(path) for path in paths]


def _app(archive: Archive, wishes: Wishes, own: Own, key: str | None) -> Package:
    """An app, with the signature that a list for the same nodes has."""
    from umbel.cli import _keys
    from umbel.ota import packages
    from umbel.release import signing

    release = archive.release
    if key:
        release = _keys.signed(release, key)
    elif own:
        release = release.with_signature(signing.for_node(release.manifest, *own))
    return packages.app(archive.uid, archive.version, release.zipped(), wishes)


def _packages(wheels: Sequence[Path], sources: Sequence[str], wishes: Wishes) -> list[Package]:
    from umbel.ota import packages

    found = [packages.wheel(path, wishes) for path in wheels]
    for text in sources:
        path, _, target = text.partition("=")
        found.append(packages.source(Path(path), target or Path(path).as_posix(), wishes))
    return found


def _title(package: Package) -> str:
    item = package.item
    name = item.get("name") or item.get("path") or item["type"]
    return f"{name} {item['version']}" if "version" in item else str(name)


def _find(text: str, ids: Sequence[str]) -> tuple[str, Node | None]:
    """The id of mpy-blox of a node, and what we know of it ourselves."""
    from umbel import registry
    from umbel.cli import _nodes

    known = registry.nodes()
    if _ID.fullmatch(text):
        number = text.partition("-")[2]
        return text, next((one for one in known if one.id == f"micr{number}OS"), None)
    found = _nodes.find(text)
    number = found.id.removeprefix("micr").removesuffix("OS")
    for one in ids:
        if number and one.partition("-")[2] == number:
            return one, found
    raise UmbelError(
        f"{found.name} has never been at this broker",
        remedy=f"umbel config {found.name} set update_channel NAME",
    )


def _place(text: str, user: str | None, *, tls: bool) -> Place:
    from umbel.model import Address
    from umbel.ota.broker import Place

    try:
        address = Address.parse(text, _TLS_PORT if tls else _PORT)
    except ValueError as exc:
        raise UmbelError(f"{text!r} is no address", remedy="--broker HOST:PORT") from exc
    password = os.environ.get(_PASSWORD) if user else None
    return Place(host=address.host, port=address.port, user=user, password=password, tls=tls)


def _report(link: Broker, lists: dict[str, list[str]], seconds: int) -> None:
    from umbel.ota import outcome

    if not lists:
        raise UmbelError("nobody follows this channel yet")
    outcomes = outcome.wait(link, lists, seconds)
    for one in outcomes:
        print(one)
    if not all(one.is_good for one in outcomes):
        raise typer.Exit(1)
