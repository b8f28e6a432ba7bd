"""The MQTT door: commands by topic, their answers, states that the broker keeps, notifications.

<name>/<target>/<function>            a command; the payload holds its arguments
<name>/<target>/<function>/response   its answer, {"state": …, "result": …}
<name>/cmd, <name>/response           the same for a whole command line
<name>/<target>/state                 retained: what its ``status`` tells, after each command
<name>/status                         retained: {"status": "online"}, or offline
<name>/notify                         notifications
"""

# Of the part mqtt, which a release can leave out.

import asyncio
import binascii

from micropython import const

from tepal.core.commands import ROLES, VIEW, Caller, as_json
from tepal.formats.command import Call
from tepal.formats.errors import TepalError
from tepal.services.mqtt import Client

_MOST_TEXTS = const(8)
_MOST_DUE = const(32)
_STATUS = const("status")
_STATE = const("state")
_ONLINE = const('{"status": "online"}')
_OFFLINE = const('{"status": "offline"}')


def open(node) -> Client:
    """Return the client that connects to the broker of the configuration, and stays connected.

    Raises: AttributeError (there is none in the configuration).
    """
    if node.config.get("mqtt") == "n/a":
        raise AttributeError("mqtt")
    door = MqttDoor(node, ROLES.index(node.config.get("mqtt_role")))
    node.closing.append(door.client.close)
    node.log.listeners.append(door)
    node.tasks.start("mqtt.client", door.run(), "system")
    node.tasks.start("mqtt.news", door.tell(), "system")
    return door.client


class MqttDoor:
    """Also a listener of the log, see core.listener: it keeps what is to be published."""

    def __init__(self, node, role: int):
        self.node = node
        self.role = role
        self.root = node.name + "/"
        self.client = Client(node, (self.root + _STATUS, _OFFLINE), self.greet)
        self.texts = []  # notifications that are still to be sent
        self.due = []  # targets whose state may have changed
        self.known = {}  # target: checksum of the state that the broker has
        self.arrived = asyncio.Event()

    async def run(self) -> None:
        """Serve; never returns."""
        await self.client.subscribe(self.root + "+/+", self.command, 1, stale=False)
        await self.client.subscribe(self.root + "cmd", self.line, 1, stale=False)
        await self.client.run()

    async def greet(self) -> None:
        """Tell everybody that we are there, and that all states are to come."""
        await self.client.publish(self.root + _STATUS, _ONLINE, 0, retain=True)
        self.known.clear()
        self.due = list(self.node.modules.loaded)
        self.arrived.set()

    async def command(self, message) -> None:
        """Run what the topic names, with the arguments in the payload, and answer."""
        _, target, function = message.topic.split("/")
        if function != _STATE:  # that is what we say ourselves
            await self._run(message, target, function, message.topic + "/response")

    async def line(self, message) -> None:
        """Run the command line that the payload is, and answer."""
        await self._run(message, "", "", self.root + "response")

    def put(self, event: tuple) -> None:
        """Keep what is to be published, until there is time and a broker."""
        topic, data = event
        if topic == "notify":
            self.texts.append(data)
            if len(self.texts) > _MOST_TEXTS:
                self.texts.pop(0)
        elif topic == "command" and data not in self.due and len(self.due) < _MOST_DUE:
            self.due.append(data)
        else:
            return
        self.arrived.set()

    async def tell(self) -> None:
        """Publish what is new; never returns."""
        while True:
            await self.arrived.wait()
            self.arrived.clear()
            try:
                await self._publish_all()
            except Exception as error:  # noqa: BLE001 - ``greet`` begins anew with the broker
                self.node.log.info("mqtt: " + str(error))

    async def _publish_all(self) -> None:
        while self.client.link and (self.texts or self.due):
            if self.texts:
                await self.client.publish(self.root + "notify", self.texts.pop(0), 1)
            else:
                await self._publish_state(self.due.pop(0))

    async def _publish_state(self, target: str) -> None:
        """Publish the state of a target, if it has one and the broker has another."""
        caller = Caller("mqtt", VIEW, _STATE)
        try:
            state = await self.node.commands.run(Call(target, _STATUS, (), {}, ()), caller)
        except TepalError:
            return
        text = as_json(state).encode()
        checksum = binascii.crc32(text)
        if self.known.get(target) != checksum:
            topic = self.root + target + "/" + _STATE
            await self.client.publish(topic, text, 0, retain=True)
            self.known[target] = checksum

    async def _run(self, message, target: str, function: str, answer_to: str) -> None:
        from tepal.services import mqtt_command

        caller = Caller("mqtt", self.role, message.topic)
        text = await mqtt_command.run(self.node.commands, message, target, function, caller)
        await self.client.publish(answer_to, text)
