"""GenIO: any pin, read or driven by number, for first steps and for tests of a wiring."""

from random import randint

from micropython import const

from tepal import TepalError

_TYPING = const(0)
if _TYPING:
    from tepal import Node

node: "Node"  # the running node; the loader puts it here

HELP = (
    "load allow_tags=False",
    "set_out pin state=None",
    "get_in pin pull=None",
    "set_pwm pin duty freq=1000",
    "set_random_pwm pin min_duty max_duty freq=1000",
    "get_adc pin key=None",
    "genio_pins",
    "pinmap",
)
VIEW = ("get_in", "get_adc", "genio_pins")

_names_too = False
_outputs = {}  # number: pin
_dimmers = {}  # number: PWM output


def load(allow_tags=False):
    """Allow logical names instead of numbers too."""
    global _names_too
    _names_too = bool(allow_tags)
    return "GENIO LOADED" + (", names allowed" if _names_too else "")


def set_out(pin, state=None):
    """Drive a pin high or low, or switch it over; return its level."""
    number = _number(pin)
    if number not in _outputs:
        _outputs[number] = node.io.output(number)
    output = _outputs[number]
    output.value(not output.value() if state is None else bool(state))
    return {"pin": number, "state": output.value()}


def get_in(pin, pull=None):
    """Return the level of a pin; ``pull`` is "up", "down" or None."""
    return {"pin": _number(pin), "state": node.io.input(_number(pin), pull or "").value()}


def set_pwm(pin, duty, freq=1000):
    """Drive a pin with PWM: ``duty`` 0..1000, ``freq`` in Hz."""
    if not 0 <= duty <= 1000:
        raise ValueError("duty: 0..1000 expected")
    number = _number(pin)
    _dimmers[number] = node.io.pwm(number, freq)
    _dimmers[number].duty_u16(duty * 65535 // 1000)
    return {"pin": number, "duty": duty, "freq": freq}


def set_random_pwm(pin, min_duty, max_duty, freq=1000):
    """Drive a pin with a random duty between two limits."""
    return set_pwm(pin, randint(min_duty, max_duty), freq)


def get_adc(pin, key=None):
    """Return the analog level of a pin: raw 0..65535 and percent, or one of them."""
    raw = node.io.analog(_number(pin))
    level = {"raw": raw, "percent": round(raw * 1000 / 65535) / 10}
    return level[key] if key else level


def genio_pins():
    """Return the numbers of the pins in use here."""
    return {"out": sorted(_outputs), "pwm": sorted(_dimmers)}


def pinmap():
    """Return the pins that others hold."""
    return node.pins.booked()


def _number(pin):
    if isinstance(pin, str):
        if not _names_too:
            raise TepalError("arguments", "a pin number expected, or genIO load allow_tags=True")
        pin = node.pins.number(pin)
    return node.pins.take("gpio%d" % pin, "genIO", pin)
