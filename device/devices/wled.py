"""LED strips with WLED, over the local network."""

import json

from tepal.core.devices import Device


class Wled(Device):
    """Rules: brightness 1..255, and fades."""

    deadline_ms = 3000

    def __init__(self, ip: str, min_rule: int = 1, max_rule: int = 255):
        self.ip = ip
        self.min_rule, self.max_rule = min_rule, max_rule

    async def send(self, state: bool) -> bool:
        """Switch, and set the brightness where it is on."""
        wanted = {"on": state}
        if state:
            wanted["bri"] = self.current_rule
        url = "http://%s/json/state" % self.ip
        return (await self.get(url, json.dumps(wanted).encode()))[0] == 200
