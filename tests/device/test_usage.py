import json

from tepal.formats import usage


def test_a_tag_is_for_widgets_only():
    assert usage.text("COLOR color r=<0-255-5> g b") == "color r=<0-255-5> g b"
    assert usage.text("load pixels=24") == "load pixels=24"
    assert usage.text('EMBED{"callback": "/cam"}') == ""
    assert usage.widget("load pixels=24") == ""


def test_widgets_are_those_of_the_original():
    for line, drawn in (
        (
            "BUTTON toggle state=<True,False>",
            {
                "type": "button",
                "callback": "toggle state=:options:",
                "result": False,
                "options": ["True", "False"],
            },
        ),
        (
            "SLIDER brightness br=<0-100-5>",
            {"type": "slider", "callback": "brightness br=:range:", "range": [0, 100, 5]},
        ),
        (
            "COLOR color r=<0-255-5> g b smooth=True",
            {
                "type": "color",
                "callback": "color r=:range: g=:range: b=:range: smooth=True",
                "range": [0, 255, 5],
            },
        ),
        ("TEXTBOX measure", {"type": "textbox", "callback": "measure ", "refresh": 10000}),
        (
            'GRAPH{"refresh": 5000} top',
            {"type": "graph", "callback": "top ", "refresh": 5000, "limit": 30},
        ),
        ("STATUS status", {"type": "status", "callback": "status ", "wtype": "auto"}),
    ):
        assert json.loads(usage.widget(line)) == drawn, line


def test_a_schema_tells_types_and_limits():
    schema = usage.schema("SLIDER dim percent=<0-100-5> smooth=True name")

    assert schema["name"] == "dim"
    assert schema["widget"] == {"type": "slider"}
    percent, smooth, name = schema["parameters"]
    assert percent["type"] == "integer"
    assert (percent["minimum"], percent["maximum"], percent["multipleOf"]) == (0, 100, 5)
    assert smooth == {"name": "smooth", "default": True, "type": "boolean"}
    assert name["name"] == "name"


def test_a_range_may_be_negative_or_of_floats():
    (parameter,) = usage.schema("SLIDER heat t=<-10..30..0.5>")["parameters"]

    assert (parameter["minimum"], parameter["maximum"]) == (-10, 30)
    assert parameter["multipleOf"] == 0.5


def test_help_for_people_leaves_out_what_is_only_drawn():
    lines = ("load", "BUTTON toggle", 'EMBED{"callback": "/x"}')

    assert usage.lines(lines) == ["load", "toggle"]
    assert len(usage.lines(lines, True)) == 2
