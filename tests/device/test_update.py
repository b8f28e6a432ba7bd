from house import refused


def step(state, *event):
    from tepal.core.update import step

    return step(state, event)


def state(phase="idle", slot="a", runs="old", given_up=""):
    from tepal.core.update import State

    return State(phase, slot, runs, given_up)


def test_a_release_is_looked_at_before_the_slot_is_cleared_for_it():
    after, effects = step(state(), "offered", "new", "older", False)

    assert after.phase == "filling"
    assert effects == ("room", "clear", "adopt")


def test_what_is_there_of_the_same_release_stays():
    _, effects = step(state(), "offered", "new", "new", False)

    assert effects == ("room", "adopt")


def test_the_release_that_runs_is_not_brought_again():
    assert refused(step, state(), "offered", "old", "", True) == "update current: old"


def test_a_release_that_was_given_up_comes_only_if_somebody_asks():
    careful = state(given_up="new")

    assert refused(step, careful, "offered", "new", "", False).startswith("update rolled back")
    assert step(careful, "offered", "new", "", True)[0].phase == "filling"
    assert step(careful, "offered", "newer", "", False)[0].phase == "filling"


def test_one_update_at_a_time():
    for phase in ("filling", "armed", "trial"):
        for event in (("offered", "new", "", True), ("reverted",)):
            assert refused(step, state(phase), *event) == "update busy: one is " + phase
    for phase in ("idle", "armed", "trial"):
        assert refused(step, state(phase), "filled") == "update busy: none is filling"


def test_a_slot_is_checked_and_the_way_back_kept_before_it_is_armed():
    after, effects = step(state("filling"), "filled")

    assert after.phase == "armed"
    assert effects == ("index", "check", "keep", "arm")


def test_who_goes_away_while_a_slot_is_filled_leaves_the_place_to_others():
    assert step(state("filling"), "closed") == (state("idle"), ())
    assert step(state("armed"), "closed") == (state("armed"), ())


def test_the_release_before_is_tried_like_any_other():
    filling, effects = step(state(), "reverted")

    assert effects == ()
    assert step(filling, "filled")[1][-1] == "arm"


def test_a_boot_knows_what_it_is():
    cases = (
        (("", "", ""), "idle", ()),
        (("a", "new", "a"), "trial", ("migrate",)),
        (("b", "new", "b"), "idle", ("blame", "restore", "settle", "forget")),
        (("", "", "a"), "idle", ("trust", "praise", "forget")),
        (("", "", "b"), "idle", ("forget",)),
    )
    for event, phase, effects in cases:
        after, wanted = step(state(), "booted", *event)
        assert (after.phase, wanted) == (phase, effects), event


def test_a_trial_that_was_lost_is_given_up():
    assert step(state(), "booted", "b", "new", "b")[0].given_up == "new"
    assert step(state("trial", "b", "new"), "unwell")[0].given_up == "new"


def test_a_trial_ends_once():
    _, effects = step(state("trial"), "well")
    assert effects == ("confirm", "trust", "praise", "forget")

    _, effects = step(state("trial"), "unwell")
    assert effects == ("blame", "restore", "settle", "forget", "restart")
    for phase in ("idle", "armed", "filling"):
        for event in ("well", "unwell"):
            assert step(state(phase), event) == (state(phase), ())
