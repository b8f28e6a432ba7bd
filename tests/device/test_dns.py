from tepal.formats import dns


def question(name, kind=1, family=1, number=0x1234, flags=0x0100):
    data = bytes((number >> 8, number & 255, flags >> 8, flags & 255, 0, 1, 0, 0, 0, 0, 0, 0))
    for label in name.split("."):
        data += bytes((len(label),)) + label.encode()
    return data + bytes((0, kind >> 8, kind & 255, 0, family))


def test_every_name_is_found_at_our_address():
    asked = question("captive.apple.com")

    answer = dns.answer(asked, bytes((192, 168, 4, 1)))

    assert answer[:2] == b"\x12\x34"
    assert answer[2:4] == b"\x85\x80"  # an answer, with authority, recursion asked for and there
    assert answer[4:12] == b"\0\x01\0\x01\0\0\0\0"
    assert answer[12 : len(asked)] == asked[12:]
    assert answer[len(asked) :] == b"\xc0\x0c\0\x01\0\x01\0\0\0\x05\0\x04\xc0\xa8\x04\x01"


def test_other_questions_are_told_that_there_is_nothing():
    for kind, family in ((28, 1), (65, 1), (16, 1), (1, 3)):
        answer = dns.answer(question("x.org", kind, family), b"\1\2\3\4")

        assert answer[6:8] == b"\0\0", kind
        assert len(answer) == len(question("x.org"))


def test_what_is_no_question_is_passed_over():
    good = question("x.org")
    for bad in (
        b"",
        b"\0" * 12,
        good[:-1],
        good[:15],
        good[:12],
        b"x" * 513,
        question("x.org", flags=0x8180),  # an answer
        question("x.org", flags=0x2800),  # an update
        good[:5] + b"\2" + good[6:],
        good[:12] + b"\xc0\x0c\0\1\0\1",  # a name that points at itself
        good[:12] + b"\x3fabc" * 40,
    ):
        assert dns.answer(bad, b"\1\2\3\4") is None, bad
