"""Reaching neighbours: where all of them hear us, and the radio that needs no network."""

import network

RARE = True


def radio():
    """Return the radio for ESP-NOW, switched on. Raises: ImportError (this board has none)."""
    import espnow

    radio = espnow.ESPNow()
    radio.active(True)
    return radio


def broadcasts() -> tuple:
    """Return the addresses at which all neighbours listen; simulated ones share a machine."""
    return getattr(network, "BROADCASTS", ("255.255.255.255",))
