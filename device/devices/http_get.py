"""What is switched by getting a web page: any, a Tasmota relay, the screen of a computer."""

import json

from tepal.core.devices import Device


class HttpGet(Device):
    """On and off are two pages of one server."""

    deadline_ms = 3000

    def __init__(self, uri: str, on_path: str, off_path: str):
        self.uri = uri if "://" in uri else "http://" + uri
        self.on_path, self.off_path = on_path, off_path

    async def send(self, state: bool) -> bool:
        """Get the page; it works where the status is 200."""
        return (await self._get(self.on_path if state else self.off_path))[0] == 200

    async def _get(self, path: str) -> tuple:
        return await self.get(self.uri.rstrip("/") + "/" + path.lstrip("/"))


class TasmotaRelay(HttpGet):
    """A relay with Tasmota; who presses its button is noticed."""

    poll_ms = 5000

    def __init__(self, ip: str):
        super().__init__(ip, "/cm?cmnd=Power%20On", "/cm?cmnd=Power%20Off")
        self.ip = ip

    async def measure(self) -> None:
        """Find out whether somebody else has switched it."""
        status, body = await self._get("/cm?cmnd=Power")
        power = json.loads(body).get("POWER") if status == 200 else None
        if power in ("ON", "OFF"):
            self.seen(power == "ON", None)


class DesktopTarget(HttpGet):
    """The screen of a computer with the desktop daemon of micropython-smarthome."""

    def __init__(self, ip: str, port: int = 5000):
        super().__init__("%s:%d" % (ip, port), "/on", "/off")
        self.ip = ip

    async def send(self, state: bool) -> bool:
        """Switch; a computer that somebody uses stays on, which is no fault."""
        status, _ = await self._get(self.on_path if state else self.off_path)
        return status == 200 or (status == 503 and not state)
