"""DHT22: temperature and humidity."""

from micropython import const

from drivers import dht22

_TYPING = const(0)
if _TYPING:
    from tepal import Node

node: "Node"  # the running node; the loader puts it here

HELP = ("load", "TEXTBOX measure", "pinmap")
VIEW = ("load",)

_taken_ms = 0
_reading = None


def load():
    """Take the pin of the sensor."""
    node.pins.take("dhtpin", "dht22")
    return "DHT22 LOADED"


def measure():
    """Return temperature and humidity; at most one new reading in two seconds."""
    global _reading, _taken_ms
    pin = node.pins.take("dhtpin", "dht22")
    now = node.clock.uptime_ms()
    if _reading is None or now - _taken_ms >= dht22.PAUSE_MS:
        celsius, humidity = dht22.decode(node.io.dht(pin))
        _reading = {"temp[C]": celsius, "hum[%]": humidity}
        _taken_ms = now
    return _reading


def pinmap():
    """Return the pin of this module."""
    return node.pins.search(("dhtpin",))
