import os

from house import build_node, empty_folder, fails, leave, write

from tepal.core import secrets, storage
from tepal.core.config import Config
from tepal.core.keys import entry, table
from tepal.core.settings import describe
from tepal.formats.errors import TepalError


def config_of(text):
    empty_folder()
    os.mkdir("config")
    write("config/node_config.json", text)
    return Config("config")


def test_an_empty_folder_gives_the_defaults():
    empty_folder()

    config = Config("config")

    for key, default, _, flags in table():
        wanted = "***" if "s" in flags else "n/a" if "o" in flags else default
        assert config.get(key) == wanted, key
    assert config.faults == []
    leave()


def test_the_keys_of_the_seed_are_there_with_their_defaults():
    seed = {
        "devfid": "node01", "staessid": "your_wifi_name", "boothook": "n/a", "webui": False,
        "cron": False, "crontasks": "n/a", "irq1": False, "irq2_cbf": "n/a", "irq3_trig": "n/a",
        "irq4": False, "irq_prell_ms": 300, "timirq": False, "timirqcbf": "n/a",
        "timirqseq": 1000, "utc": 60, "cstmpmap": "n/a", "boostmd": True, "aioqueue": 3,
        "devip": "n/a", "nwmd": "n/a", "soctout": 30, "socport": 9008, "dbg": True,
    }  # fmt: skip
    for key, default in seed.items():
        assert entry(key)[0] == default, key
    for key in ("stapwd", "appwd", "telegram", "hwuid", "guimeta"):
        entry(key)
    assert entry("auth")[0] is True
    assert entry("appwd")[0] == ""


async def test_a_value_is_checked_saved_and_there_after_a_restart():
    config = config_of("{}")

    assert await config.set("devfid", "attic") is True
    assert await config.set("crontasks", "*:8:0:0!rgb toggle") is False
    assert await config.set("webport", "8080") is True
    assert await config.set("dbg", "false") is True

    again = Config("config")
    assert again.get("devfid") == "attic"
    assert again.get("webport") == 8080
    assert again.get("dbg") is False
    leave()


async def test_a_wrong_value_is_refused_and_the_old_one_stays():
    config = config_of('{"webport": 8080}')
    for key, value, expected in (
        ("webport", "many", "a whole number"),
        ("webport", 1.5, "a whole number"),
        ("webport", True, "a whole number"),
        ("webport", 70000, "1..65535"),
        ("webport", None, "a whole number"),
        ("auth", "maybe", "True or False"),
        ("auth", 1, "True or False"),
        ("nwmd", "BOTH", "one of n/a, STA, AP"),
        ("irq1_trig", "sideways", "one of"),
        ("devfid", "", "letters"),
        ("devfid", "two words", "letters"),
        ("devfid", "x" * 33, "at most 32"),
        ("boothook", 5, "text"),
        ("boothook", "x" * 2000, "at most 1024"),
    ):
        assert expected in await fails(config.set(key, value), "config_value"), (key, value)

    assert config.get("webport") == 8080
    assert Config("config").get("webport") == 8080
    await fails(config.set("nonsense", 1), "unknown_key")
    await fails(config.set("hwuid", "x"), "read_only")
    leave()


def test_unknown_keys_are_kept_and_reported():
    config = config_of('{"devfid": "attic", "colour": "red"}')

    assert "colour" in config.faults[0]
    assert storage.read("config/node_config.json")["colour"] == "red"
    leave()


def test_a_wrong_value_in_the_file_is_reported_and_the_default_used():
    config = config_of('{"webport": "many", "auth": false, "devfid": "attic"}')

    assert config.get("webport") == 80
    assert config.get("auth") is False
    assert "webport" in config.faults[0]
    leave()


async def test_a_torn_file_falls_back_to_the_last_good_one_and_says_so():
    config = config_of("{}")
    await config.set("devfid", "first")
    await config.set("devfid", "second")
    with open("config/node_config.json") as file:
        text = file.read()
    write("config/node_config.json", text[: len(text) // 2])

    again = Config("config")

    assert again.get("devfid") == "first"
    assert "using config/node_config.json.1" in again.faults
    assert storage.exists("config/node_config.json.bad")
    leave()


async def test_a_full_flash_changes_nothing():
    from tepal.core import storage  # the one that is in memory now

    config = config_of("{}")
    write_record = storage.write

    def full(*args):
        raise OSError(28)

    storage.write = full
    try:
        await fails(config.set("devfid", "attic"), "flash")
    finally:
        storage.write = write_record

    assert config.get("devfid") == "node01"
    leave()


async def test_a_secret_never_comes_back():
    node = build_node()

    await node.config.set("stapwd", "wifi secret")
    await node.config.set("appwd", "much too simple")

    assert node.config.get("stapwd") == "***"
    assert describe(node.config.get("stapwd"), entry("stapwd"))["value"] == "***"
    with open("config/node_config.json") as file:
        assert "secret" not in file.read()
    kept = str(secrets.read(node.auth.secrets))
    assert "wifi secret" in kept
    assert "simple" not in kept
    for name in os.listdir("."):
        if name.startswith("secrets"):
            with open(name, "rb") as file:
                assert b"wifi" not in file.read(), name
    leave()


async def test_the_offloaded_key_has_a_file_of_its_own():
    config = config_of("{}")

    await config.set("guimeta", "x" * 3000)

    assert Config("config").get("guimeta") == "x" * 3000
    assert "guimeta" not in config.values
    leave()


def test_what_has_no_form_is_reported_and_nothing_else_is_lost():
    config = config_of(
        '{"tz": "Mars/Olympus", "place": "here", "crontasks": "nonsense", "devfid": "attic"}'
    )

    for key in ("tz", "place"):
        assert config.get(key) == "n/a", key
    assert len(config.faults) == 2, config.faults
    assert config.get("crontasks") == "nonsense"  # one bad entry stops no other
    assert config.get("devfid") == "attic"
    leave()


async def test_values_of_every_kind_that_are_nonsense_change_nothing():
    config = config_of("{}")
    for key, *_ in list(table()):
        for value in (None, [], {}, 1.5, "\u0000" * 5000, "n\u00e4\u2603" * 2000):
            try:
                await config.set(key, value)
                raise AssertionError((key, value))
            except TepalError as error:
                assert error.code in ("config_value", "read_only", "unknown_key"), str(error)
    leave()
