"""Every command: what it prints, and its exit code."""

from __future__ import annotations

import json
import socket
import threading

import pytest
from patience import wait_until


def test_every_command_is_a_program_with_an_exit_code(house):
    ends = {
        command: house.process(*command.split()).returncode
        for command in (
            "status",
            f"search {house.first}/32",
            "shell node01 system heartbeat",
            "shell node01 nothing here",
            "config node01 get utc",
            "config node01 get colour",
            "board node01",
            "board loft",
            "board node01 fly",
            "sim --runtime none",
        )
    }

    assert list(ends.values()) == [0, 0, 0, 1, 0, 1, 0, 1, 2, 1]


def test_status_shows_every_node_as_a_row(house):
    done = house.umbel("status")

    rows = [line.split() for line in done.stdout.splitlines()]
    assert done.returncode == 0
    assert rows[0] == ["name", "address", "version", "memory", "uptime", "state", "auth"]
    assert [row[0] for row in rows[1:]] == ["node01", "node02", "node03"]
    assert {row[-2] for row in rows[1:]} == {"up"}
    assert {row[-1] for row in rows[1:]} == {"on"}


def test_status_of_some_nodes_is_for_programs_too(house):
    (state,) = house.json("status", "node03")

    assert state["name"] == "node03"
    assert state["host"] == house.node("node03").address.host
    assert state["id"].startswith("micr02")
    assert state["memory"]["free"] > 0
    assert 0 < state["uptime"] < 3600
    assert state["network"] == "joined"


def test_status_without_any_node_says_how_to_get_some(house, tmp_path):
    done = house.umbel("status", UMBEL_STATE=str(tmp_path))

    assert done.returncode == 0
    assert "umbel search" in done.stdout
    assert "umbel sim" in done.stdout


def test_a_wrong_password_shows_in_the_status(house):
    done = house.umbel("status", "node03", UMBEL_PASSWORD="wrong-one")

    assert done.returncode == 0
    assert "refused" in done.stdout


def test_search_finds_the_nodes_of_a_network(house):
    found = house.json("search", f"{house.first}/29")

    assert [one["name"] for one in found] == ["node01", "node02", "node03"]
    assert {one["system"] for one in found} == {"Tepal"}
    assert {one["web"] for one in found} == {8080}


def test_search_finds_an_original_node_by_its_greeting(house):
    host = house.first.rpartition(".")[0] + ".5"
    with original_node(host):
        done = house.umbel("search", f"{house.first}/29")

    (row,) = (line for line in done.stdout.splitlines() if line.startswith("veranda"))
    assert f"{host}:9008" in row
    assert "micrOS" in row


def test_what_search_finds_is_remembered_but_not_open(house, tmp_path):
    state = str(tmp_path / "state")
    house.umbel("search", f"{house.first}/29", UMBEL_STATE=state)

    status = house.umbel("status", UMBEL_STATE=state)
    shell = house.umbel("shell", "node03", "system", "info", UMBEL_STATE=state)

    assert status.stdout.count("locked") == 3
    assert shell.returncode == 1
    assert shell.stderr.splitlines() == [
        "error: node03 wants a password",
        "try: UMBEL_PASSWORD=… in the environment",
    ]


def test_search_without_anybody_says_what_else_to_do(house, tmp_path):
    done = house.umbel("search", "127.9.7.0/30", UMBEL_STATE=str(tmp_path))

    assert done.returncode == 0
    assert "nobody answered" in done.stdout


@pytest.mark.parametrize(
    ("network", "words"),
    [("attic", "is no network"), ("10.0.0.0/8", "at most 4096 are searched")],
)
def test_search_refuses_what_it_cannot_search(network: str, words: str, house):
    done = house.umbel("search", network)

    assert done.returncode == 1
    assert words in done.stderr
    assert "try: " in done.stderr


def test_a_command_prints_its_answer(house):
    done = house.umbel("shell", "node01", "system", "heartbeat")

    assert (done.returncode, done.stdout) == (0, "<3 heartbeat\n")


def test_a_node_is_meant_by_id_address_and_the_beginning_of_its_name(house):
    node = house.node("node03")
    for meant in (node.id, node.address.host, str(node.address), "NODE03"):
        assert house.umbel("shell", meant, "hello").stdout.startswith("hello:node03:")

    done = house.umbel("shell", "node", "hello")
    assert done.returncode == 1
    assert "'node' may be node01 (" in done.stderr


def test_an_answer_is_for_programs_too(house):
    done = house.umbel("shell", "node01", "system", "memory_usage", "--json")

    assert set(json.loads(done.stdout)) == {"percent", "used"}


def test_words_with_blanks_arrive_whole_and_numbers_below_zero_are_no_options(house):
    done = house.umbel("shell", "node01", "system", "notify", "hello -5 world")

    assert (done.returncode, done.stdout) == (0, "Sent\n")
    assert house.umbel("shell", "node01", "task", "show", "-5", "--json").stdout == "{}\n"


def test_a_command_that_fails_ends_with_1_and_says_why(house):
    done = house.umbel("shell", "node01", "nothing", "here")

    assert done.returncode == 1
    assert done.stderr == (
        "error: node01: unknown module: nothing\ntry: umbel shell node01 help lm\n"
    )


def test_a_command_that_fails_tells_programs_the_code(house):
    done = house.umbel("shell", "node01", "nothing", "here", "--json")

    assert done.returncode == 1
    assert json.loads(done.stdout)["error"]["code"] == "unknown_module"


def test_lines_that_are_piped_in_are_run_in_turn(house):
    lines = "version\nconf\ndevfid\nnoconf\n\nsystem heartbeat\nexit\nversion\n"

    done = house.umbel("shell", "node01", typed=lines)

    assert (done.returncode, done.stdout) == (0, "0.1.0\nnode01\n<3 heartbeat\n")


def test_one_line_that_fails_does_not_stop_the_others_but_shows_in_the_exit_code(house):
    done = house.umbel("shell", "node01", typed="nothing here\nversion\n")

    assert (done.returncode, done.stdout) == (1, "0.1.0\n")
    assert "unknown module" in done.stderr


def test_a_wrong_password_is_one_sentence(house):
    done = house.umbel("shell", "node03", "version", UMBEL_PASSWORD="wrong-one")

    assert done.returncode == 1
    assert done.stderr.startswith("error: node03: wrong password\ntry: ")


def test_an_unknown_node_is_one_sentence_with_those_that_are_known(house):
    for command in (("shell", "loft", "version"), ("config", "loft", "dump"), ("board", "loft")):
        done = house.umbel(*command)

        assert done.returncode == 1
        assert done.stderr.startswith("error: no node is called 'loft'; known are node01 (")


def test_a_node_that_is_not_there_is_one_sentence(house):
    done = house.umbel("shell", "127.9.7.1", "version")

    assert done.returncode == 1
    assert done.stderr == (
        "error: 127.9.7.1:9008 cannot be reached at 127.9.7.1:9008: Connection refused\n"
        "try: umbel search\n"
    )


def test_the_configuration_is_read_changed_and_checked(house):
    assert house.umbel("config", "node03", "get", "soctout").stdout == "30\n"

    changed = house.umbel("config", "node03", "set", "soctout", "31")
    assert changed.stdout == "saved; in force after: umbel shell node03 reboot\n"
    assert house.json("config", "node03", "get", "soctout")["value"] == 31
    assert "soctout" in house.umbel("config", "node03", "dump", "soc").stdout
    house.umbel("config", "node03", "set", "soctout", "30")

    refused = house.umbel("config", "node03", "set", "utc", "-10000")
    assert refused.returncode == 1
    assert "-720..840 expected" in refused.stderr
    unknown = house.umbel("config", "node03", "get", "colour")
    assert unknown.returncode == 1
    assert "try: umbel config node03 dump" in unknown.stderr


def test_no_secret_is_dumped(house):
    described = house.json("config", "node03", "dump")

    secrets = {key for key in described if described[key].get("secret")}
    assert {"appwd", "stapwd"} <= secrets
    assert {described[key]["value"] for key in secrets} == {"***"}
    assert house.node("node03").access.password not in json.dumps(described)


def test_a_secret_is_not_taken_from_the_command_line(house):
    done = house.umbel("config", "node03", "set", "viewpwd", "look-at-me")
    assert done.returncode == 1
    assert "others can see your command line" in done.stderr

    assert house.umbel("config", "node03", "set", "viewpwd", typed="look-at-me\n").returncode == 0
    denied = house.umbel("config", "node03", "get", "utc", UMBEL_PASSWORD="look-at-me")
    assert denied.returncode == 1
    assert "wants the role admin" in denied.stderr


def test_a_board_is_driven_from_outside(house):
    def board(*words: str) -> str:
        done = house.umbel("board", "node01", *words)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def node(*words: str):
        return house.json("shell", "node01", *words)

    board("climate", "32", "-3.5", "40")
    assert node("dht22", "measure") == {"temp[C]": -3.5, "hum[%]": 40.0}
    board("adc", "35", "32768")
    assert node("genIO", "get_adc", "35", "raw") == 32768
    board("pin", "18", "1")
    assert board("pin", "18") == "1\n"
    assert node("genIO", "get_in", "18")["state"] == 1
    node("genIO", "set_pwm", "19", "500")
    node("neopixel", "load", "pixels=3")
    node("neopixel", "color", "10", "20", "30", "smooth=False")
    board("wifi", "-81")
    assert node("system", "rssi") == {"Unusable": -81}
    board("clock", "+1d")

    shown = board()
    assert "50.0 %, 1000 Hz" in shown
    assert "■■■ 3 of 3 lit, the first is 10, 20, 30" in shown
    assert "-3.5 °C, 40 %" in shown
    assert house.json("board", "node01", "read")["pwm"]["19"]["freq"] == 1000
    assert "the node has not touched it" in board("pin", "99")


def test_wifi_is_dropped_and_restored(house):
    house.umbel("board", "node01", "wifi", "down")
    assert wait_for_network(house, "node01", "joining")

    house.umbel("board", "node01", "wifi", "up")
    assert wait_for_network(house, "node01", "joined")


@pytest.mark.parametrize(
    "words",
    [
        "pin 4 2",
        "adc 4 70000",
        "wifi sideways",
        "power half",
        "clock soon",
        "climate 3 hot 5",
        "weight 19 21 9000000",
    ],
)
def test_what_a_board_cannot_do_is_a_mistake_in_the_command_line(words: str, house):
    done = house.umbel("board", "node01", *words.split())

    assert done.returncode == 2
    assert done.stdout == ""


def test_only_simulated_boards_are_driven(house):
    done = house.umbel("board", "127.9.7.1", "pin", "4")

    assert done.returncode == 1
    assert done.stderr == "error: 127.9.7.1:9008 is not simulated\ntry: umbel sim\n"


def test_open_nodes_want_no_password_and_say_so(simulate, tmp_path):
    simulation = simulate("--open")

    assert "password" not in simulation.printed
    state = str(tmp_path / "elsewhere")
    simulation.umbel("search", f"{simulation.first}/32", UMBEL_STATE=state)
    assert simulation.umbel("shell", "node01", "hello", UMBEL_STATE=state).stdout.endswith(
        ":open\n"
    )
    assert simulation.umbel("shell", "node01", "system", "info", UMBEL_STATE=state).returncode == 0
    assert simulation.umbel("status", UMBEL_STATE=state).stdout.split()[-1] == "off"


def test_the_password_of_the_environment_opens_new_nodes(simulate, tmp_path):
    simulation = simulate(UMBEL_PASSWORD="correct-horse")
    state = str(tmp_path / "elsewhere")
    address = simulation.first

    right = simulation.umbel("shell", address, "version", UMBEL_STATE=state)
    wrong = simulation.umbel(
        "shell", address, "version", UMBEL_STATE=state, UMBEL_PASSWORD="battery-staple"
    )

    assert (right.returncode, right.stdout) == (0, "0.1.0\n")
    assert wrong.returncode == 1


def wait_for_network(house, name: str, wanted: str) -> bool:
    return wait_until(lambda: house.json("status", name)[0]["network"] == wanted)


class original_node:  # noqa: N801 - reads like a function
    """A node of the original micrOS, as far as ``hello`` goes: prompt, one read, one answer."""

    def __init__(self, host: str) -> None:
        self._server = socket.create_server((host, 9008))
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *exc_info: object) -> None:
        self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self._thread.join()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self._server.accept()
            except OSError:
                return
            with client:
                client.sendall(b"veranda $ ")
                if client.recv(2048).strip() == b"hello":
                    client.sendall(b"hello:veranda:micr500291863428OS:dev\nveranda $ ")
                    client.recv(1)


# --- backup, restore, provision


def test_a_configuration_is_saved_and_restored_without_its_secrets(simulate, tmp_path):
    simulation = simulate()
    file = tmp_path / "node01.json"
    simulation.umbel("config", "node01", "set", "utc", "90")
    done = simulation.umbel("config", "node01", "backup", str(file))
    assert done.returncode == 0, done.stderr
    assert "secrets are not in it: ap_password, appwd" in done.stdout

    simulation.umbel("config", "node01", "set", "utc", "0")
    simulation.umbel("config", "node01", "set", "boothook", "system heartbeat")
    done = simulation.umbel("config", "node01", "restore", str(file))

    assert done.stdout.splitlines()[0] == "changed: boothook, utc"
    assert simulation.umbel("config", "node01", "get", "utc").stdout == "90\n"
    assert simulation.umbel("config", "node01", "get", "boothook").stdout == "n/a\n"
    template = tmp_path / "node01.secrets.json"
    assert set(json.loads(template.read_text()).values()) == {""}
    assert template.stat().st_mode & 0o077 == 0
    saved = json.loads(file.read_text())["config"]
    assert not {"appwd", "stapwd", "hwuid"} & saved.keys()


def test_a_restore_is_all_or_nothing_and_names_what_is_wrong(house, tmp_path):
    file = tmp_path / "node03.json"
    house.umbel("config", "node03", "backup", str(file))
    content = json.loads(file.read_text())
    content["config"] |= {"utc": 30, "webport": 70000, "auth": "maybe", "newer": 1}
    file.write_text(json.dumps(content))
    (tmp_path / "node03.secrets.json").write_text('{"viewpwd": "short"}')

    done = house.umbel("config", "node03", "restore", str(file))

    assert done.returncode == 1
    for expected in (
        "nothing was changed",
        "webport: 1..65535",
        "auth: True",
        "viewpwd: at least",
    ):
        assert expected in done.stderr
    assert house.umbel("config", "node03", "get", "utc").stdout == "60\n"


def test_what_is_no_backup_is_refused(house, tmp_path):
    for number, text in enumerate(("", "[1]", "{}", '{"config": {"utc": 1}}')):
        file = tmp_path / f"{number}.json"
        file.write_text(text)

        done = house.umbel("config", "node03", "restore", str(file))

        assert done.returncode == 1
        assert str(file) in done.stderr
    missing = house.umbel("config", "node03", "restore", str(tmp_path / "none.json"))
    assert "No such file" in missing.stderr


def test_a_new_node_is_provisioned_through_its_folder(house, tmp_path):
    done = house.umbel(
        "provision",
        str(tmp_path),
        *("--name", "loft", "--wifi", "home", "--set", "webui=True"),
        UMBEL_WIFI_PASSWORD="hunter2",
        UMBEL_NEW_PASSWORD="seven-dry-leaves",
    )

    assert done.returncode == 0, done.stderr
    file = tmp_path / "provision.json"
    assert json.loads(file.read_text()) == {
        "devfid": "loft",
        "staessid": "home",
        "stapwd": "hunter2",
        "appwd": "seven-dry-leaves",
        "webui": "True",
    }
    assert file.stat().st_mode & 0o077 == 0
    assert "hunter2" not in done.stdout


def test_a_node_that_answers_is_provisioned_over_its_shell(simulate):
    simulation = simulate()

    done = simulation.umbel(
        "provision", "node01", "--name", "loft", UMBEL_NEW_PASSWORD="seven-dry-leaves"
    )
    wrong = simulation.umbel("provision", "node01", "--set", "webport=many")

    assert done.stdout.splitlines()[0] == "changed: devfid, appwd"
    assert simulation.umbel("config", "node01", "get", "devfid").stdout == "loft\n"
    assert "webport: a whole number expected" in wrong.stderr


def test_provisioning_asks_for_something_to_do(house, tmp_path):
    assert "nothing to provision" in house.umbel("provision", str(tmp_path)).stderr
    nowhere = house.umbel("provision", str(tmp_path / "none"), "--name", "loft")
    assert "there is no folder" in nowhere.stderr
    unfinished = house.umbel("provision", str(tmp_path), "--set", "webport")
    assert "KEY=VALUE expected" in unfinished.stderr
