"""What may be said of networks in the configuration and in the setup portal. Pure."""

from micropython import const

from tepal.formats.errors import TepalError
from tepal.formats.wifi import listed

RARE = True
_MOST = const(8)  # networks
_FITTING = const(7)  # of the longest names in 256 characters
_LONGEST_NAME = const(32)  # bytes
_SHORTEST_PASSWORD = const(8)
_LONGEST_PASSWORD = const(63)
_KEY = const(64)  # digits of a key that stands for a password
_HEX = const("0123456789abcdef")
_LETTERS = const("ABCDEFGHIJKLMNOPQRSTUVWXYZ")


def check(key: str, text: str) -> None:
    """Refuse what a key of the configuration cannot be. Raises: TepalError ``config_value``."""
    try:
        if key == "staessid":
            check_names(text)
        elif key == "stapwd":
            for password in listed(text):
                check_password(password)
        elif key == "ap_password":
            check_password(text)
        elif text != "n/a" and (len(text) != 2 or text.strip(_LETTERS)):
            raise _expected("a country of two capital letters")
    except TepalError as error:
        raise TepalError("config_value", key + ": " + error.detail)


def check_names(text: str) -> None:
    """Refuse a list of names that cannot be those of networks. Raises: TepalError ``arguments``."""
    names = listed(text)
    if len(names) > _MOST:
        raise _expected("at most %d networks" % _MOST)
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


def check_password(password: object) -> str:
    """Return the password of a network, "" for an open one. Raises: TepalError ``arguments``."""
    if isinstance(password, str):
        length = len(password.encode())
        is_text = not length or _SHORTEST_PASSWORD <= length <= _LONGEST_PASSWORD
        is_key = length == _KEY and not password.lower().strip(_HEX)
        if (is_text or is_key) and "\0" not in password:
            return password
    text = "a Wi-Fi password of %d to %d bytes, or none,"
    raise _expected(text % (_SHORTEST_PASSWORD, _LONGEST_PASSWORD))


def added(pairs: list, name: str, password: str) -> list:
    """Return ``pairs`` with a network more, or with its new password; too many lose the first.

    It comes last: if only the passwords can be saved before a power cut, they still fit.
    """
    for index in range(len(pairs)):
        if pairs[index][0] == name:
            return pairs[:index] + [(name, password)] + pairs[index + 1 :]
    return (pairs + [(name, password)])[-_FITTING:]


def _expected(what: str) -> TepalError:
    return TepalError("arguments", what + " expected")
