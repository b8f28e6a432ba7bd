"""TP-Link Kasa dimmers and bulbs, over the local network."""

from drivers import kasa
from tepal.core.devices import Device

_LIGHT = "smartlife.iot.smartbulb.lightingservice"
_DIMMER = "smartlife.iot.dimmer"


class Tplink(Device):
    """Rules: brightness 1..100, and fades. Who presses the button on the wall is noticed."""

    poll_ms = 5000
    deadline_ms = 4000

    def __init__(self, ip: str, min_rule: int = 1, max_rule: int = 100):
        self.ip = ip
        self.min_rule, self.max_rule = min_rule, max_rule

    async def send(self, state: bool) -> bool:
        """Switch, and set the brightness where it is on."""
        if self.type == "bulb":
            light = {"ignore_default": 1, "on_off": int(state), "transition_period": 0}
            if state:
                light["brightness"] = self.current_rule
            return await self._tell({_LIGHT: {"transition_light_state": light}})
        if state:
            brightness = {"brightness": self.current_rule}
            if not await self._tell({_DIMMER: {"set_brightness": brightness}}):
                return False
        return await self._tell({"system": {"set_relay_state": {"state": int(state)}}})

    async def measure(self) -> None:
        """Find out whether somebody else has switched it."""
        answer = await kasa.ask(await self.address(self.ip), {"system": {"get_sysinfo": {}}})
        info = answer["system"]["get_sysinfo"]
        light = info.get("light_state", info)
        is_on = light.get("on_off", light.get("relay_state")) == 1
        self.seen(is_on, light.get("brightness") if is_on else None)

    async def _tell(self, request: dict) -> bool:
        return kasa.fault(await kasa.ask(await self.address(self.ip), request)) == 0
