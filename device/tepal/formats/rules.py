"""What a device can be told to do: one check for the node and for the host.

rule = "enabled" | "disabled" | what its kind takes
kind = standard     nothing more
     | on_off       "on" | "off"
     | float_range  a number within limits          (also: thermostat)
     | int_range    a whole number within limits
     | int_or_fade  that, or "fade/<target>/<seconds>"
     | string       a text
     | api_target   {"on": [command, argument …], "off": […]}
"""

# Of the part devices, which a release can leave out.

from tepal.formats.errors import TepalError

RARE = True
SWITCHING = ("enabled", "disabled")
_LONGEST_TEXT = 120  # characters
_LONGEST_CALLS = 400  # characters of both commands
_LONGEST_FADE_S = 86400
_INT = ("int_range", "int_or_fade")
# commands of a node that are nothing without one argument, and without two
_ONE = (
    "enable",
    "disable",
    "reset_rule",
    "condition_met",
    "trigger_sensor",
    "turn_on",
    "turn_off",
)
_TWO = ("enable_in", "disable_in", "set_rule", "ir_key")
_FLOAT = ("float_range", "thermostat")


def check(kind: str, rule: object, limits=None) -> object:  # noqa: PLR0911 - one for each kind
    """Return ``rule`` as a device follows it: words in lower case, numbers as numbers.

    ``limits`` is (lowest, highest), or None where there are none.
    Raises: TepalError ``rule``, with what was expected.
    """
    if isinstance(rule, str) and rule.lower() in SWITCHING:
        return rule.lower()
    if kind == "on_off" and isinstance(rule, str) and rule.lower() in ("on", "off"):
        return rule.lower()
    if kind == "int_or_fade" and isinstance(rule, str) and rule.startswith("fade/"):
        target, seconds = fade(rule)
        return "fade/%d/%d" % (_within(target, limits), seconds)
    if kind in _INT:
        return _within(_whole(rule), limits)
    if kind in _FLOAT:
        return _within(_number(rule), limits)
    if kind == "string" and isinstance(rule, str) and 0 < len(rule) <= _LONGEST_TEXT:
        return rule
    if kind == "api_target" and isinstance(rule, dict):
        return _calls(rule)
    raise TepalError("rule", expected(kind, limits))


def expected(kind: str, limits=None) -> str:
    """Return in words what a kind takes."""
    words = "enabled or disabled"
    if kind == "on_off":
        words = "on, off, " + words
    if kind in _INT or kind in _FLOAT:
        span = "" if limits is None else " from %s to %s" % tuple(limits)
        words = ("a whole number" if kind in _INT else "a number") + span + ", " + words
    if kind == "int_or_fade":
        words = words.replace(", enabled", ", fade/<target>/<seconds>, enabled")
    if kind == "string":
        words = "a text, " + words
    if kind == "api_target":
        words = '{"on": [command, …], "off": [command, …]}, ' + words
    return words + " expected"


def fade(rule: str) -> tuple:
    """Return (target, seconds) of a fade. Raises: TepalError ``rule``."""
    words = rule.split("/")
    if len(words) != 3:
        raise TepalError("rule", "fade/<target>/<seconds> expected")
    target, seconds = _whole(words[1]), _whole(words[2])
    if not 0 <= seconds <= _LONGEST_FADE_S:
        raise TepalError("rule", "a fade of 0 to %d seconds expected" % _LONGEST_FADE_S)
    return target, seconds


def is_digits(text: str) -> bool:
    """Tell whether ``text`` is decimal digits and nothing else; CPython knows digits that are none."""
    return text.isdigit() and ord(max(text)) < 128


def _whole(rule: object) -> int:
    if isinstance(rule, str):
        digits = rule[1:] if rule[:1] == "-" else rule
        if len(digits) < 10 and is_digits(digits):
            return int(rule)
    elif isinstance(rule, (int, float)) and not isinstance(rule, bool) and _is_finite(rule):
        return int(rule)
    raise TepalError("rule", "a whole number expected")


def _number(rule: object):
    if isinstance(rule, str):
        try:
            rule = float(rule)
        except ValueError:
            raise TepalError("rule", "a number expected")
    if isinstance(rule, (int, float)) and not isinstance(rule, bool) and _is_finite(rule):
        return int(rule) if rule == int(rule) else rule
    raise TepalError("rule", "a number expected")


def _is_finite(number) -> bool:
    return number - number == 0


def _within(number, limits):
    if limits is not None and not limits[0] <= number <= limits[1]:
        raise TepalError("rule", "%s to %s expected" % tuple(limits))
    return number


def _calls(rule: dict) -> dict:
    """Return two command lines as lists of words."""
    for state in ("on", "off"):
        words = rule.get(state)
        if not isinstance(words, list) or not words or not isinstance(words[0], str):
            raise TepalError("rule", state + ": a list of a command and its arguments expected")
        if len(words) < 2 + (words[0] in _TWO) and words[0] in _ONE + _TWO:
            raise TepalError("rule", state + ": an argument of %s is missing" % words[0])
    if len(rule) != 2:
        raise TepalError("rule", "on and off expected, and nothing else")
    if len(str(rule)) > _LONGEST_CALLS:
        raise TepalError("rule", "at most %d characters expected" % _LONGEST_CALLS)
    return rule
