"""A stand-in for the chip SI7021: what it answers on its bus."""


def answer(order: bytes, celsius: float, humidity: float) -> bytes:
    """Return two bytes and their checksum. Raises: OSError, if nothing was ordered."""
    if order == b"\xf5":
        code = int((humidity + 6) * 65536 / 125 + 0.5)
    elif order == b"\xf3":
        code = int((celsius + 46.85) * 65536 / 175.72 + 0.5)
    else:
        raise OSError(5)  # EIO
    return bytes((code >> 8, code & 255, _rest(code << 8)))


def _rest(number: int) -> int:
    """Return what a division of polynomials leaves: x^8 + x^5 + x^4 + 1 is the divisor."""
    for place in range(23, 7, -1):
        if number >> place & 1:
            number ^= 0x131 << (place - 8)
    return number
