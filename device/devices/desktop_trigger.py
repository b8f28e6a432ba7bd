"""Whether somebody uses a computer: its screen, or its keyboard and mouse."""

import json

from micropython import const

from tepal.core.devices import Sensor

_IDLE_MS = const(60000)


class DesktopTrigger(Sensor):
    """Asks the desktop daemon of micropython-smarthome once a second."""

    poll_ms = 1000
    deadline_ms = 2000
    current = None  # what it said last; None: nothing, or nothing that makes sense

    def __init__(self, ip: str, mode: str, port: int = 5000):
        self.mode, self.ip = mode, ip
        self.uri = "http://%s:%d" % (ip, port)

    def condition_met(self):
        """Return whether the screen is on, or whether somebody was there within a minute."""
        return self.current

    async def measure(self) -> None:
        """Ask."""
        path = "/state" if self.mode == "screen" else "/idle_time"
        status, body = await self.get(self.uri + path)
        answer = json.loads(body) if status == 200 else {}
        if self.mode == "activity":
            self.current = int(answer["idle_time"]) <= _IDLE_MS
        elif answer.get("state") in ("On", "Off"):
            self.current = answer["state"] == "On"
            for target in self.targets:
                if target.type == "desktop":
                    target.seen(self.current, None)

    def changed(self, now_ms: int) -> None:
        """Forget what it said before it was disabled."""
        if not self.enabled:
            self.current = None

    def trigger(self) -> bool:
        """Take it for used, until it is asked again."""
        self.current = True
        return True
