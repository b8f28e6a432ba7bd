"""What a text of the configuration must look like, beyond its length."""

from tepal.core.settings import fault
from tepal.formats.errors import TepalError

RARE = True
_PULLS = ("up", "down", "none")


def check(key: str, text: str) -> None:
    """Return if ``text`` can be the value of ``key``.

    Raises: TepalError, with what was expected.
    """
    FORMS["irq_cbf" if key[-4:] == "_cbf" else key](key, text)


def schedule(_: str, text: str) -> None:
    """A schedule, see ``formats.cron``."""
    from tepal.formats import cron

    cron.parse(text)


def time_zone(_: str, text: str) -> None:
    """A time zone as POSIX writes it."""
    from tepal.formats import tz

    tz.Zone(text)


def place(key: str, text: str) -> None:
    """Latitude and longitude."""
    from tepal.formats import sun

    if not sun.place(text):
        raise fault(key, "latitude,longitude in degrees")


def language(key: str, text: str) -> None:
    """A locale, see ``formats.appfiles``, which may have been left out together with the apps."""
    try:
        from tepal.formats.appfiles import locale
    except ImportError as error:
        raise TepalError("not_included", str(error))
    if not text or locale(text) != text:
        raise fault(key, "a locale as in de, en_US or zh_Hant_TW")


def script(key: str, text: str) -> None:
    """Commands, for gestures too, see ``formats.gestures``."""
    from tepal.formats import gestures
    from tepal.formats.command import parse

    try:
        for lines in gestures.scripts(text).values():
            for line in lines:
                parse(line)
    except TepalError as error:
        raise TepalError("config_value", key + ": " + error.detail)


def pulls(key: str, text: str) -> None:
    """A pull resistor for all pins, or for each."""
    words = text.split(",")
    if len(words) > 4 or [word for word in words if word.strip() not in _PULLS]:
        raise fault(key, "up, down or none, or four of them with commas")


def pin_map(key: str, text: str) -> None:
    """``[map;] name:number; …``, see ``core.pins``."""
    from tepal.formats.command import is_name

    for position, item in enumerate(text.split(";")):
        name, colon, number = item.partition(":")
        if not item.strip() or (is_name(name.strip()) and not colon and position == 0):
            continue
        if not (is_name(name.strip()) and number.strip().isdigit()):
            raise fault(key, "name:number, at " + item.strip()[:24] + ",")


def server(key: str, text: str) -> None:
    """``host`` or ``host:port``."""
    from tepal.formats.postfixes import is_host

    host, colon, port = text.partition(":")
    if not is_host(host) or (colon and not (port.isdigit() and 0 < int(port) < 65536)):
        raise fault(key, "a host name or an address, perhaps with :port,")


def channel(key: str, text: str) -> None:
    """A part of an MQTT topic."""
    if [char for char in "+#/\0" if char in text] or not text:
        raise fault(key, "a name without +, # and /")


def url(_: str, text: str) -> None:
    """An address with http:// or https://."""
    from tepal.core import dial

    dial.parts(text)


def guests(key: str, text: str) -> None:
    """Who may come in without a password."""
    from tepal.core.names import is_address

    for word in text.split(","):
        if text not in ("login", "open") and not is_address(word.strip()):
            raise fault(key, "login, open, or addresses with commas")


FORMS = {
    "crontasks": schedule,
    "tz": time_zone,
    "place": place,
    "language": language,
    "timirqcbf": script,
    "irq_pull": pulls,
    "cstmpmap": pin_map,
    "ntp": server,
    "update_channel": channel,
    "mqtt": server,
    "update_url": url,
    "smarthome": guests,
    "irq_cbf": script,
}
