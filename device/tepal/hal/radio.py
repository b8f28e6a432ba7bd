"""The Wi-Fi radio: as a station that joins a network, and as a network of our own."""

import network
from micropython import const

RARE = True
_TRIES = const(3)  # of an ESP32 for one ``join``: a first handshake may fail for no reason
_LOST_HANDSHAKE = const(15)  # what an ESP32 says of most wrong passwords, without a name for it
_NO_ADDRESS = const(2)  # what a Pico W says while it waits for DHCP, without a name for it
_OPEN = const(0)
_FAULTS = const(
    (
        ("STAT_WRONG_PASSWORD", "wrong password"),
        ("STAT_HANDSHAKE_TIMEOUT", "wrong password"),
        ("STAT_NO_AP_FOUND", "not found"),
        ("STAT_NO_AP_FOUND_IN_RSSI_THRESHOLD", "not found"),
        ("STAT_NO_AP_FOUND_IN_AUTHMODE_THRESHOLD", "other security"),
        ("STAT_NO_AP_FOUND_W_COMPATIBLE_SECURITY", "other security"),
        ("STAT_ASSOC_FAIL", "refused"),
        ("STAT_CONNECT_FAIL", "refused"),
        ("STAT_BEACON_TIMEOUT", "no answer"),
    )
)


def join(station, ssid: str, password: str, addresses: tuple) -> None:
    """Begin to join a network; ``addresses`` are ours, the netmask … if they are fixed.

    Raises: OSError, ValueError (what the radio has against it).
    """
    try:
        station.config(reconnects=_TRIES - 1)
    except (ValueError, TypeError):
        pass  # only an ESP32 tries again by itself, and then never says why it fails
    if addresses:
        station.ifconfig(addresses)
    station.connect(ssid, password or None)


def leave(station) -> None:
    """Leave the network, or end the attempt to join one."""
    try:
        station.disconnect()
    except OSError:
        pass  # it was on none


def fault(station) -> str:
    """Return why the attempt to join has failed; nothing as long as it has not."""
    status = station.status()
    for name, text in _FAULTS:
        if status == getattr(network, name, None):
            return text
    return "wrong password" if status == _LOST_HANDSHAKE else ""


def lacks_address(station) -> bool:
    """Tell whether the station is on a network that has given it no address."""
    return station.isconnected() or station.status() == _NO_ADDRESS


def scan(station) -> list:
    """Return [(name, strength in dBm, whether it wants a password)], the strongest first.

    Of several stations with one name the strongest counts; hidden ones have none and are left
    out. Raises: OSError.
    """
    found = {}
    for ssid, _, _, dbm, security, _ in station.scan():
        try:
            name = ssid.rstrip(b"\0").decode()
        except UnicodeError:
            continue  # nobody could type it either
        if name and (name not in found or dbm > found[name][1]):
            found[name] = (name, dbm, security != _OPEN)
    return sorted(found.values(), key=lambda entry: -entry[1])


def open(ssid: str, password: str) -> None:
    """Open a network of our own, WPA2 with ``password``."""
    interface = network.WLAN(network.AP_IF)
    security = getattr(network.WLAN, "SEC_WPA2", None) or getattr(network, "AUTH_WPA2_PSK", None)
    interface.config(ssid=ssid, password=password)
    if security is not None:
        interface.config(security=security)  # an ESP32 lets everybody in if it is not told
    interface.active(True)


def close() -> None:
    """Close our network, if it is open."""
    network.WLAN(network.AP_IF).active(False)


def addresses() -> tuple:
    """Return (address, netmask, gateway, DNS server) in our network."""
    return network.WLAN(network.AP_IF).ifconfig()


def stations() -> list[bytes]:
    """Return the hardware addresses of whoever has joined ours."""
    interface = network.WLAN(network.AP_IF)
    if not interface.active():
        return []
    joined = interface.status("stations")
    return [station[0] for station in joined]  # pyright: ignore[reportGeneralTypeIssues]


def dns_port() -> int:
    """Return the port for questions of DNS; a simulated node may not have the usual one."""
    return getattr(network, "DNS_PORT", 53)
