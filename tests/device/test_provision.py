import asyncio
import json
import os
import sys

from house import empty_folder, leave, write
from power import PowerCut
from test_secrets import NVS

from tepal.core import storage

KEY = "0123456789abcdef" * 4
EVERYTHING = {
    "devfid": "attic",
    "wlan.ssid": "home",
    "wlan.psk": "hunter22",
    "webport": 8080,
    "key": KEY,
    "mqtt.password": "hunter3",
}


def place():
    from tepal.hal import vault

    return vault


def secret(name):
    from tepal.core import secrets

    return secrets.get(place, name)


def config():
    from tepal.core.config import Config

    return Config("config")


async def take_in():
    from tepal.core import provision

    return await provision.take_in(place)


def provisioned(wanted):
    empty_folder()
    write("provision.json", wanted if isinstance(wanted, str) else json.dumps(wanted))


async def test_everything_finds_its_place_and_the_file_is_gone():
    provisioned(EVERYTHING)

    assert await take_in() == []

    assert not storage.exists("provision.json")
    assert config().get("devfid") == "attic"
    assert config().get("staessid") == "home"
    assert config().get("webport") == 8080
    assert secret("stapwd") == "hunter22"
    assert secret("key") == KEY
    assert secret("mqtt.password") == "hunter3"
    with open("config/node_config.json") as file:
        assert "hunter" not in file.read()
    leave()


async def test_a_password_is_hashed():
    from tepal.core import passwords

    provisioned({"appwd": "long enough"})

    assert await take_in() == []

    stored = secret("passwords")
    salt = bytes.fromhex(stored["salt"])
    hashed = await passwords.hash_password("long enough", salt, stored["rounds"])
    assert stored["admin"] == hashed.hex()
    assert secret("ap_password") == "long enough"
    leave()


async def test_what_is_wrong_is_named_and_the_rest_is_taken():
    provisioned(
        {
            "appwd": "short",
            "key": "0123",
            "devfid": "two words",
            "webport": "many",
            "hwuid": "me",
            "passwords": {},
            "ap_password": "seven77",
            "wlan.ssid": "home",
        }
    )

    faults = await take_in()

    assert config().get("staessid") == "home"
    assert [fault.split(": ")[2] for fault in faults if "config value" in fault] == [
        "ap_password",
        "appwd",
        "devfid",
        "key",
        "webport",
    ]
    assert [fault for fault in faults if "read only" in fault] == [
        "provision.json: read only: hwuid",
        "provision.json: read only: passwords",
    ]
    assert secret("passwords") is None
    leave()


async def test_what_is_no_object_stays_where_it_is():
    for text in ("", "{", '{"devfid": "attic"', "[1]", '{"a": "' + "x" * 5000 + '"}'):
        provisioned(text)

        faults = await take_in()

        assert "one JSON object of at most 4 KB expected" in faults[0], text
        assert storage.exists("provision.json")
        leave()


async def test_a_power_cut_at_any_step_loses_nothing():
    from tepal.core import provision

    step = 0
    came = True
    while came:
        provisioned(EVERYTHING)
        os.mkdir("config")
        modules = (place(), provision.storage, provision)
        with PowerCut(modules, step) as cut:
            await provision.take_in(place)
        came = cut.came

        if came and not storage.exists("provision.json"):
            raise AssertionError(step)
        if came:
            await take_in()
        assert config().faults == []
        assert config().get("staessid") == "home"
        assert secret("stapwd") == "hunter22"
        assert secret("mqtt.password") == "hunter3"
        assert secret("key") == KEY
        os.chdir("..")
        step += 1
    assert step > 12
    empty_folder()
    leave()


async def test_a_full_flash_keeps_the_file():
    provisioned(EVERYTHING)
    vault = place()
    save = vault.save

    def full(slot, data):
        raise OSError(28)

    vault.save = full
    try:
        await take_in()
        raise AssertionError("an error expected")
    except OSError:
        pass
    finally:
        vault.save = save
    assert storage.exists("provision.json")
    leave()


# --- the secrets of mpy-blox. Key, vector and payload are those of its own rules for this chip.

CHIP = bytes.fromhex("840d8ed29760")
VECTOR = bytes(range(16))
PLAIN = b'{"wlan.ssid": "SSID", "wlan.psk": "hunter2", "mqtt.password": "hunter2"}'
PAYLOAD = bytes.fromhex(
    "120201cc9c98c901f7c38324c88b0afe1bf59551cced08e30f1e946adc77e4ec1a4e233d62bebb30968cb32c79d0"
    "bcc9d4e052959fa0c04a339f5d5d84913842d3c3564e7c5ee1fa35fbeb8ed918354f"
)


class Cipher:
    """AES on CPython, which has none: it can open the one payload that there is here."""

    def __init__(self, key, mode, vector):
        assert key.hex() == "4214ac3840a60c44f99d68ce11227371e88862e5f1dad3dc3800fbd7641eaaf7"
        assert (mode, vector) == (2, VECTOR)

    def decrypt(self, data):
        return PLAIN + bytes([8]) * 8 if data == PAYLOAD else bytes(len(data))


def on_blox_board(payload=PAYLOAD):
    empty_folder()
    NVS.flash = {("sec_cfg", "iv"): VECTOR, ("sec_cfg", "payload"): payload}
    NVS.flash["sec_cfg", "payload_s"] = len(payload)
    NVS.cut_after = -1
    sys.modules["esp32"] = type("Esp32", (), {"NVS": NVS})
    machine = type("Machine", (), {"unique_id": staticmethod(lambda: CHIP)})
    place().machine = place().legacy().machine = machine
    if sys.implementation.name == "cpython":
        sys.modules["cryptolib"] = type("Cryptolib", (), {"aes": Cipher})


def leave_blox_board():
    sys.modules.pop("esp32")
    sys.modules.pop("cryptolib", None)
    leave()


async def test_the_secrets_of_mpy_blox_move_here():
    on_blox_board()

    faults = await take_in()

    assert len(faults) == 1  # a password of seven characters opens no Wi-Fi
    assert "mpy-blox: config value: stapwd: a Wi-Fi password of 8 to 63" in faults[0]
    assert config().get("staessid") == "SSID"
    assert secret("mqtt.password") == "hunter2"
    assert [
        name for space, name in NVS.flash if space == "sec_cfg" and NVS.flash[space, name]
    ] == []
    assert not place().legacy()
    leave_blox_board()


async def test_secrets_of_mpy_blox_that_cannot_be_read_stay_and_are_named():
    for payload in (PAYLOAD[:-16] + bytes(16), PAYLOAD[:-1], bytes(80)):
        on_blox_board(payload)

        faults = await take_in()

        assert faults[0].startswith("mpy-blox: "), payload
        assert place().legacy()
        leave_blox_board()


async def test_a_power_cut_while_moving_from_mpy_blox_loses_nothing():
    for cut in range(9):
        on_blox_board()
        NVS.cut_after = cut
        try:
            await take_in()
        except KeyboardInterrupt:
            pass
        NVS.cut_after = -1
        if place().legacy():
            await take_in()

        assert secret("mqtt.password") == "hunter2", cut
        assert config().get("staessid") == "SSID", cut
        leave_blox_board()


# --- settings.json


async def test_dotted_keys_are_another_name_of_the_configuration():
    empty_folder()
    os.mkdir("config")
    write(
        "settings.json", '{"hostname": "kitchen", "wlan.ssid": "home", "update.channel": "beta"}'
    )

    assert config().get("devfid") == "kitchen"
    assert config().get("hostname") == "kitchen"
    assert config().get("staessid") == "home"
    assert config().get("update.channel") == "beta"
    await config().set("hostname", "attic")
    await config().set("staessid", "guests")
    await config().set("update.channel", "stable")
    with open("settings.json") as file:
        assert json.load(file) == {
            "hostname": "attic",
            "wlan.ssid": "guests",
            "update.channel": "stable",
        }
    assert config().get("devfid") == "attic"
    leave()


async def test_without_the_file_the_old_names_still_mean_ours():
    empty_folder()
    os.mkdir("config")

    await config().set("hostname", "attic")

    assert config().get("devfid") == config().get("hostname") == "attic"
    assert not storage.exists("settings.json")
    for name in ("mqtt.password", "nonsense", ""):
        try:
            config().get(name)
            raise AssertionError(name)
        except Exception as error:
            assert error.code == "unknown_key", name
    leave()


def test_wrong_settings_are_named_and_do_no_harm():
    for text, expected in (
        ('{"hostname": "two words"}', "devfid: letters"),
        ('{"hostname": 5}', "devfid: text expected"),
        ('{"wlan.psk": "hunter2"}', "wlan.psk is a secret"),
        ("{", "JSON"),
        ("[1]", "JSON"),
    ):
        empty_folder()
        write("settings.json", text)

        assert expected in config().faults[0], text
        assert config().get("devfid") == "node01"
        leave()


def test_parts_of_the_system_work_without_a_node():
    """A program of its own imports what it needs: nothing runs, nothing is written by itself."""
    from tepal.core.clock import Clock
    from tepal.core.log import Log

    empty_folder()

    mine = config()
    log = Log("logs", Clock(lambda: 0), console=False)
    log.info(mine.get("devfid"))

    assert log.lines[0].endswith("node01")
    assert os.listdir(".") == []
    assert asyncio
    leave()
