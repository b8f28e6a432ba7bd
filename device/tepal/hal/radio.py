"""The radio as a station: joins networks, and tells why one does not take us."""

import network
from micropython import const

RARE = True
_TRIES = const(3)  # of an ESP32 for one ``connect``: a first handshake may fail for no reason
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
        ("STAT_ASSOC_FAIL", "refuses the node"),
        ("STAT_CONNECT_FAIL", "refuses the node"),
        ("STAT_BEACON_TIMEOUT", "gives no answer"),
    )
)
_FINE = const(("STAT_CONNECTING", "STAT_IDLE", "STAT_GOT_IP"))


def connect(station, ssid: str, password: str, addresses: tuple) -> None:
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


def disconnect(station) -> None:
    """Leave the network, or end the attempt to join one."""
    try:
        station.disconnect()
    except OSError:
        pass  # it was on none


def fault(station) -> str:
    """Return why the attempt to join has failed; nothing as long as it has not.

    A network that gives no address is none yet, it may still give one.
    """
    status = station.status()
    for name, text in _FAULTS:
        if status == getattr(network, name, ""):
            return text
    if status == _LOST_HANDSHAKE:
        return "wrong password"
    if status == _NO_ADDRESS or station.isconnected():
        return "gives no address"
    is_fine = status in [getattr(network, name, 0) for name in _FINE]
    return "" if is_fine else "Wi-Fi status %s" % status


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
