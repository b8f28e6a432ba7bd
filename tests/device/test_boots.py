import os

from house import empty_folder, leave, write
from power import PowerCut

from tepal.core import storage

CONFIG = "config/node_config.json"


def boots():
    from tepal.core import boots

    return boots


def new_flash(**config):
    empty_folder()
    os.mkdir("config")
    storage.write(CONFIG, config)


def boot(cause="PWRON", noted=""):
    return boots().begin(cause, noted)


def test_a_first_boot_has_no_news():
    new_flash()

    assert boot() == ("", [])
    assert boots().crashed() is None
    leave()


def test_boots_that_are_called_good_never_lead_to_safe_mode():
    new_flash()

    for _ in range(12):
        assert boot()[0] == ""
        boots().settle({})
    leave()


def test_after_five_boots_in_a_row_that_were_not_good_the_node_is_careful():
    new_flash()

    modes = [boot("WDT", "hang forever")[0] for _ in range(7)]

    assert modes == [""] * 5 + ["safe"] * 2
    mode, news = boot()
    assert mode == "safe"
    assert "safe mode, as 7 boots in a row were not good" in news
    boots().settle(None)
    assert boot()[0] == ""
    leave()


def test_the_watchdog_is_told_with_the_last_command():
    new_flash()
    boot()

    _, news = boot("WDT", "hang forever")

    assert news == ["the run before ended by watchdog: the last command was hang forever"]
    assert boots().crashed() == {
        "reason": "watchdog",
        "detail": "the last command was hang forever",
    }
    assert boot("SOFT")[1] == []  # it is told once, and kept until somebody clears it
    assert boots().crashed()
    boots().clear()
    assert boots().crashed() is None
    leave()


def test_a_watchdog_before_any_command_and_a_reset_without_a_word_are_told_too():
    new_flash()

    assert "watchdog: before any command" in boot("WDT", "boot")[1][0]
    assert "reset: the last command was rgb on" in boot("HARD", "rgb on")[1][0]
    assert boot("PWRON", "rgb on")[1] == []  # what outlasts a loss of power is not to be trusted
    leave()


def test_an_exception_is_kept_with_its_place():
    new_flash()
    boot()
    try:
        raise ValueError("no such pin")
    except ValueError as error:
        pause_ms = boots().crash(error, "boot")

    assert pause_ms == 2000
    _, news = boot("HARD")
    assert "ended by exception: ValueError: no such pin at boot (File" in news[0]
    assert boots().crashed()["reason"] == "exception"
    leave()


def test_the_pause_after_an_exception_grows_but_not_for_ever():
    new_flash()
    pauses = []
    for _ in range(9):
        boot()
        pauses.append(boots().crash(ValueError("x"), "run"))

    assert pauses == [2000, 4000, 8000, 16000, 32000, 32000, 32000, 32000, 32000]
    leave()


def test_somebody_who_asks_for_restarts_does_not_lead_to_safe_mode():
    new_flash()

    for _ in range(12):
        assert boot("SOFT")[0] == ""
        boots().forgive()
    leave()


def test_safe_mode_can_be_asked_for_and_lasts_one_boot():
    new_flash()
    boot()

    boots().forgive("safe")

    assert boot()[0] == "safe"
    assert boot()[0] == ""
    leave()


def test_safe_mode_brings_back_the_configuration_of_the_last_good_boot():
    new_flash(devfid="attic")
    boot()
    boots().settle({"devfid": "attic"})
    storage.write(CONFIG, {"devfid": "attic", "boothook": "hang forever"}, 2)

    for _ in range(6):
        mode, news = boot("WDT", "hang forever")

    assert mode == "safe"
    assert "configuration of the last good boot is back; set aside: boothook" in news[-1]
    assert storage.read(CONFIG) == {"devfid": "attic"}
    assert storage.read(CONFIG + ".tried")["boothook"] == "hang forever"
    leave()


def test_a_configuration_is_good_only_where_the_node_ran_with_it():
    new_flash(devfid="attic")
    boot()
    boots().settle(None)  # a boot in safe mode proves nothing

    assert not storage.exists(CONFIG + ".good")
    for _ in range(6):
        mode, _ = boot()
    assert mode == "safe"
    assert storage.read(CONFIG) == {"devfid": "attic"}
    leave()


def test_a_damaged_record_of_boots_is_said_and_does_no_harm():
    for text in ("{", '{"boots": "many"}', '{"crash": 5}', '{"crash": {}, "untold": true}', "[]"):
        new_flash()
        os.mkdir("data")
        write("data/.boot", text)

        assert boot()[0] == "", text
        assert boot("WDT", "hang forever")[1], text
        leave()


def test_a_full_flash_is_said_and_does_no_harm():
    new_flash()
    storage_now = boots().storage
    write_record = storage_now.write

    def full(*args):
        raise OSError(28)

    storage_now.write = full
    try:
        mode, news = boot("WDT", "hang forever")
    finally:
        storage_now.write = write_record

    assert mode == ""
    assert news[-1].startswith("boots are not counted: ")
    leave()


def test_a_power_cut_while_falling_back_leaves_one_of_both_configurations():
    good, tried = {"devfid": "attic"}, {"devfid": "attic", "webport": 81}
    step = 0
    came = True
    while came:
        new_flash(**good)
        boot()
        boots().settle(good)
        storage.write(CONFIG, tried, 2)
        for _ in range(5):
            boot()
        with PowerCut((boots().storage,), step) as cut:
            boot()
        came = cut.came

        record, _, faults = storage.newest(CONFIG, 2)
        assert record in (good, tried), step
        assert not faults, step
        assert boot()[0] == "safe"
        assert storage.newest(CONFIG, 2)[0] == good
        leave()
        step += 1
    assert step > 5
