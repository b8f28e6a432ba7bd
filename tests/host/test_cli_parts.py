"""What commands make of words, answers and boards."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tepal.formats import command
from umbel.cli import _answers, _board, _lines
from umbel.cli._vocabulary import Vocabulary

KNOWN = Vocabulary(
    modules={
        "rgb": ("color r=<0-255-5> g b smooth=True", "toggle state=<True,False>", "status"),
        "robustness": (),
    }
)


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["rgb color 10 20 30"], "rgb color 10 20 30"),
        (["rgb", "color", "-5", "g=20"], "rgb color -5 g=20"),
        (["system", "notify", "hello world"], 'system notify "hello world"'),
        (["system", "notify", ""], 'system notify ""'),
        (["system", "notify", 'say "hi" now'], 'system notify "say \\"hi\\" now"'),
        (["system", "notify", "it's"], "system notify it's"),
        (["system", "notify", "text=two words"], 'system notify text="two words"'),
        (["system", "pinmap", '["a", "b"]'], 'system pinmap ["a", "b"]'),
        (["system", "clock", "&&1000"], "system clock &&1000"),
    ],
)
def test_words_become_the_line_that_was_meant(words: list[str], line: str):
    assert _lines.joined(words) == line


@given(st.text(st.characters(exclude_categories=["Cs"])).map(lambda text: f"a {text}"))
@example("a \\f")
@example("a \f\b")
def test_a_word_with_blanks_stays_one_word_for_the_node(word: str):
    call = command.parse(_lines.joined(["system", "notify", word]))

    assert call == ("system", "notify", (word,), {}, ())


@pytest.mark.parametrize(
    ("line", "sent"),
    [
        ("reboot -h", "reboot hard"),
        ("reboot --hard", "reboot --hard"),
        ("reboot", "reboot"),
        ("rgb x -h", "rgb x -h"),
    ],
)
def test_the_options_of_the_original_become_functions(line: str, sent: str):
    assert _lines.for_node(line) == sent


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("appwd open-sesame", "appwd ***"),
        ("conf appwd open-sesame", "conf appwd ***"),
        ("stapwd my pass phrase", "stapwd ***"),
        ('x load pwd="open sesame" a=1', "x load pwd=*** a=1"),
        ("telegram load token=12:ab", "telegram ***"),  # rather too much than too little
        ("cam load token=12:ab", "cam load token=***"),
        ("appwd", "appwd"),
        ("rgb color 1 2 3", "rgb color 1 2 3"),
    ],
)
def test_no_secret_is_kept_in_the_history(line: str, kept: str):
    assert _lines.masked(line) == kept


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ("<3 heartbeat", "<3 heartbeat"),
        ("", ""),
        (None, "null"),
        (True, "true"),
        (1.5, "1.5"),
        ({"a": 1, "long": "x"}, "a:    1\nlong: x"),
        ({"a": {"b": [1]}}, 'a: {"b": [1]}'),
        ({"a": ["b", "c"]}, "a: b, c"),
        (["a", 1], "a\n1"),
        ({}, ""),
    ],
)
def test_an_answer_reads_line_by_line(answer: object, text: str):
    assert _answers.as_text(answer) == text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("r", ["reboot", "rgb", "robustness"]),
        ("rgb ", ["color", "toggle", "status"]),
        ("rgb t", ["toggle"]),
        ("rgb color ", ["r=", "g=", "b=", "smooth="]),
        ("rgb color r=5 ", ["g=", "b=", "smooth="]),
        ("rgb toggle ", ["state=True", "state=False"]),
        ("rgb toggle state=T", ["state=True"]),
        ("task ", ["kill", "list", "show"]),
        ("task kill ", []),
        ("nothing ", []),
        ("version", []),
    ],
)
def test_what_may_follow_is_suggested(text: str, words: list[str]):
    assert [one.word for one in KNOWN.suggestions(text)] == words


def test_suggestions_tell_what_follows_them():
    (toggle,) = KNOWN.suggestions("rgb to")

    assert toggle.hint == "state=<True,False>"


@given(st.text())
def test_whatever_is_typed_suggestions_complete_it(text: str):
    begun = text.rsplit(maxsplit=1)[-1] if text and not text[-1].isspace() else ""

    assert all(one.word.startswith(begun) for one in KNOWN.suggestions(text))


def test_what_a_board_has_touched_is_shown_in_the_order_of_its_pins():
    rows = list(
        _board.rows(
            {
                "pins": {"10": 1, "2": 0, "LED": 1},
                "pwm": {"4": {"duty_u16": 65535, "freq": 50}},
                "pixels": {"15": [[1, 2, 3], [0, 0, 0]]},
                "analog": {"34": 7},
                "climate": {"32": [21.5, 40]},
                "load_cells": {"19": -8000},
                "wifi": {"up": False, "rssi": -70, "stations": []},
            }
        )
    )

    assert [row[:2] for row in rows[:3]] == [("pin", "2"), ("pin", "10"), ("pin", "LED")]
    assert rows[3] == ("duty", "4", "100.0 %, 50 Hz")
    assert rows[4][2].endswith(" 1 of 2 lit, the first is 1, 2, 3")
    assert rows[-1] == ("wifi", "", "down, -70 dBm")
