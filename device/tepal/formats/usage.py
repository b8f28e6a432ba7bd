"""One description, three faces: a HELP line as text for people, as a widget, as a JSON schema.

    line  = [TAG[json]] function {parameter} {&postfix}
    parameter = name | name=default | name=<range or choices>
    range = low-high[-step], or low..high[..step] where a bound is negative

TAG names the widget. A parameter without a value takes the range of the one before it.
"""

import json

from tepal.formats.command import value
from tepal.formats.errors import TepalError

RARE = True

# tag: (placeholder, default range or choices, other members of the widget)
_WIDGETS = {
    "BUTTON": (":options:", ("None",), {"result": False}),
    "SLIDER": (":range:", (0, 100, 2), {}),
    "COLOR": (":range:", (0, 255, 2), {}),
    "WHITE": (":range:", (0, 1000, 5), {}),
    "JOYSTICK": (":range:", (0, 100, 2), {}),
    "TEXTBOX": ("", None, {"refresh": 10000}),
    "GRAPH": ("", None, {"refresh": 10000, "limit": 30}),
    "STATUS": ("", None, {"wtype": "auto"}),
    "EMBED": ("", None, {}),
}


def text(line: str) -> str:
    """Return the line for people: without its tag; empty where only a widget is meant."""
    tag, _, words = _parts(line)
    return "" if tag == "EMBED" else " ".join(words)


def widget(line: str) -> str:
    """Return the JSON that draws the line in a browser; empty if it has no tag."""
    tag, overrides, words = _parts(line)
    if not tag:
        return ""
    placeholder, limits, members = _WIDGETS[tag]
    drawn = {"type": tag.lower(), "callback": ""}
    drawn.update(members)
    callback = words[:1]
    for word in words[1:]:
        name, equals, given = word.partition("=")
        if given[:1] == "<":
            limits = _limits(given)
        is_open = placeholder and word[0] != "&" and (not equals or given[:1] == "<")
        callback.append(name + "=" + placeholder if is_open else word)
    drawn["callback"] = " ".join(callback) + ("" if len(callback) > 1 else " ")
    if placeholder:
        drawn[placeholder.strip(":")] = limits
    drawn.update(overrides)
    return json.dumps(drawn)


def schema(line: str) -> dict:
    """Return ``{"name", "parameters": [{"name", "type" …}], "widget"?}`` of one command.

    A parameter has the members of JSON Schema: type, minimum, maximum, multipleOf, enum, default;
    one without a default is required.
    """
    tag, overrides, words = _parts(line)
    described = {"name": words[0] if words else "", "parameters": []}
    if tag:
        described["widget"] = {"type": tag.lower()}
        described["widget"].update(_WIDGETS[tag][2])
        described["widget"].update(overrides)
    limits = _WIDGETS[tag][1] if tag else None
    for word in words[1:]:
        if word[0] == "&":
            described["postfix"] = word
            continue
        name, equals, given = word.partition("=")
        parameter = {"name": name}
        if given[:1] == "<":
            limits = _limits(given)
        if equals and given[:1] != "<":
            parameter["default"] = value(given)
            parameter["type"] = _type(parameter["default"])
        elif limits:
            _bound(parameter, limits)
        described["parameters"].append(parameter)
    return described


def lines(help: tuple, widgets: bool = False) -> list[str]:
    """Return what the command ``help`` answers: usage lines, or with ``widgets`` only widgets."""
    drawn = [widget(line) if widgets else text(line) for line in help]
    return [line for line in drawn if line]


def _parts(line: str) -> tuple:
    """Return (tag, overrides, words)."""
    first, _, rest = line.partition(" ")
    tag, brace, override = first.partition("{")
    if tag not in _WIDGETS:
        return "", {}, line.split()
    if not brace:
        return tag, {}, rest.split()
    override, closed, rest = line[len(tag) :].partition("}")
    try:
        return tag, json.loads(override + closed), rest.split()
    except ValueError:
        raise TepalError("usage", line)


def _limits(given: str) -> tuple:
    inner = given.strip("<>")
    if "," in inner:
        return tuple(inner.split(","))
    bounds = [value(bound) for bound in inner.split(".." if ".." in inner else "-")]
    return tuple(bounds) if len(bounds) > 2 else (bounds[0], bounds[1], 2)


def _bound(parameter: dict, limits: tuple) -> None:
    if isinstance(limits[0], str):
        parameter["enum"] = [value(choice) for choice in limits]
        return
    parameter["type"] = _type(limits[0])
    parameter["minimum"], parameter["maximum"], parameter["multipleOf"] = limits


def _type(example: object) -> str:
    if isinstance(example, bool):
        return "boolean"
    for kind, name in ((int, "integer"), (float, "number"), (str, "string"), (dict, "object")):
        if isinstance(example, kind):
            return name
    return "null" if example is None else "array"
