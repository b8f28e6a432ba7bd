"""The lines of the shell for programs."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from umbel.errors import LinkError
from umbel.link import frames
from umbel.link.frames import Answer, Event


@given(st.text(max_size=200).filter(lambda text: len(json.dumps(text)) < 1000))
def test_a_request_is_one_line_and_reads_as_it_was_written(command: str):
    line = frames.encode(7, {"cmd": command})

    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")
    assert json.loads(line) == {"id": 7, "cmd": command}


def test_a_request_that_a_node_cannot_read_is_not_sent():
    with pytest.raises(LinkError, match="a node takes 1200"):
        frames.encode(1, {"cmd": "x" * 1200})


@pytest.mark.parametrize(
    ("line", "meaning"),
    [
        (b'{"id": 1, "ok": [1, 2]}\n', Answer(id=1, ok=[1, 2])),
        (b'{"id": 1, "ok": null}\n', Answer(id=1)),
        (
            b'{"id": 1, "error": {"code": "denied", "message": "denied: x"}}\n',
            Answer(id=1, code="denied", message="denied: x"),
        ),
        (
            b'{"id": null, "error": {"code": "too_large", "message": "m"}}\n',
            Answer(id=None, code="too_large", message="m"),
        ),
        (b'{"id": 1, "error": "odd"}\n', Answer(id=1, code="failed", message="odd")),
        (b'{"event": "log", "data": "x", "lost": 2}\n', Event(topic="log", data="x", lost=2)),
        (b"[password] attic $ \n", None),
        (b"\n", None),
    ],
)
def test_a_line_is_an_answer_an_event_or_a_prompt(line: bytes, meaning: object):
    assert frames.decode(line) == meaning


@pytest.mark.parametrize("line", [b"{nonsense}\n", b'{"id": "x", "ok": 1}\n', b"{\xff}\n"])
def test_a_line_of_something_else_is_refused(line: bytes):
    with pytest.raises(ValueError, match=r"no JSON|nobody asked"):
        frames.decode(line)


@given(st.binary().map(lambda data: b"{" + data))
def test_no_line_crashes_us(line: bytes):
    try:
        frames.decode(line)
    except ValueError:
        return
