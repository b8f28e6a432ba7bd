from tepal.formats import wifi

HOME, ATTIC, SHED = ("home", "secret-1"), ("attic", "secret-2"), ("shed", "")


def portal(used=0, wanted=None, admin=False):
    return {"used": used, "wanted": wanted, "admin": admin}


def test_what_happens_next_follows_from_what_is_known():
    for state, linked, alone, door, now, expected in (
        ("off", False, False, None, 0, "search"),
        ("joining", False, False, None, 9, "search"),
        ("access_point", False, False, None, 9, "search"),
        ("joined", True, False, None, 9, "stay"),
        ("joined", False, False, None, 9, "lost"),
        ("off", False, True, None, 0, "open"),
        ("access_point", False, True, None, 9, "stay"),
        ("joined", False, True, None, 9, "lost"),  # what it knew was deleted meanwhile
        # A visitor reads: a search would take the channel away.
        ("access_point", False, False, portal(used=1000), 60000, "stay"),
        ("access_point", False, False, portal(used=1000), 61000, "search"),
        # What a visitor wants comes first, wherever the node is.
        ("access_point", False, True, portal(wanted=HOME), 9, "try"),
        ("joined", True, False, portal(wanted=HOME), 9, "try"),
        # Nobody needs it any longer; but the page shall have told how it went.
        ("joined", True, False, portal(used=1000), 31000, "stay"),
        ("joined", True, False, portal(used=1000), 31001, "close"),
        ("joined", True, False, portal(used=1000, admin=True), 600000, "stay"),
        ("joined", True, False, portal(used=1000, admin=True), 601001, "close"),
        ("access_point", False, True, portal(used=1000), 9000000, "stay"),
        ("access_point", False, True, portal(used=1000, admin=True), 601001, "close"),
    ):
        found = wifi.step(state, linked, alone, door, now)
        assert found == expected, (state, linked, alone, door, now, found)


def test_pauses_double_up_to_five_minutes_and_differ_by_a_quarter_each_way():
    middle = [wifi.pause_ms(rounds, 128) for rounds in range(1, 12)]

    assert [round(pause / 1000) for pause in middle] == [
        2,
        4,
        8,
        16,
        32,
        64,
        128,
        256,
        300,
        300,
        300,
    ]
    for rounds in (1, 4, 1000000):
        shortest, longest = wifi.pause_ms(rounds, 0), wifi.pause_ms(rounds, 255)
        assert shortest * 5 == longest * 3, rounds


def test_the_strongest_known_network_comes_first_and_hidden_ones_come_last():
    seen = [("shed", -40, False), ("cafe", -45, True), ("home", -80, True)]  # as scan sorts them

    assert wifi.order([HOME, ATTIC, SHED], seen, []) == [SHED, HOME, ATTIC]
    assert wifi.order([HOME, ATTIC, SHED], seen, [SHED]) == [HOME, ATTIC]
    assert wifi.order([HOME, ATTIC], [], []) == [HOME, ATTIC]
