from house import refused

from tepal.formats import checks, fixed, wifi


def test_names_and_passwords_belong_together_by_position():
    for names, passwords, pairs in (
        ("your_wifi_name", "your_wifi_passwd", []),
        ("n/a", "", []),
        ("", None, []),
        ("home", "secret-1", [("home", "secret-1")]),
        (
            " home ; attic;shed",
            "secret-1 ;;  secret 3",
            [("home", "secret-1"), ("attic", ""), ("shed", "secret 3")],
        ),
        ("home;;attic", "secret-1;x;secret-3", [("home", "secret-1"), ("attic", "secret-3")]),
        ("home;attic", "secret-1", [("home", "secret-1"), ("attic", "")]),
        ("home;attic", ["a;b c;d ", "secret-2"], [("home", "a;b c;d "), ("attic", "secret-2")]),
    ):
        assert wifi.known(names, passwords) == pairs, names


def test_a_network_is_added_last_or_gets_its_new_password():
    pairs = [("home", "secret-1"), ("attic", "")]

    assert checks.added(pairs, "shed", "x") == pairs + [("shed", "x")]
    assert checks.added(pairs, "home", "new") == [("home", "new"), ("attic", "")]
    many = [("x" * 31 + str(number), "") for number in range(7)]
    more = checks.added(many, "y" * 32, "")
    assert more == many[1:] + [("y" * 32, "")]
    assert len(";".join([name for name, _ in more])) <= 256  # what the configuration takes


def test_a_fixed_address_brings_its_netmask_gateway_and_dns():
    for text, expected in (
        ("10.0.0.7", ("10.0.0.7", "255.255.255.0", "10.0.0.1", "10.0.0.1")),
        ("10.0.0.7,10.0.0.254", ("10.0.0.7", "255.255.255.0", "10.0.0.254", "10.0.0.254")),
        ("10.1.2.3/16, 10.1.0.9, 9.9.9.9", ("10.1.2.3", "255.255.0.0", "10.1.0.9", "9.9.9.9")),
        ("10.1.2.3/255.255.0.0", ("10.1.2.3", "255.255.0.0", "10.1.0.1", "10.1.0.1")),
        ("10.0.0.129/25", ("10.0.0.129", "255.255.255.128", "10.0.0.129", "10.0.0.129")),
    ):
        assert fixed.addresses(text) == expected, text


def test_what_no_node_can_have_as_its_address_is_refused():
    for text in (
        "10.0.0",
        "10.0.0.0.1",
        "10.0.0.256",
        "10.0.0.x",
        "10.0.0.-1",
        "10.0.0.",
        " ",
        "node",
        "10.0.0.0",
        "10.0.0.255",
        "0.0.0.7",
        "224.0.0.1",
        "255.255.255.255",
        "10.0.0.7/7",
        "10.0.0.7/31",
        "10.0.0.7/",
        "10.0.0.7/x",
        "10.0.0.7/255.0.255.0",
        "10.0.0.7/0.0.0.0",
        "10.0.0.7,10.0.1.1",
        "10.0.0.7,10.0.0.7",
        "10.0.0.7,",
        "10.0.0.7,10.0.0.1,",
        "10.0.0.7,10.0.0.1,9.9.9.9,8.8.8.8",
        "1٣.0.0.7",
        "1²0.0.0.1",
    ):
        assert "expected" in refused(fixed.addresses, text), text


def test_what_is_no_name_or_password_of_a_network_is_refused():
    for name in (None, 5, "", "x" * 33, "ä" * 17, "a;b", " a", "a ", "a\nb", "a\0"):
        assert "expected" in refused(checks.check_name, name), name
    for name in ("x", "x" * 32, "ä" * 16, "Café, Garten & Co. (5 GHz)"):
        assert checks.check_name(name) == name
    for password in (None, 5, "short12", "x" * 64, "ä" * 32, "with\0zero", ["12345678"]):
        assert "expected" in refused(checks.check_password, password), password
    for password in ("", "12345678", "x" * 63, "A0" * 32, "ä ; ö \\ ü"):
        assert checks.check_password(password) == password
    assert "at most 8" in refused(checks.check_names, ";".join("abcdefghi"))
    for code in ("de", "DEU", "D1", "D", "ÄÖ"):
        assert "capital" in refused(checks.check, "country", code), code
    for key, text in (
        ("staessid", "x" * 33),
        ("stapwd", "long enough;short"),
        ("ap_password", "x"),
    ):
        assert refused(checks.check, key, text).startswith("config value: " + key)
