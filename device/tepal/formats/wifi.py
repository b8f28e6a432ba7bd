"""Wi-Fi as the configuration has it: lists of names and passwords, a fixed address. Pure."""

from micropython import const

from tepal.formats.errors import TepalError

RARE = True
_MOST_NETWORKS = const(8)
_LONGEST_NAME = const(32)  # bytes
_SHORTEST_PASSWORD = const(8)  # characters
_LONGEST_PASSWORD = const(63)
_KEY = const(64)  # digits of a key that stands for a password
_DIGITS = const("0123456789")
_LETTERS = const("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
_LONGEST_LIST = const(256)  # characters that the configuration takes
_UNSET = const(("your_wifi_name", "your_wifi_passwd", "n/a", ""))


def check(key: str, text: str) -> None:
    """Refuse what a key of the configuration cannot be. Raises: TepalError ``config_value``."""
    try:
        CHECKS[key](text)
    except TepalError as error:
        raise TepalError("config_value", key + ": " + error.detail)


def listed(text: str) -> list[str]:
    """Return what a list separated by ``;`` holds; nothing where it was never set."""
    if text in _UNSET:
        return []
    return [part.strip() for part in text.split(";")]


def known(names: str, passwords: "str | list | None") -> list:
    """Return the (name, password) pairs of the configuration; "" is the password of an open one.

    ``passwords`` belong to the names by position; as a list they may hold any character.
    """
    left = list(passwords) if isinstance(passwords, list) else listed(passwords or "")
    pairs = []
    for name in listed(names):
        password = left.pop(0) if left else ""
        if name:
            pairs.append((name, password))
    return pairs


def added(pairs: list, name: str, password: str) -> list:
    """Return ``pairs`` with a network more, or with its new password; too many lose the first.

    It comes last: if only the passwords can be saved before a power cut, they still fit.
    """
    for index in range(len(pairs)):
        if pairs[index][0] == name:
            return pairs[:index] + [(name, password)] + pairs[index + 1 :]
    pairs = pairs + [(name, password)]
    while len(pairs) > _MOST_NETWORKS or len(joined(pairs)) > _LONGEST_LIST:
        pairs = pairs[1:]
    return pairs


def joined(pairs: list) -> str:
    """Return the names as the configuration lists them."""
    return ";".join([pair[0] for pair in pairs])


def check_names(text: str) -> None:
    """Refuse a list of names that cannot be those of networks.

    Raises: TepalError ``arguments`` with what was expected.
    """
    names = listed(text)
    if len(names) > _MOST_NETWORKS:
        raise _expected("at most %d networks" % _MOST_NETWORKS)
    for name in names:
        if name or len(names) == 1:
            check_name(name)


def check_name(name: object) -> str:
    """Return the name of a network. Raises: TepalError ``arguments``."""
    if not isinstance(name, str) or not 0 < len(name.encode()) <= _LONGEST_NAME:
        raise _expected("a network name of 1 to %d bytes" % _LONGEST_NAME)
    if ";" in name or name != name.strip() or min(name) < " ":
        raise _expected("a network name without ; or spaces around it")
    return name


def check_passwords(text: str) -> None:
    """Refuse a list of passwords that no network takes. Raises: TepalError ``arguments``."""
    for password in listed(text):
        check_password(password)


def check_password(password: object) -> str:
    """Return the password of a network, "" for an open one. Raises: TepalError ``arguments``."""
    if isinstance(password, str):
        length = len(password.encode())
        is_text = not length or _SHORTEST_PASSWORD <= length <= _LONGEST_PASSWORD
        is_key = length == _KEY and not password.lower().strip(_DIGITS + "abcdef")
        if (is_text or is_key) and "\0" not in password:
            return password
    text = "a Wi-Fi password of %d to %d bytes, or none,"
    raise _expected(text % (_SHORTEST_PASSWORD, _LONGEST_PASSWORD))


def check_country(code: str) -> None:
    """Refuse what is no code of a country. Raises: TepalError ``arguments``."""
    if code != "n/a" and (len(code) != 2 or code.strip(_LETTERS)):
        raise _expected("two capital letters")


def addresses(text: str) -> tuple:
    """Return (address, netmask, gateway, DNS server) of ``address[/bits][,gateway[,dns]]``.

    Empty for ``n/a``: DHCP gives them. The gateway is the first address of the net where none is
    named, and answers questions of DNS. Raises: TepalError ``arguments`` with what was expected.
    """
    if text in ("n/a", ""):
        return ()
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


CHECKS = {
    "staessid": check_names,
    "stapwd": check_passwords,
    "devip": addresses,
    "country": check_country,
}
