"""The file of devices, read and changed in pieces."""

import json
import os

from house import empty_folder, leave, write
from power import PowerCut

from tepal.core import pieces, storage


def read(text):
    """Return what a file says that is read in pieces, None if it is not believed."""
    write(pieces.PATH, text)
    try:
        found = pieces.Text(pieces.PATH)
    except ValueError:
        return None
    values = {key: found.value(key) for key in found.places}
    found.file.close()
    return values


def test_an_object_is_understood_however_it_is_laid_out():
    empty_folder()
    os.mkdir("config")
    for value in (
        {},
        {"a": 1},
        {"a,:": "}{", "b": [1, {"c": ["]", {}]}]},
        {'"': "\\", "\\": '"\\"'},
    ):
        flat = json.dumps(value)
        for text in (flat, "\n " + flat.replace(": ", " :\n\t") + "\n", flat.replace(", ", ",")):
            assert read(text) == value, text
    leave()


def test_a_value_may_be_longer_than_a_block():
    empty_folder()
    os.mkdir("config")
    value = {"a" * 300: "b" * 700, "c": list(range(300)), "d": {}}

    assert read(json.dumps(value)) == value
    leave()


def test_what_is_no_object_is_not_believed():
    empty_folder()
    os.mkdir("config")
    whole = '{"a": 1, "b": [2]}'
    torn = [whole[:length] for length in range(len(whole))]
    for text in torn + ["[]", "[1]", '["a"]', '"a"', "7", '{"a" 1}', '{"a"}', '{"a":}', "{:1}"]:
        assert read(text) is None, text
    leave()


def test_one_thing_is_changed_and_all_others_stay_as_they_are():
    empty_folder()
    os.mkdir("config")
    before = {"metadata": {"id": "x" * 600}, "device1": {"schedule": {}, "pin": 1}, "device2": {}}
    write(pieces.PATH, json.dumps(before))

    pieces.save("device1", "schedule", {"10:00": "enabled"})
    pieces.save("schedule_keywords", None, {"noon": "12:00"})

    after = storage.read(pieces.PATH)
    assert after.pop("schedule_keywords") == {"noon": "12:00"}
    assert after.pop("device1") == {"schedule": {"10:00": "enabled"}, "pin": 1}
    assert after == {"metadata": before["metadata"], "device2": {}}
    assert storage.read(pieces.PATH + ".1")["device1"]["schedule"] == {"10:00": "enabled"}
    leave()


def test_a_file_of_nothing_takes_what_is_new():
    empty_folder()
    os.mkdir("config")
    write(pieces.PATH, "{}")

    pieces.save("schedule_keywords", None, {})

    assert storage.read(pieces.PATH) == {"schedule_keywords": {}}
    leave()


def schedule():
    """Return what the best file says of the schedule of device1."""
    text, _ = pieces.open_best([])
    found = text.value("device1")["schedule"]
    text.file.close()
    return found


def test_a_power_cut_at_any_step_of_an_edit_leaves_it_done_or_not_and_the_next_edit_works():
    first, second = 0, 0
    while True:
        empty_folder()
        os.mkdir("config")
        write(
            pieces.PATH, json.dumps({"device1": {"schedule": {}}, "device2": {"pin": "x" * 600}})
        )
        pieces.save("device1", "schedule", {"09:00": 1})
        with PowerCut((pieces, storage), first) as cut:
            pieces.save("device1", "schedule", {"10:00": 1})
        is_first = cut.came
        before = schedule()
        assert before in ({"09:00": 1}, {"10:00": 1}), first
        with PowerCut((pieces, storage), second) as cut:
            pieces.save("device1", "schedule", {"11:00": 1})
        assert schedule() in (before, {"11:00": 1}), (first, second)
        pieces.save("device1", "schedule", {"12:00": 1})
        assert schedule() == {"12:00": 1}
        assert storage.read(pieces.PATH)["device2"] == {"pin": "x" * 600}
        leave()
        second += 1
        if not cut.came:
            first, second = first + 1, 0
            if not is_first:
                return
