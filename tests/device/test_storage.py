import os

from house import empty_folder, leave, write

from tepal.core import storage


def damage(path, index):
    with open(path, "rb") as file:
        data = bytearray(file.read())
    data[index] ^= 1
    with open(path, "wb") as file:
        file.write(data)


def test_a_record_comes_back():
    empty_folder()
    for record in ({"a": 1, "b": [1, "x"]}, {}, {"": "ü"}):
        storage.write("r", record)

        assert storage.read("r") == record
    leave()


def test_a_record_that_a_person_wrote_is_believed():
    empty_folder()
    write("r", '{"a": 1}')

    assert storage.read("r") == {"a": 1}
    leave()


def test_a_flipped_bit_is_noticed_wherever_it_is():
    empty_folder()
    storage.write("r", {"name": "attic", "port": 8080})
    with open("r", "rb") as file:
        whole = file.read()

    for index in range(len(whole)):
        with open("r", "wb") as file:
            file.write(whole)
        damage("r", index)
        try:
            record = storage.read("r")
        except ValueError:
            continue
        assert record["name"] == "attic", index  # only the name of the checksum may change
        assert record["port"] == 8080, index
    leave()


def test_a_torn_record_is_noticed_wherever_it_ends():
    empty_folder()
    storage.write("r", {"name": "attic", "port": 8080})
    with open("r", "rb") as file:
        whole = file.read()

    for size in range(len(whole)):
        with open("r", "wb") as file:
            file.write(whole[:size])
        try:
            storage.read("r")
        except ValueError:
            continue
        raise AssertionError(size)
    leave()


def test_the_best_copy_is_used_and_the_others_are_named():
    empty_folder()
    for number in range(4):
        storage.write("r", {"n": number}, 2)
    damage("r", -2)

    record, name, faults = storage.newest("r", 2)

    assert record == {"n": 2}
    assert name == "r.1"
    assert len(faults) == 1
    assert faults[0].startswith("r: ")
    leave()


def test_a_power_cut_between_any_two_steps_leaves_the_old_or_the_new_record():
    empty_folder()
    for number in range(3):
        storage.write("r", {"n": number}, 2)
    rename = os.rename
    for cut in range(5):
        steps = [0]

        def failing(old, new, steps=steps, cut=cut):
            steps[0] += 1
            if steps[0] > cut:
                raise KeyboardInterrupt  # the power is gone: nobody handles that
            rename(old, new)

        storage.os = type(
            "Os", (), {"rename": staticmethod(failing), "remove": os.remove, "stat": os.stat}
        )
        try:
            storage.write("r", {"n": 3}, 2)
        except KeyboardInterrupt:
            pass
        storage.os = os

        record, _, faults = storage.newest("r", 2)
        assert record in ({"n": 2}, {"n": 3}), cut
        assert not faults
        for number in range(3):
            storage.write("r", {"n": number}, 2)
    leave()


def test_nothing_readable_is_none_with_the_reasons():
    empty_folder()
    write("r", "{")

    record, _, faults = storage.newest("r", 2)

    assert record is None
    assert faults == ["r: JSON"]
    assert storage.newest("none", 2) == (None, "", [])
    leave()


def test_a_record_that_is_no_object_or_too_large_is_refused():
    empty_folder()
    for text in ("[1]", "5", '"x"', '{"a": "' + "x" * 20000 + '"}'):
        write("r", text)

        assert storage.newest("r")[0] is None
    leave()
