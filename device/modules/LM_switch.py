"""Switch: up to four relays, each on a pin of its own."""

from micropython import const

_TYPING = const(0)
if _TYPING:
    from tepal import Node

node: "Node"  # the running node; the loader puts it here

HELP = (
    "load ch_init=None",
    "BUTTON toggle state=<True,False>",
    "BUTTON toggle2 state=<True,False>",
    "BUTTON toggle3 state=<True,False>",
    "BUTTON toggle4 state=<True,False>",
    "set_state state",
    "set_state2 state",
    "set_state3 state",
    "set_state4 state",
    "STATUS status",
    "pinmap",
)

_CHANNELS = (1, 2, 3, 4)
_outputs = {}  # channel: pin; a channel takes its pin when it is first used


def load(ch_init=None):
    """Bring the channels to their last states; ``ch_init`` is a list of channels to prepare."""
    for channel in ch_init or ():
        _channel(channel)
    for name in node.states.get("switch"):
        _channel(int(name))
    return "SWITCH LOADED"


def set_state(state):
    """Switch channel 1."""
    return _set(1, state)


def set_state2(state):
    """Switch channel 2."""
    return _set(2, state)


def set_state3(state):
    """Switch channel 3."""
    return _set(3, state)


def set_state4(state):
    """Switch channel 4."""
    return _set(4, state)


def toggle(state=None):
    """Switch channel 1, or switch it over."""
    return _set(1, state)


def toggle2(state=None):
    """Switch channel 2, or switch it over."""
    return _set(2, state)


def toggle3(state=None):
    """Switch channel 3, or switch it over."""
    return _set(3, state)


def toggle4(state=None):
    """Switch channel 4, or switch it over."""
    return _set(4, state)


def status():
    """Return the states of the channels in use."""
    return {"SW%d" % channel: _outputs[channel].value() for channel in _outputs}


def pinmap():
    """Return the pins of this module."""
    return node.pins.search(["switch_%d" % channel for channel in _CHANNELS])


def _channel(channel):
    if channel not in _CHANNELS:
        raise ValueError("channel: 1..4 expected")
    if channel not in _outputs:
        _outputs[channel] = node.io.output(node.pins.take("switch_%d" % channel, "switch"))
        _outputs[channel].value(node.states.get("switch").get(str(channel), 0))
    return _outputs[channel]


def _set(channel, state):
    output = _channel(channel)
    output.value(not output.value() if state is None else bool(state))
    node.states.put("switch", {str(n): _outputs[n].value() for n in _outputs})
    return status()
