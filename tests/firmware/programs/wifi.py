"""Joins the one network that the emulated radio finds."""

import time

import network

_SSID = "RP2040PY-GUEST"
_GATEWAY = "10.55.0.1"


def join(address=None):
    """Return the address of this board; it asks for one (DHCP) unless ``address`` is given."""
    station = network.WLAN(network.STA_IF)
    station.active(True)
    if address:
        station.ifconfig((address, "255.255.255.0", _GATEWAY, _GATEWAY))
    station.connect(_SSID, "any password")
    while not station.isconnected():
        time.sleep_ms(10)
    return station.ifconfig()[0]
