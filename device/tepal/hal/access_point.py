"""The radio as a network of our own."""

import network

RARE = True


def open(ssid: str, password: str) -> None:
    """Open a network, WPA2 with ``password``."""
    interface = network.WLAN(network.AP_IF)
    security = getattr(network.WLAN, "SEC_WPA2", None) or getattr(network, "AUTH_WPA2_PSK", None)
    interface.config(ssid=ssid, password=password)
    if security is not None:
        interface.config(security=security)  # an ESP32 lets everybody in if it is not told
    interface.active(True)


def close() -> None:
    """Close the network, if it is open."""
    network.WLAN(network.AP_IF).active(False)


def addresses() -> tuple:
    """Return (address, netmask, gateway, DNS server) in our network."""
    return network.WLAN(network.AP_IF).ifconfig()


def stations() -> list[bytes]:
    """Return the hardware addresses of whoever has joined."""
    interface = network.WLAN(network.AP_IF)
    if not interface.active():
        return []
    joined = interface.status("stations")
    return [station[0] for station in joined]  # pyright: ignore[reportGeneralTypeIssues]


def dns_port() -> int:
    """Return the port for questions of DNS; a simulated node may not have the usual one."""
    return getattr(network, "DNS_PORT", 53)
