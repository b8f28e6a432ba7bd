"""A fixed address, as the configuration has it. Pure."""

from micropython import const

from tepal.formats.errors import TepalError

RARE = True
_DIGITS = const("0123456789")


def check(text: str) -> None:
    """Refuse what is none. Raises: TepalError ``config_value``."""
    try:
        addresses(text)
    except TepalError as error:
        raise TepalError("config_value", "devip: " + error.detail)


def addresses(text: str) -> tuple:
    """Return (address, netmask, gateway, DNS server) of ``address[/bits][,gateway[,dns]]``.

    The gateway is the first address of the net where none is named, and answers questions of
    DNS. Raises: TepalError ``arguments`` with what was expected.
    """
    parts = [part.strip() for part in text.split(",")]
    if len(parts) > 3:
        raise _expected("address[/bits][,gateway[,dns]]")
    own, slash, bits = parts[0].partition("/")
    mask = _mask(bits if slash else "24")
    address = _number(own)
    net = address & mask
    if address == net or address | mask == 0xFFFFFFFF or not 0 < address >> 24 < 224:
        raise _expected(own + " is none: the address of a node")
    gateway = _number(parts[1]) if len(parts) > 1 else net + 1
    if gateway & mask != net or (len(parts) > 1 and gateway == address):
        raise _expected(parts[1] + " is none: a gateway in the net of " + own)
    dns = _number(parts[2]) if len(parts) > 2 else gateway
    return (own, _dotted(mask), _dotted(gateway), _dotted(dns))


def _mask(bits: str) -> int:
    if "." in bits:
        mask = _number(bits)
        rest = mask ^ 0xFFFFFFFF
        if mask and not rest & (rest + 1) and rest > 1:
            return mask
    elif 0 < len(bits) < 3 and not bits.strip(_DIGITS) and 8 <= int(bits) <= 30:
        return 0xFFFFFFFF ^ ((1 << (32 - int(bits))) - 1)
    raise _expected("8 to 30 bits of netmask")


def _number(address: str) -> int:
    parts = address.split(".")
    number = 0
    for part in parts:
        if not 0 < len(part) < 4 or part.strip(_DIGITS) or int(part) > 255:
            raise _no_address(address)
        number = number << 8 | int(part)
    if len(parts) != 4:
        raise _no_address(address)
    return number


def _dotted(number: int) -> str:
    return ".".join([str(number >> shift & 255) for shift in (24, 16, 8, 0)])


def _no_address(text: str) -> TepalError:
    return _expected(text[:40] + " is none: an address like 192.168.1.7")


def _expected(what: str) -> TepalError:
    return TepalError("arguments", what + " expected")
