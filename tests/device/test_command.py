from house import refused

from tepal.formats.command import parse, value
from tepal.formats.postfixes import commands, is_host
from tepal.formats.rendering import render


def test_a_plain_line_is_a_call():
    call = parse("rgb color 10 g=20 smooth=False")

    assert call.target == "rgb"
    assert call.function == "color"
    assert call.args == (10,)
    assert call.kwargs == {"g": 20, "smooth": False}
    assert call.postfix == ()


def test_words_mean_numbers_constants_and_text():
    for word, meaning in (
        ("10", 10),
        ("-3.5", -3.5),
        ("+7", 7),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("0x1F", 31),
        ("True", True),
        ("false", False),
        ("None", None),
        ("null", None),
        ("red", "red"),
        ("-", "-"),
        ("10.0.0.5", "10.0.0.5"),
        ("2026-11-21", "2026-11-21"),
        ("1_000", "1_000"),
        ("http://a/?b=c", "http://a/?b=c"),
        ('"a b"', "a b"),
        ("'a \"b\" c'", 'a "b" c'),
        ('"tab\\tnew\\nline"', "tab\tnew\nline"),
        ('"back\\\\slash\\u0041"', "back\\slashA"),
        ('""', ""),
        ("[1, [2, 3]]", [1, [2, 3]]),
        ('{"a": {"b": null}}', {"a": {"b": None}}),
    ):
        assert value(word) == meaning, word
        assert type(value(word)) is type(meaning), word


def test_quotes_protect_what_would_be_a_postfix():
    call = parse('system notify "R&D" ">json"')

    assert call.args == ("R&D", ">json")
    assert call.postfix == ()


def test_postfixes_keep_their_order():
    assert parse("a b >json &").postfix == ((">json", None), ("&", 0))
    assert parse("a b && >>host").postfix == (("&&", 0), (">>", "host"))
    assert parse("a b &5000").postfix == (("&", 5000),)
    assert parse("hello >>node2.local").postfix == ((">>", "node2.local"),)


def test_brackets_may_hold_blanks_and_quotes():
    call = parse('x y [1, "a ] b"] k={"a": [1, 2]}')

    assert call.args == ([1, "a ] b"],)
    assert call.kwargs == {"k": {"a": [1, 2]}}


def test_a_faulty_line_is_refused_with_what_was_expected():
    for line, expected in (
        ("", "a command"),
        ("   ", "a command"),
        ("5 x", "a name"),
        ("x 5", "a function name"),
        ("x y-z", "a function name"),
        ('x y "a', "the closing quote"),
        ("x y [1, 2", "the closing quote or bracket"),
        ('x y "a"b', "a blank behind"),
        ('x y "\\q"', "a known escape"),
        ('x y "\\u12"', "four hex digits"),
        ("x y [nothing]", "JSON"),
        ("x y &z", "a postfix or quotes"),
        ("x y & z", "quotes"),
        ("x y >>a/b", "a postfix or quotes"),
        ("x y &9999999999", "a postfix or quotes"),
        ("x y 1e999", "a finite number"),
        ("x y a=1 a=2", "each name once"),
        ("x y a=", "a value"),
        ("x y " + "[" * 20 + "]" * 20, "less nesting"),
        ("x " * 70, "fewer words"),
        ("x" * 3000, "a shorter line"),
    ):
        assert expected in refused(parse, line), line


def test_what_is_rendered_parses_to_the_same_call():
    for line in (
        "rgb color 10 20 30",
        'a b "x y" k="&" >json &&20',
        '"kitchen lamp" toggle',
        'a b "True" "5" "a=b" "" "ä" "\\u0007"',
        'a b "-INFINITY" "nan"',
        "a b True None -1.5 [1,2] >>host &",
    ):
        call = parse(line)

        assert parse(render(call)) == call, line


def test_a_script_is_cut_outside_quotes_and_without_comments():
    assert commands("rgb load; #x y;; a b") == ["rgb load", "a b"]
    assert commands('a b "x;y"; c d') == ['a b "x;y"', "c d"]
    assert commands("a b;c d;;e f", ";;") == ["a b;c d", "e f"]
    assert commands("") == []


def test_host_names_are_letters_digits_dots_and_dashes():
    assert is_host("node-1.local")
    assert not is_host("a b")
    assert not is_host("")
    assert not is_host("a/b")
