"""A stand-in for ``network``: one radio that joins any network while the host lets it."""

import simulated

STA_IF, AP_IF = 0, 1
STAT_IDLE, STAT_CONNECTING, STAT_GOT_IP = 0, 1, 3
LISTEN_ADDRESS = simulated.setting("ADDRESS", "127.0.0.1")
BROADCASTS = tuple(simulated.setting("NEIGHBOURS", "127.0.0.1").split(","))

_names = {"host": "simulated"}


def hostname(name: str | None = None) -> str:
    """Return the host name, or set it."""
    if name is not None:
        if len(name) > 32:
            raise ValueError("hostname")
        _names["host"] = name
    return _names["host"]


class WLAN:
    """The station or the access point."""

    def __init__(self, interface):
        self._interface = interface
        self._active = False
        self._ssid = ""
        self._addresses = (LISTEN_ADDRESS, "255.0.0.0", "127.0.0.1", "127.0.0.1")

    def active(self, on=None):
        """Tell whether the interface is on, or switch it."""
        if on is not None:
            self._active = bool(on)
        return self._active

    def connect(self, ssid, password=None):
        """Join a network."""
        if not self._active:
            raise OSError("not active")
        self._ssid = ssid

    def disconnect(self):
        """Leave the network."""
        self._ssid = ""

    def isconnected(self):
        """Tell whether the station has joined."""
        return bool(self._active and self._ssid and simulated.wifi["up"])

    def ifconfig(self, addresses=None):
        """Return (address, netmask, gateway, DNS), or set them."""
        if addresses is not None:
            self._addresses = tuple(addresses)
        return self._addresses

    def status(self, what=None):
        """Return the state of the link, or one figure about it."""
        if what == "rssi":
            return simulated.wifi["rssi"]
        if what == "stations":
            return [(bytes.fromhex(mac),) for mac in simulated.wifi["stations"]]
        return STAT_GOT_IP if self.isconnected() else STAT_CONNECTING

    def scan(self):
        """Return the networks in reach."""
        return [(b"umbel-sim", b"\x02\0\0\0\0\1", 6, simulated.wifi["rssi"], 3, 0)]

    def config(self, name=None, **settings):
        """Return one setting of the interface, or change some."""
        if name == "mac":
            return bytes.fromhex(simulated.setting("ID", "0250490000ff"))
        return None
