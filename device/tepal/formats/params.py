"""Instances and what they are made with: their ids, their parameters, the limits of their rules.

A type is what its metadata says, see ``instances``; this is what a node needs to make one.
"""

# Of the part devices, which a release can leave out.

from tepal.formats import rules
from tepal.formats.errors import TepalError

RARE = True
PINS = ("pin", "output_pin", "input_pin", "edge_pin", "pwm_pin")  # types of parameters
_LONGEST = 120  # characters


def names(config: dict) -> "list[str]":
    """Return the ids of all instances, in the order of their numbers."""
    return sorted([key for key in config if is_id(key)], key=_order)


def is_id(name: str) -> bool:
    """Tell whether ``name`` is device1, sensor12 …"""
    return name[:6] in ("device", "sensor") and len(name) < 10 and rules.is_digits(name[6:])


def parameters(given: dict, kind: dict) -> dict:
    """Return the parameters of a type as its class takes them, defaults filled in.

    Raises: TepalError ``config_value``.
    """
    found = {}
    for key, param in kind["params"].items():
        if key in given:
            found[key] = settled(given[key], param)
        elif "default" in param:
            found[key] = param["default"]
        else:
            raise TepalError("config_value", key + " is missing")
    return found


def settled(value, param: dict) -> object:
    """Return a value as a parameter has it: "18" as the number of a pin, 5.0 as 5.

    Raises: TepalError ``config_value``, with what was expected.
    """
    kind = param["type"]
    if kind in PINS:
        return _pin(value)
    if kind in ("int", "float") and not isinstance(value, bool):
        return _bounded(value, param)
    if kind == "bool" and isinstance(value, bool):
        return value
    if kind == "choice" and value in param["choices"]:
        return value
    if isinstance(value, str) and 0 < len(value) <= _LONGEST:
        is_right = kind == "text" or (kind == "host" and _is_host(value))
        if is_right or (kind == "url" and _is_url(value)):
            return value
    raise TepalError("config_value", wanted(param))


def wanted(param: dict) -> str:
    """Return in words what a parameter takes."""
    kind = param["type"]
    if kind == "choice":
        return "one of %s expected" % ", ".join([str(one) for one in param["choices"]])
    if kind in ("int", "float"):
        words = "a whole number" if kind == "int" else "a number"
        if "min" in param:
            words += " from %s" % param["min"]
        if "max" in param:
            words += " to %s" % param["max"]
        return words + " expected"
    if kind in PINS:
        return "the number of a pin or its name expected"
    words = {"host": "an IPv4 address or a host name", "url": "http://… or https://…"}
    return words.get(kind, {"bool": "true or false"}.get(kind, "a text")) + " expected"


def limits(kind: dict, given: dict) -> "tuple[float, float] | None":
    """Return (lowest, highest) of the rules of an instance; None where there are none."""
    lowest, highest = kind["params"].get("min_rule"), kind["params"].get("max_rule")
    if lowest and highest:
        low = settled(given.get("min_rule", lowest.get("default")), lowest)
        high = settled(given.get("max_rule", highest.get("default")), highest)
        return low, high  # pyright: ignore[reportReturnType]
    bounds = kind.get("rule_limits")
    if not bounds:
        return None
    return converted(bounds, given.get("units")) if kind["rule_prompt"] == "thermostat" else bounds


def converted(bounds, units) -> tuple:
    """Return limits in degrees Celsius in another unit."""
    if units == "fahrenheit":
        return tuple([degrees * 9 / 5 + 32 for degrees in bounds])
    if units == "kelvin":
        return tuple([degrees + 273.15 for degrees in bounds])
    return tuple(bounds)


def _pin(value):
    if isinstance(value, str) and rules.is_digits(value) and len(value) < 4:
        value = int(value)
    if isinstance(value, str) and _is_name(value):
        return value
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 256:
        return value
    raise TepalError("config_value", "the number of a pin or its name expected")


def _is_name(text: str) -> bool:
    for char in text:
        if not (char.isalpha() or char.isdigit() or char == "_"):
            return False
    return text[:1].isalpha() and len(text) <= 32


def _bounded(value, param: dict):
    try:
        number = rules.check("int_range" if param["type"] == "int" else "float_range", value)
    except TepalError:
        raise TepalError("config_value", wanted(param))
    if isinstance(number, str):
        raise TepalError("config_value", wanted(param))
    if not param.get("min", number) <= number <= param.get("max", number):
        raise TepalError("config_value", wanted(param))
    return number


def _is_host(text: str) -> bool:
    words = text.split(".")
    if len(words) == 4 and rules.is_digits("".join(words)):
        return all(
            0 < len(word) < 4 and str(int(word)) == word and int(word) < 256 for word in words
        )
    for char in text:
        if not (char.isalpha() or char.isdigit() or char in ".-") or ord(char) > 127:
            return False
    return text[0] not in ".-" and not "".join(words).isdigit()


def _is_url(text: str) -> bool:
    scheme, colon, rest = text.partition("://")
    if not colon:  # the original takes it without
        scheme, rest = "http", text
    host, _, port = rest.partition("/")[0].partition(":")
    is_port = not port or (rules.is_digits(port) and 0 < int(port) < 65536)
    return scheme in ("http", "https") and bool(host) and _is_host(host) and is_port


def _order(name: str) -> tuple:
    return name[:6], int(name[6:])
