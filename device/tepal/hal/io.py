"""Pins and what hangs on them. Loaded only where something hangs on them."""

import machine


def output(number: int):
    """Return an output pin; ``pin.value(1)`` sets it high."""
    return machine.Pin(number, machine.Pin.OUT)


def input(number: int, pull: str = ""):
    """Return an input pin with a pull resistor ``up``, ``down`` or none."""
    if not pull:
        return machine.Pin(number, machine.Pin.IN)
    resistor = machine.Pin.PULL_UP if pull == "up" else machine.Pin.PULL_DOWN
    return machine.Pin(number, machine.Pin.IN, resistor)


def pwm(number: int, hertz: int = 1000):
    """Return a PWM output; ``pwm.duty_u16(0..65535)`` sets it."""
    output = machine.PWM(machine.Pin(number))
    output.freq(hertz)
    return output


def analog(number: int) -> int:
    """Return the level of an analog pin, 0..65535 of the reference voltage."""
    converter = machine.ADC(machine.Pin(number))
    if hasattr(machine.ADC, "ATTN_11DB"):  # only the ESP32 family has an attenuator
        converter.atten(machine.ADC.ATTN_11DB)
    return converter.read_u16()


def pixels(number: int, count: int):
    """Return a strip of ``count`` WS2812 pixels: ``strip[0] = (r, g, b)``, ``strip.write()``."""
    import neopixel

    return neopixel.NeoPixel(machine.Pin(number), count)


def dht(number: int) -> bytes:
    """Return the five bytes that a DHT11 or DHT22 sends; at most one reading in two seconds.

    Raises: OSError (no answer), Exception (checksum).
    """
    import dht

    sensor = dht.DHTBase(machine.Pin(number))
    sensor.measure()
    return bytes(sensor.buf)


def wires():
    """Return what reads chips on a few wires."""
    from tepal.hal import wires

    return wires
