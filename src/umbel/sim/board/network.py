"""A stand-in for ``network``: a radio in the Wi-Fi that the host describes, see ``simulated.wifi``."""

import simulated
from simulated import wifi

STA_IF, AP_IF = 0, 1
LISTEN_ADDRESS = simulated.setting("ADDRESS", "127.0.0.1")
DNS_PORT = 1053  # 53 is for root alone

# What the firmware of each says of a link; no two agree.
STAT_IDLE, STAT_CONNECTING, STAT_GOT_IP = 1000, 1001, 1010
STAT_NO_AP_FOUND, STAT_WRONG_PASSWORD, STAT_ASSOC_FAIL = 201, 202, 203
_WAITS_FOR_ADDRESS = STAT_CONNECTING
if simulated.setting("PLATFORM", "esp32") == "rp2":
    STAT_IDLE, STAT_CONNECTING, STAT_GOT_IP = 0, 1, 3
    STAT_NO_AP_FOUND, STAT_WRONG_PASSWORD, STAT_CONNECT_FAIL = -2, -3, -1
    STAT_ASSOC_FAIL = STAT_CONNECT_FAIL
    _WAITS_FOR_ADDRESS = 2
AUTH_WPA2_PSK = 3

_NOWHERE = ("0.0.0.0",) * 4  # noqa: S104 - nobody listens there
_names = {"host": "simulated"}


def hostname(name: str | None = None) -> str:
    """Return the host name, or set it."""
    if name is not None:
        if len(name) > 32:
            raise ValueError("hostname")
        _names["host"] = name
    return _names["host"]


def country(code: str | None = None) -> str:
    """Return the code of the country, or set it."""
    if code is not None:
        if len(code) != 2:
            raise ValueError("country")
        _names["country"] = code
    return _names.get("country", "XX")


class WLAN:
    """The station or the access point."""

    def __init__(self, interface):
        self._is_access_point = interface == AP_IF
        self._active = False
        self._ssid = ""
        self._password = ""
        self._addresses = (LISTEN_ADDRESS, "255.0.0.0", "127.0.0.1", "127.0.0.1")

    def active(self, on=None):
        """Tell whether the interface is on, or switch it."""
        if self._is_access_point:
            if on is not None:
                wifi["access_point"]["open"] = bool(on)
            return wifi["access_point"]["open"]
        if on is not None:
            self._active = bool(on)
        return self._active

    def connect(self, ssid, password=None):
        """Join a network."""
        if not self._active:
            raise OSError("not active")
        if wifi["fault"] == "connect":
            raise OSError("Wifi Internal State Error")
        self._ssid, self._password = ssid, password or ""

    def disconnect(self):
        """Leave the network."""
        self._ssid = ""

    def isconnected(self):
        """Tell whether the station has joined."""
        return self._link() == STAT_GOT_IP

    def ifconfig(self, addresses=None):
        """Return (address, netmask, gateway, DNS), or set them."""
        if addresses is not None:
            self._addresses = tuple(addresses)
        if not self._is_access_point and self._trouble() == "empty":
            return _NOWHERE
        return self._addresses

    def status(self, what=None):
        """Return the state of the link, or one figure about it."""
        if what == "rssi":
            return wifi["rssi"]
        if what == "stations":
            return [(bytes.fromhex(mac),) for mac in wifi["stations"]]
        return self._link()

    def scan(self):
        """Return the networks in reach."""
        if wifi["fault"] == "scan" or not self._active:
            raise OSError("scan")
        seen = wifi["networks"]
        if seen is None:
            seen = [{"ssid": "umbel-sim", "rssi": wifi["rssi"], "password": "any"}]
        return [_scanned(network) for network in seen if wifi["up"]]

    def config(self, name=None, **settings):
        """Return one setting of the interface, or change some."""
        if name == "mac":
            return bytes.fromhex(simulated.setting("ID", "0250490000ff"))
        if self._is_access_point:
            wifi["access_point"].update(settings)
        elif "reconnects" in settings and STAT_IDLE == 0:
            raise ValueError("unknown config param")
        return None

    def _trouble(self) -> str:
        """Return what is odd about the network that the station wants."""
        network = self._network()
        return network.get("trouble", "") if network else ""

    def _network(self):
        if wifi["networks"] is None:
            return {"ssid": self._ssid}
        for network in wifi["networks"]:
            if network["ssid"] == self._ssid:
                return network
        return None

    def _link(self) -> int:
        if not (self._active and self._ssid):
            return STAT_IDLE
        network = self._network()
        if not (network and wifi["up"]):
            return STAT_NO_AP_FOUND
        if network.get("password", self._password) != self._password:
            return STAT_WRONG_PASSWORD
        trouble = network.get("trouble")
        if trouble == "refuses":
            return STAT_ASSOC_FAIL
        if trouble == "silent":
            return STAT_CONNECTING
        return _WAITS_FOR_ADDRESS if trouble == "no address" else STAT_GOT_IP


def _scanned(network: dict) -> tuple:
    """Return a network as a scan shows it; one that hides has no name."""
    ssid = b"" if network.get("hidden") else network["ssid"].encode()
    security = 3 if network.get("password") else 0
    return (ssid, b"\x02\0\0\0\0\1", 6, network.get("rssi", -50), security, 0)
