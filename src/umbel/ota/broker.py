"""A broker for a moment: messages to it, and what nodes have left there about themselves."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, cast

from umbel.errors import UmbelError
from umbel.ota.packages import CHANNEL, NODE, Message

try:
    from paho.mqtt import client as paho
    from paho.mqtt.packettypes import PacketTypes
    from paho.mqtt.properties import Properties
except ImportError as exc:
    raise UmbelError("paho-mqtt is not installed", remedy="pip install 'umbel[mqtt]'") from exc

_CONNECT = 10.0  # seconds
_SEND = 60.0  # seconds for one message
_SETTLE = 0.5  # seconds in which a broker sends what it has kept
_QOS = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a broker is, and how it lets us in."""

    host: str
    port: int
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    tls: bool = False


@dataclass(slots=True)
class Seen:
    """What nodes say: their last status by id, and whether they are there by name."""

    statuses: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    is_online: dict[str, bool] = field(default_factory=dict[str, bool])


class Broker:
    """A connection; ``seen`` changes while it lasts."""

    def __init__(self, place: Place, keep: int):
        self._place = place
        self._keep = keep
        self._changed = threading.Condition()
        self._answer = ""
        self.seen = Seen()
        self._client = paho.Client(
            paho.CallbackAPIVersion.VERSION2,  # pyright: ignore[reportPrivateImportUsage]
            protocol=paho.MQTTv5,
        )
        self._client.on_connect = self._on_connect
        self._client.on_message = self._on_message
        if place.user is not None:
            self._client.username_pw_set(place.user, place.password)
        if place.tls:
            self._client.tls_set_context()  # pyright: ignore[reportUnknownMemberType]

    @classmethod
    @contextmanager
    def connected(cls, place: Place, keep: int) -> Generator[Broker]:
        """Connect; ``keep`` is for how many seconds the broker shall keep what we publish.

        Raises:
            UmbelError: there is no broker, or it does not let us in.
        """
        broker = cls(place, keep)
        try:
            broker._client.connect(place.host, place.port, keepalive=60)
        except (OSError, ValueError) as exc:
            raise UmbelError(f"no broker at {place.host}:{place.port}: {exc}") from exc
        broker._client.loop_start()
        try:
            broker.wait_for(lambda: bool(broker._answer), _CONNECT)
            if broker._answer != "Success":
                said = broker._answer or "no answer"
                raise UmbelError(f"{place.host}:{place.port} does not let us in: {said}")
            yield broker
        finally:
            broker._client.disconnect()
            broker._client.loop_stop()

    def publish(self, message: Message) -> None:
        """Send a message, and return when the broker has it.

        Raises:
            UmbelError: it does not take it, or goes away.
        """
        properties = Properties(PacketTypes.PUBLISH)
        if message.keep:
            properties.MessageExpiryInterval = self._keep
        sent = self._client.publish(
            message.topic,
            message.payload,
            qos=_QOS,
            retain=message.keep,
            properties=properties,
        )
        try:
            sent.wait_for_publish(_SEND)
        except (RuntimeError, ValueError) as exc:
            raise UmbelError(f"{message.topic}: {exc}") from exc
        if not sent.is_published():
            raise UmbelError(f"{message.topic}: the broker does not take it")

    def look(self) -> Seen:
        """What nodes have left, as soon as the broker has sent it; news come all the time."""
        self._client.subscribe([(f"{NODE}+/status", _QOS), ("+/status", _QOS)])
        time.sleep(_SETTLE)
        return self.seen

    def wait_for(self, holds: Callable[[], bool], seconds: float) -> bool:
        """Whether ``holds()`` became true in so many seconds."""
        with self._changed:
            return self._changed.wait_for(holds, seconds)

    def _on_connect(self, *arguments: object) -> None:
        with self._changed:
            self._answer = str(arguments[3])
            self._changed.notify_all()

    def _on_message(self, _client: object, _data: object, message: paho.MQTTMessage) -> None:
        try:
            found = json.loads(message.payload)
        except ValueError:
            return
        if not isinstance(found, dict):
            return
        said = cast("dict[str, Any]", found)
        *place, _ = message.topic.split("/")
        with self._changed:
            if message.topic.startswith(NODE):
                said["is_news"] = not message.retain
                self.seen.statuses[place[-1]] = said
            elif len(place) == 1:
                self.seen.is_online[place[0]] = said.get("status") == "online"
            self._changed.notify_all()


def channel_topic(channel: str) -> str:
    """Where the list of a channel is.

    Raises:
        UmbelError: this is no name for one.
    """
    if not channel or set("+#/\0") & set(channel):
        raise UmbelError(f"{channel!r} is no name for a channel", remedy="without +, # and /")
    return CHANNEL + channel
