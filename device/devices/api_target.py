"""A command for another node, or for this one, where a sensor would switch a lamp."""

import asyncio
import json

from tepal.core.devices import Device

_LONGEST = 2048  # bytes of an answer


class ApiTarget(Device):
    """Rules: {"on": [command, instance, argument …], "off": […]}; "ignore" does nothing.

    ``wire`` says what the other node speaks: a Tepal node its own way, one of
    micropython-smarthome JSON on ``port``. Without an address the command is for this node.
    """

    deadline_ms = 6000

    def __init__(self, ip: str, port: int = 8123, wire: str = "smarthome"):
        self.ip, self.port, self.wire = ip, port, wire

    async def send(self, state: bool) -> bool:
        """Give the command of a state; disabled is the off of the default rule."""
        rule = self.current_rule if isinstance(self.current_rule, dict) else self.default_rule
        words = rule["on" if state else "off"]
        if words[0] == "ignore":
            return True
        if self.ip in ("127.0.0.1", "localhost", self.node.network.station.ifconfig()[0]):
            await self.order(self._here(words))
        elif self.wire == "tepal":
            await self.order(words, self.ip)
        else:
            return await self._ask(words)
        return True

    def _here(self, words: list) -> list:
        """Return a command of the original as this node has it."""
        if words[0] == "clear_log":
            return ["alarms", "system", True]
        if words[0] == "ir_key":
            for it in self.house.all.values():
                if it.type == "ir-blaster":
                    return ["send_key", it.name] + words[1:]
        return words

    async def _ask(self, words: list) -> bool:
        address = await self.address(self.ip)
        reader, writer = await asyncio.open_connection(address, self.port)
        try:
            writer.write((json.dumps(words) + "\n").encode())
            await writer.drain()
            data = b""
            part = await reader.read(256)
            while part and len(data) < _LONGEST:
                data += part
                part = await reader.read(256)
        finally:
            writer.close()
            await writer.wait_closed()
        answer = json.loads(data)
        return not (isinstance(answer, dict) and ("ERROR" in answer or "Error" in answer))
