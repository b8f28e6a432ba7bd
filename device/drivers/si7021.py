"""SI7021: humidity and degrees over I2C. Source: Silicon Labs Si7021-A20 datasheet."""

import asyncio

from micropython import const

_ADDRESS = const(0x40)
_HUMIDITY = const(b"\xf5")  # without holding the clock: other tasks run meanwhile
_TEMPERATURE = const(b"\xf3")
_WAIT_MS = const(25)  # the longest measurement takes 23
_POLYNOMIAL = const(0x131)


async def read(bus) -> tuple:
    """Return (degrees Celsius, percent of relative humidity).

    Raises: OSError (no answer), ValueError (checksum).
    """
    humidity = percent(await _measured(bus, _HUMIDITY))
    return celsius(await _measured(bus, _TEMPERATURE)), humidity


async def _measured(bus, command: bytes) -> int:
    bus.writeto(_ADDRESS, command)
    await asyncio.sleep_ms(_WAIT_MS)
    return decode(bus.readfrom(_ADDRESS, 3))


def decode(data: bytes) -> int:
    """Return the number before a checksum. Raises: ValueError."""
    if len(data) != 3 or checksum(data[:2]) != data[2]:
        raise ValueError("checksum")
    return data[0] << 8 | data[1]


def celsius(code: int) -> float:
    """Return what a code of the thermometer means."""
    return round(175.72 * code / 65536 - 46.85, 2)


def percent(code: int) -> float:
    """Return what a code of the hygrometer means; it may be a little off the scale."""
    return min(100, max(0, round(125 * code / 65536 - 6, 1)))


def checksum(data: bytes) -> int:
    """Return the CRC-8 that the chip sends."""
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc <<= 1
            if crc & 0x100:
                crc ^= _POLYNOMIAL
    return crc
