from house import refused

CONFIG = {"version": "1.2.3", "title": "Thermostat"}


def version(text):
    from tepal.formats import semver

    return semver.parse(text)


def wanted(text):
    from tepal.formats import semver

    return semver.parse_range(text)


def refusal(act, *args):
    """Return what a ValueError of ``act`` says."""
    try:
        act(*args)
    except ValueError as error:
        return str(error)
    raise AssertionError("%s was taken" % (args,))


def rules(**fields):
    """Return the numbers of the rules that a config.json with ``fields`` breaks."""
    from tepal.formats import appconfig

    config = dict(CONFIG)
    config.update(fields)
    return [number for number, _ in appconfig.faults(config, "thermo")]


# --- versions


def test_versions_stand_in_the_order_that_semver_gives_as_its_example():
    ordered = (
        "1.0.0-alpha",
        "1.0.0-alpha.1",
        "1.0.0-alpha.beta",
        "1.0.0-beta",
        "1.0.0-beta.2",
        "1.0.0-beta.11",
        "1.0.0-rc.1",
        "1.0.0",
        "1.0.1",
        "1.9.0",
        "1.10.0",
        "2.0.0-0",
        "2.0.0",
    )

    for i in range(len(ordered) - 1):
        assert version(ordered[i]) < version(ordered[i + 1]), ordered[i]


def test_what_stands_behind_a_plus_does_not_count():
    assert version("1.0.0+build.007") == version("1.0.0")
    assert version("1.0.0-rc.1+x") == version("1.0.0-rc.1")


def test_what_is_no_version_is_refused():
    for text in (
        "",
        "1",
        "1.0",
        "1.0.0.0",
        "01.0.0",
        "1.0.00",
        "v1.0.0",
        "1.0.0-",
        "1.0.0-01",
        "1.0.0-a..b",
        "1.0.0-a_b",
        "1.0.0+",
        "1.0.0+a+b",
        "1.0.x",
        " 1.0.0",
        "1.0.0\n",
        "1.-1.0",
        "\u0661.0.0",
        "1.0." + "9" * 64,
        None,
        1.0,
    ):
        assert "expected" in refusal(version, text), text


def test_a_range_takes_what_it_leaves_open():
    from tepal.formats import semver

    for text, inside, outside in (
        ("1.2.3", "1.2.3 1.2.3+x", "1.2.4 1.2.2 1.2.3-rc.1"),
        ("1.2.x", "1.2.0 1.2.99", "1.3.0 1.1.0 2.2.0 1.2.5-rc"),
        ("1.x.x", "1.0.0 1.99.0", "0.9.9 2.0.0 1.5.0-beta"),
        ("x.x.x", "0.0.1 7.0.0", "7.0.0-beta"),
    ):
        for one in inside.split():
            assert semver.matches(wanted(text), version(one)), (text, one)
        for one in outside.split():
            assert not semver.matches(wanted(text), version(one)), (text, one)
        assert semver.is_exact(wanted(text)) == ("x" not in text)


def test_ranges_of_other_systems_are_refused_with_a_hint():
    for text in ("^1.0.0", "~1.2.3", ">=1.0.0", "1.x", "1.*.*", "1.0.0 || 2.0.0", "latest"):
        assert "1.x.x" in refusal(wanted, text), text
    for text in ("x.1.0", "1.x.0", "x.x.1"):
        assert "behind an x" in refusal(wanted, text), text


# --- names


def test_a_name_is_short_and_plain():
    from tepal.formats import appconfig

    for uid in ("a", "thermo", "8-ball", "a.b_c-d", "12345678"):
        assert not list(appconfig.uid_faults(uid)), uid
    for uid, number in (
        ("", "U1"),
        ("thermostat", "U1"),
        ("Thermo", "U1"),
        ("-a", "U1"),
        (".a", "U1"),
        ("a b", "U1"),
        ("a/b", "U1"),
        ("\u00e4pp", "U1"),
        ("a-1.0.0", "U3"),
        ("a-x.x.x", "U3"),
        ("a.", "U4"),
        ("con", "U4"),
        ("inbox", "U4"),
        ("nul.x", "U4"),
        ("com1", "U4"),
        ("lpt9.a", "U4"),
    ):
        found = [one for one, _ in appconfig.uid_faults(uid)]
        assert number in found, uid


def test_a_name_that_python_cannot_import_has_another_there():
    from tepal.formats import appconfig

    assert appconfig.import_name("thermo") == "thermo"
    assert appconfig.import_name("a.b-c_d") == "a_b_c_d"
    assert appconfig.import_name("8-ball") == "_8_ball"


def test_each_range_has_a_name_of_its_own_in_memory():
    from tepal.formats import appconfig

    names = [
        appconfig.qualified("a-b", wanted(one)) for one in ("1.0.2", "1.0.x", "1.x.x", "x.x.x")
    ]

    assert names == ["a_b__1_0_2", "a_b__1_0", "a_b__1", "a_b__x"]


def test_a_dependency_is_read_from_the_right():
    from tepal.formats import appconfig

    assert appconfig.dependency("acme-1.x.x") == ("acme", (1, None, None))
    assert appconfig.dependency("a-b-1.0.2") == ("a-b", (1, 0, 2))
    for text in ("acme", "1.0.0", "-1.0.0", "acme-1", "acme-1.0.0-beta", "acme^1.0.0"):
        assert "expected" in refusal(appconfig.dependency, text), text


# --- config.json


def test_every_field_that_is_as_it_should_be_is_taken():
    assert not rules()
    assert not rules(
        version="1.0.0-rc.1+7",
        description="\u00dc" * 100,
        repository=["https://example.org/a.git", "https://example.org/b.git"],
        license=["MIT", "CC0-1.0"],
        copyright="2026 Somebody",
        dependencies=["acme-1.0.0", "example-1.x.x", "test-5.0.2"],
        execute="main:main",
        settings={"degrees": 20.5, "night": True, "room": "attic", "off": None},
        permissions=["pins", "network"],
        schedule=[{"every": 60}, {"when": "0-4:7:30:0", "do": "wake:up"}, {"when": "sunset-30"}],
        unknown={"kept": 1},
    )


def test_each_field_that_is_wrong_breaks_a_rule():
    for fields, number in (
        ({"version": "1.0"}, "V1"),
        ({"version": ["1.0.0"]}, "C3"),
        ({"version": 1}, "C3"),
        ({"title": ""}, "C4"),
        ({"title": "x" * 31}, "C4"),
        ({"title": "K\u00fcche"}, "C4"),
        ({"title": ["a"]}, "C3"),
        ({"description": "x" * 101}, "C5"),
        ({"description": "two\nlines"}, "C5"),
        ({"description": "x" * 201}, "C3"),
        ({"license": []}, ""),
        ({"license": [1]}, "C3"),
        ({"copyright": {}}, "C3"),
        ({"repository": ["x"] * 17}, "C3"),
        ({"execute": "main"}, "E1"),
        ({"execute": "../main.py"}, "E1"),
        ({"execute": "a:b:c"}, "E1"),
        ({"execute": "a.py:f"}, ""),
        ({"execute": "@"}, "E1"),
        ({"execute": "@rgb color 'red"}, "E1"),
        ({"dependencies": "acme-^1.0.0"}, "P1"),
        ({"dependencies": ["acme-1.x.x", "acme-2.x.x"]}, "P2"),
        ({"dependencies": ["thermo-1.x.x"]}, "P3"),
        ({"settings": []}, "K1"),
        ({"settings": {"a-b": 1}}, "K1"),
        ({"settings": {"a": [1]}}, "K1"),
        ({"permissions": "pins"}, "G3"),
        ({"permissions": ["root"]}, "G3"),
        ({"schedule": {"every": 5}}, "S2"),
        ({"schedule": [{"every": 0}]}, "S2"),
        ({"schedule": [{"every": 5, "when": "sunset"}]}, "S2"),
        ({"schedule": [{"when": "99:0:0:0"}]}, "S2"),
        ({"schedule": [{"when": "sunset!reboot"}]}, "S2"),
        ({"schedule": [{"every": 5, "do": "@reboot"}]}, "S2"),
    ):
        assert (number in rules(**fields)) if number else not rules(**fields), (fields, number)


def test_a_config_that_is_no_object_or_lacks_what_it_needs_breaks_a_rule():
    from tepal.formats import appconfig

    assert [number for number, _ in appconfig.faults([])] == ["C1"]
    assert [number for number, _ in appconfig.faults({})] == ["C2", "C2"]


def test_a_node_refuses_an_app_with_the_first_rule_that_it_breaks():
    from tepal.formats import appconfig

    appconfig.check(CONFIG, "thermo")
    assert refused(appconfig.check, CONFIG, "Thermo").startswith("app: U1: Thermo")
    assert (
        refused(appconfig.check, {"title": "a"}, "a")
        == "app: C2: version: expected in config.json"
    )


def test_what_is_launched_is_a_function_a_file_or_a_command():
    from tepal.formats.appconfig import entry

    assert entry("main:main") == ("call", "main", "main")
    assert entry("ui.panel:show") == ("call", "ui.panel", "show")
    assert entry("tools/once.py") == ("file", "tools/once.py", "")
    assert entry("@rgb color red") == ("command", "rgb color red", "")


# --- files


def test_an_icon_is_known_by_its_name():
    from tepal.formats import appfiles

    for name, expected in (
        ("media/iconlauncher-64px.png", (64, False)),
        ("media/iconlauncher-64px_bw.png", (64, True)),
        ("media/iconlauncher-64_bw.png", (64, True)),
        ("media/iconlauncher-64.png", None),
        ("media/iconlauncher-064px.png", None),
        ("media/iconlauncher-4px.png", None),
        ("media/iconlauncher-1024px.png", None),
        ("media/iconlauncher-px.png", None),
        ("media/iconlauncher-64px.jpg", None),
        ("iconlauncher-64px.png", None),
    ):
        assert appfiles.icon(name) == expected, name
    assert appfiles.icon(appfiles.icon_name(32, True)) == (32, True)


def test_the_smallest_icon_that_is_large_enough_is_chosen():
    from tepal.formats.appfiles import choose_icon, icon_name

    names = [icon_name(size, False) for size in (32, 64, 128)] + [icon_name(64, True)]

    for pixels, size in ((16, 32), (32, 32), (33, 64), (100, 128), (500, 128)):
        assert choose_icon(names, pixels) == icon_name(size, False)
    assert choose_icon(names, 16, is_bw=True) == icon_name(64, True)
    assert choose_icon(names[:1], 16, is_bw=True) == names[0]
    assert choose_icon(["media/a.png"], 16) == ""


def test_the_size_of_a_picture_is_in_its_first_bytes():
    from tepal.formats.appfiles import png_size

    head = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x40\0\0\0\x20"

    assert png_size(head) == (64, 32)
    assert png_size(head[:23]) == png_size(b"GIF89a" + bytes(20)) == (0, 0)


def test_a_locale_is_written_in_one_way():
    from tepal.formats.appfiles import locale

    for name in ("en", "en_US", "es_419", "zh_Hant", "zh_Hant_TW", "gsw_CH"):
        assert locale(name) == name
    assert locale("pt-BR") == "pt_BR"
    for name in (
        "",
        "e",
        "english",
        "en_us",
        "EN_US",
        "en_USA",
        "en_",
        "zh_hant",
        "en_US_x",
        "en_US.x",
    ):
        assert locale(name) == "", name


def test_a_translation_is_looked_for_from_the_closest_to_english():
    from tepal.formats.appfiles import lookup

    assert lookup("zh_Hant_TW") == ["zh_Hant_TW", "zh_TW", "zh", "en_US"]
    assert lookup("pt-BR") == ["pt_BR", "pt", "en_US"]
    assert lookup("en_US") == ["en_US", "en"]
    assert lookup("de") == ["de", "en_US"]
    assert lookup("no locale") == ["en_US"]


def test_the_binary_of_this_platform_is_launched_and_no_other():
    from tepal.formats.appfiles import binary

    names = [
        "main.mpy",
        "bin/binRP2.mpy",
        "bin/binESP32/main.mpy",
        "bin/binESP2866.mpy",
        "bin/binUNIX",
    ]

    assert binary(names, "rp2") == "bin/binRP2.mpy"
    assert binary(names, "esp32") == "bin/binESP32/"
    assert binary(names, "esp8266") == "bin/binESP2866.mpy"
    assert binary(names, "unix") == ""


def test_a_script_is_python_or_commands_of_a_node():
    from tepal.formats import appfiles

    assert (
        appfiles.script(["setup/install.sh", "setup/install.mpy"], "install")
        == "setup/install.mpy"
    )
    assert appfiles.script(["setup/install.sh"], "install") == "setup/install.sh"
    assert appfiles.script(["setup/install.sh"], "upgrade") == ""
    text = "#!/bin/sh\n# prepare\n\n rgb color red \r\nsystem clock\n"
    assert appfiles.script_lines(text) == ["rgb color red", "system clock"]
    assert "S1: line 2: syntax" in refused(appfiles.script_lines, "version\nrgb color 'red")
    assert "at most 64" in refused(appfiles.script_lines, "version\n" * 65)


# --- what a program of an app gets


class SomeNode:
    def __init__(self):
        self.clock = self.log = self
        self.lines = []

    def stamp(self):
        return ""

    def warn(self, line):
        self.lines.append(line)


def some_app(language="", home="home", **settings):
    from tepal.core.app import App

    config = {"version": "1.0.0", "settings": settings}
    return App(SomeNode(), "thermo", config, "code", home, language)


def make_folders(*names):
    from tepal.core import storage

    for name in names:
        storage.make_folder(name)


def test_a_setting_that_was_changed_stays_over_an_upgrade():
    make_folders("home")
    some_app(degrees=20, old=1).change("degrees", 23)

    assert some_app(degrees=19, new=2).settings == {"degrees": 23, "new": 2}
    some_app(degrees=19, new=2).change("degrees", 24)
    assert some_app(degrees=19, new=3).settings == {"degrees": 24, "new": 3}
    assert "has no setting" in refused(some_app().change, "degrees", 1)


def test_settings_that_are_torn_are_told_and_the_defaults_are_there():
    make_folders("torn", "torn/data")
    with open("torn/data/settings", "w") as file:
        file.write("torn")

    app = some_app(home="torn", degrees=20)

    assert app.settings == {"degrees": 20}
    assert "settings lost" in app.node.lines[0]


def test_a_text_is_in_the_language_of_the_node_and_else_in_english():
    make_folders("code", "code/translate")
    for name, text in (
        ("en_US", '{"title": "Plants", "dry": "dry"}'),
        ("de", '{"dry": "trocken"}'),
    ):
        with open("code/translate/" + name + ".json", "w") as file:
            file.write(text)

    app = some_app("de_AT")

    assert [app.text(key) for key in ("dry", "title", "wet")] == ["trocken", "Plants", "wet"]
    assert some_app().text("dry") == "dry"


def test_a_file_of_an_app_is_below_its_data():
    app = some_app()

    assert app.path("log.txt") == "home/data/log.txt"
    assert refused(app.path, "../secrets").startswith("path")


# --- an archive as it comes


def header(flags=0, method=0, packed=5, size=5, name=8, extra=0, magic=b"PK\3\4"):
    import struct

    return struct.pack(
        "<4sHHHHHIIIHH", magic, 20, flags, method, 0, 33, 0, packed, size, name, extra
    )


def test_a_member_of_an_archive_says_how_long_it_is():
    from tepal.formats.app_archive import member

    assert member(header()) == (8, 5)
    assert member(header(packed=0, size=0)) == (8, 0)
    assert member(header(magic=b"PK\1\2")) is None


def test_a_member_that_a_node_cannot_take_off_a_stream_is_refused():
    from tepal.formats.app_archive import member

    for wrong in (
        {"flags": 1},
        {"flags": 8},
        {"method": 8},
        {"packed": 4},
        {"extra": 4},
        {"name": 0},
        {"name": 97},
        {"magic": b"PK\5\6"},
    ):
        assert refused(member, header(**wrong)).startswith("app: G1: "), wrong
    assert "ends early" in refused(member, header()[:29])
