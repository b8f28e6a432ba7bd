"""Rules, fades, schedules and the arbiter, without any device."""

import random

from house import refused

from tepal.formats import arbiter, calendar, fades, instances, params, rules, ruling, timetable
from tepal.formats.errors import TepalError

DAY_S = 86400
MONDAY = 20822 * DAY_S  # 2027-01-04
UTC = calendar.Fixed(0)


class Thing:
    """The least that follows rules."""

    def __init__(self, default=50, low=0, high=100):
        self.enabled = True
        self.current_rule = self.scheduled_rule = None
        self.default_rule = default
        self.min_rule, self.max_rule = low, high
        self.override = self.fade = self.wanted = self.decided = None
        self.timers = {}

    def run(self, to_ms):
        """Let the time pass."""
        while self.timers and min(self.timers.values()) <= to_ms:
            due = min(self.timers.values())
            for name in [name for name in self.timers if self.timers[name] == due]:
                self.timers.pop(name)
                ruling.fire(self, name, due)


def followed(default=50):
    thing = Thing(default)
    ruling.schedule(thing, None, 0)
    return thing


def check(kind, rule, limits=None):
    try:
        return rules.check(kind, rule, limits)
    except TepalError as error:
        assert error.code == "rule"
        return None


def test_every_kind_takes_enabled_and_disabled_in_any_case():
    for kind in ("standard", "on_off", "float_range", "int_range", "int_or_fade", "thermostat"):
        assert check(kind, "Disabled", (0, 9)) == "disabled"
        assert check(kind, "ENABLED", (0, 9)) == "enabled"


def test_a_whole_number_is_made_of_what_means_one():
    for rule, expected in ((5, 5), ("5", 5), (5.9, 5), (0, 0), ("0", 0)):
        found = check("int_or_fade", rule, (0, 100))
        assert found == expected
        assert type(found) is int
    for rule in ("5.9", True, False, None, 101, -1, float("nan"), float("inf"), "", "x", [], {}):
        assert check("int_or_fade", rule, (0, 100)) is None, rule


def test_numbers_with_a_point_keep_to_their_limits():
    assert check("float_range", "2.5", (0, 60)) == 2.5
    for rule in (float("nan"), True, "nan", -5, 9999, None, "inf"):
        assert check("float_range", rule, (0, 60)) is None, rule


def test_a_fade_has_a_target_within_limits_and_a_length():
    assert check("int_or_fade", "fade/10/5", (0, 100)) == "fade/10/5"
    assert check("int_or_fade", "fade/10/0", (0, 100)) == "fade/10/0"
    for rule in ("fade/10", "fade/5000/5", "fade/10/-1", "fade/1/99999999", "fade/a/5", "fade//"):
        assert check("int_or_fade", rule, (0, 100)) is None, rule
    assert check("int_range", "fade/10/5", (0, 100)) is None


def test_other_kinds_take_what_they_say():
    assert check("on_off", "On") == "on"
    assert check("standard", "on") is None
    assert check("string", "hello") == "hello"
    assert check("string", "") is None
    calls = {"on": ["enable", "device1"], "off": ["ignore"]}
    assert check("api_target", calls) == calls
    for rule in ({}, {"on": ["x"]}, {"on": [], "off": ["x"]}, {"on": ["x"], "off": ["x"], "a": 1},
                 {"on": "x", "off": ["x"]}, {"on": [5], "off": ["x"]}, "on", ["x"],
                 {"on": ["turn_on"], "off": ["ignore"]}, {"on": ["set_rule", "a"], "off": ["x"]},
                 {"on": ["x" * 500], "off": ["x"]}):  # fmt: skip
        assert check("api_target", rule) is None, rule


def test_a_fade_passes_every_level_once_and_arrives_in_time():
    for start, target, length in ((0, 100, 10000), (100, 0, 10000), (3, 4, 700), (90, 10, 60000)):
        fade = fades.Fade(start, target, 5000, length, False)
        now, levels = 5000, [start]
        while now < 5000 + length:
            now = fades.next_ms(fade, now)
            levels.append(fades.level(fade, now))
        assert now == 5000 + length
        assert levels[-1] == target
        steps = [after - before for before, after in zip(levels, levels[1:])]
        assert set(steps) <= ({0, 1} if target > start else {0, -1}), steps


def test_a_fade_of_no_length_jumps():
    thing = followed()

    ruling.set_by_hand(thing, "fade/80/0", 0)

    assert thing.current_rule == 80
    assert thing.timers == {}


def test_a_fade_by_hand_leaves_the_scheduled_rule_alone():
    thing = followed()

    ruling.set_by_hand(thing, "fade/100/10", 0)
    thing.run(5000)
    assert thing.current_rule == 75
    thing.run(10000)

    assert (thing.current_rule, thing.scheduled_rule) == (100, 50)
    assert thing.fade is None


def test_a_fade_of_the_schedule_takes_the_scheduled_rule_along():
    thing = followed()

    ruling.schedule(thing, "fade/0/10", 0)
    thing.run(4000)

    assert (thing.current_rule, thing.scheduled_rule) == (30, 30)
    thing.run(10000)
    assert (thing.current_rule, thing.scheduled_rule) == (0, 0)


def test_a_fade_at_boot_is_where_it_ends():
    thing = Thing()

    ruling.schedule(thing, "fade/70/600", 0)

    assert (thing.current_rule, thing.scheduled_rule) == (70, 70)


def test_only_what_goes_against_a_fade_ends_it():
    for rule, later in ((20, 20), (50, 75), (60, 75), (100, 100), (90, 90)):
        thing = followed()
        ruling.set_by_hand(thing, "fade/90/10", 0)
        thing.run(2500)  # at 60
        ruling.set_by_hand(thing, rule, 2500)
        assert thing.current_rule == rule
        thing.run(6250)
        assert thing.current_rule == {50: 50, 60: 75}.get(rule, later), rule


def test_a_rule_ahead_of_a_fade_is_not_pulled_back():
    thing = followed()
    ruling.set_by_hand(thing, "fade/90/10", 0)
    thing.run(2500)

    ruling.set_by_hand(thing, 80, 2500)
    thing.run(5000)
    assert thing.current_rule == 80
    thing.run(10000)

    assert thing.current_rule == 90


def test_disabling_ends_a_fade_and_the_schedule_knows_its_end():
    thing = followed()
    ruling.schedule(thing, "fade/90/10", 0)
    thing.run(5000)

    ruling.disable(thing)
    thing.run(20000)

    assert not thing.enabled
    assert thing.current_rule == 70
    ruling.reset(thing, 20000)
    assert thing.current_rule == 90


def test_a_fade_of_what_is_disabled_begins_at_its_lowest():
    thing = followed()
    ruling.set_by_hand(thing, "disabled", 0)

    ruling.set_by_hand(thing, "fade/10/10", 0)

    assert (thing.enabled, thing.current_rule) == (True, 0)
    thing.run(5000)
    assert thing.current_rule == 5


def test_enabled_is_never_a_rule_where_there_is_a_better_one():
    thing = followed()
    ruling.schedule(thing, 30, 0)

    ruling.set_by_hand(thing, "enabled", 0)
    assert thing.current_rule == 30
    ruling.schedule(thing, "disabled", 0)
    assert (thing.enabled, thing.current_rule) == (False, "disabled")
    ruling.enable(thing, 0)

    assert (thing.enabled, thing.current_rule) == (True, 50)


def test_what_has_no_other_rule_follows_enabled():
    thing = followed("enabled")

    ruling.set_by_hand(thing, "disabled", 0)
    ruling.enable(thing, 0)

    assert thing.current_rule == "enabled"


def test_a_rule_by_hand_lasts_until_the_schedule_says_something_new():
    thing = followed()
    ruling.schedule(thing, 30, 0)
    ruling.set_by_hand(thing, 0, 0)

    ruling.schedule(thing, 40, 0, is_new=False)  # edited
    assert (thing.current_rule, thing.scheduled_rule, thing.override) == (0, 40, "next")
    ruling.schedule(thing, 60, 0)

    assert (thing.current_rule, thing.override) == (60, None)


def test_a_rule_for_some_minutes_outlasts_the_schedule_and_ends():
    thing = followed()
    ruling.set_by_hand(thing, 10, 0, minutes=2)
    ruling.schedule(thing, 60, 60000)
    thing.run(119999)
    assert (thing.current_rule, thing.override) == (10, "timed")

    thing.run(120000)

    assert (thing.current_rule, thing.override, thing.timers) == (60, None, {})


def test_enabling_later_replaces_disabling_later():
    thing = followed()
    ruling.later(thing, "disable", 5, 0)
    ruling.later(thing, "enable", 1, 0)

    thing.run(600000)

    assert thing.enabled
    for minutes in (-1, None, "soon", True, 1e9):
        refused(ruling.later, thing, "enable", minutes, 0)


def test_the_arbiter_wants_what_one_sensor_wants():
    assert arbiter.decide([False, True, None]) is True
    assert arbiter.decide([False, None]) is None
    assert arbiter.decide([False, False]) is False
    assert arbiter.decide([]) is False


def test_keys_of_a_schedule_mean_times():
    words = {"relax": "21:15", "late": "sunset+90", "wake-up": "6:30", "good night": "23:00"}
    for key, expected in (
        ("07:05", (127, "", 425)),
        ("7:05", (127, "", 425)),
        ("relax", (127, "", 1275)),
        ("late", (127, "sunset", 90)),
        ("late-00:30", (127, "sunset", 60)),
        ("wake-up", (127, "", 390)),
        ("wake-up-30", (127, "", 360)),
        ("good night", (127, "", 1380)),
        ("sunrise-12:00", (127, "sunrise", -720)),
        ("mon-fri 07:05", (31, "", 425)),
        ("Sat,Sun sunset", (96, "sunset", 0)),
        ("sun-mon relax", (65, "", 1275)),
    ):
        assert timetable.parse(key, words) == expected, key
    for key in ("25:99", "24:00", "12:60", "1200", "", "noon", "sunset+721", "sunset+", "xyz 12:00",
                "mon-foo 12:00", "12:00 mon", "relax+x", "+30", "-:3"):  # fmt: skip
        assert "schedule" in refused(timetable.parse, key, words), key


def test_the_rule_in_force_may_be_of_yesterday_or_of_last_week():
    almanac = timetable.Almanac(UTC)
    whens = [timetable.parse(key) for key in ("08:00", "22:00", "mon 12:00")]
    for hour, expected in ((0, 1), (7, 1), (8, 0), (11, 0), (12, 2), (21, 2), (22, 1)):
        moment, place = almanac.in_force(whens, MONDAY + hour * 3600)
        assert place == expected, hour
        assert moment <= MONDAY + hour * 3600
    assert almanac.in_force(whens[2:], MONDAY) == (MONDAY - 7 * DAY_S + 12 * 3600, 0)
    assert almanac.in_force([], MONDAY) == (None, -1)
    assert almanac.upcoming(whens, MONDAY + 8 * 3600) == MONDAY + 12 * 3600
    assert almanac.upcoming([], MONDAY) is None


def test_a_schedule_agrees_with_one_that_looks_at_every_minute():
    random.seed(7)
    for _ in range(20):
        keys = []
        for _ in range(random.randrange(1, 5)):
            days = random.choice(["", "mon-fri ", "sat,sun ", "wed ", "fri-mon "])
            keys.append(days + "%02d:%02d" % (random.randrange(24), random.randrange(60)))
        whens = [timetable.parse(key) for key in keys]
        almanac = timetable.Almanac(UTC)
        now = MONDAY + random.randrange(7 * DAY_S)
        found = None
        for minute in range(now // 60, now // 60 - 8 * 1440, -1):
            day, time = divmod(minute, 1440)
            at = [i for i, (mask, _, m) in enumerate(whens)
                  if m == time and mask >> (day + 3) % 7 & 1]  # fmt: skip
            if at:
                found = (minute * 60, at[-1])
                break
        assert almanac.in_force(whens, now) == found, keys


def test_the_sun_of_a_place_moves_rules():
    almanac = timetable.Almanac(UTC, (48.2, 16.4))
    when = timetable.parse("sunset-00:30")

    winter = almanac.next(when, MONDAY) - MONDAY
    summer = almanac.next(when, MONDAY + 180 * DAY_S) - MONDAY - 180 * DAY_S

    assert 14 * 3600 < winter < 15 * 3600
    assert 18 * 3600 < summer < 19 * 3600
    assert timetable.Almanac(UTC).next(when, MONDAY) is None
    assert timetable.Almanac(UTC, (80.0, 0.0)).next(when, MONDAY) is None


def test_a_day_of_23_hours_has_all_its_rules():
    from tepal.formats import tz

    zone = tz.Zone("CET-1CEST,M3.5.0,M10.5.0/3")
    for month, day in ((3, 28), (10, 31)):
        almanac = timetable.Almanac(zone)
        start = zone.to_utc(calendar.days(2027, month, day) * DAY_S)
        for key in ("00:00", "01:59", "02:30", "03:00", "23:59"):
            when = timetable.parse(key)
            minutes = when[2]
            moment = almanac.next(when, start - 1)
            local = moment + zone.offset_s(moment)
            assert local // DAY_S == calendar.days(2027, month, day), key
            late = local % DAY_S // 60 - minutes
            assert late == (60 if (month, key) == (3, "02:30") else 0), key


KINDS = {
    ("relay", False): {"config_name": "relay", "rule_prompt": "standard",
                       "params": {"pin": {"type": "output_pin"}}},
    ("pwm", False): {"config_name": "pwm", "rule_prompt": "int_or_fade", "rule_limits": [0, 1023],
                     "params": {"pin": {"type": "pwm_pin"},
                                "min_rule": {"type": "int", "min": 0, "max": 1023, "default": 0},
                                "max_rule": {"type": "int", "min": 0, "max": 1023, "default": 1023}}},
    ("hook", False): {"config_name": "hook", "rule_prompt": "standard",
                      "params": {"uri": {"type": "url"}, "ip": {"type": "host"}}},
    ("pir", True): {"config_name": "pir", "rule_prompt": "float_range", "rule_limits": [0, 60],
                    "params": {"pin": {"type": "edge_pin"}}},
    ("climate", True): {"config_name": "climate", "rule_prompt": "thermostat", "rule_limits": [18, 27],
                        "params": {"units": {"type": "choice", "choices": ["celsius", "fahrenheit"]},
                                   "tolerance": {"type": "float", "min": 0.1, "max": 10}}},
}  # fmt: skip


def good():
    return {
        "metadata": {"id": "Hall", "location": "house", "floor": -1},
        "schedule_keywords": {"relax": "21:00", "sunrise": "06:00"},
        "device1": {"_type": "relay", "nickname": "Fan", "pin": "18", "default_rule": "Enabled",
                    "schedule": {"relax": "Disabled", "mon-fri sunset-00:30": "enabled"}},
        "device2": {"_type": "pwm", "nickname": "Strip", "pin": 4, "min_rule": 0, "max_rule": 512,
                    "default_rule": 0, "schedule": {"22:00": "fade/20/600"}},
        "sensor1": {"_type": "pir", "nickname": "Motion", "pin": 16, "default_rule": 5,
                    "schedule": {}, "targets": ["device1", "device2"]},
        "sensor2": {"_type": "climate", "nickname": "Warm", "units": "fahrenheit", "tolerance": 1,
                    "default_rule": 70, "schedule": {}, "targets": ["device1"]},
    }  # fmt: skip


def faults(config):
    return instances.faults(config, lambda name, is_sensor: KINDS.get((name, is_sensor)))


def test_a_good_file_has_no_faults():
    assert faults(good()) == []
    assert faults({}) == []
    config = good()
    config["device7"] = config.pop("device1")  # ids may have gaps
    config["sensor1"]["targets"] = config["sensor2"]["targets"] = ["device7"]
    config["device7"].pop("schedule")  # none is an empty one
    config["metadata"]["gps"] = {"lat": "48.2", "lon": 16.4}
    assert faults(config) == []


def test_every_fault_is_named_with_its_place():
    for path, value, place in (
        ("device1.schedule", {"25:99": "enabled"}, "device1.schedule.25:99"),
        ("device1.schedule", {"noon": "enabled"}, "device1.schedule.noon"),
        ("device1.schedule", {"10:00": "on"}, "device1.schedule.10:00"),
        ("device1.schedule", [], "device1.schedule"),
        ("sensor1.targets", ["device9"], "sensor1.targets"),
        ("sensor1.targets", ["sensor1"], "sensor1.targets"),
        ("sensor1.targets", [["device1"]], "sensor1.targets"),
        ("sensor1.targets", None, "sensor1.targets"),
        ("device1.pin", None, "device1.pin"),
        ("device1.pin", 4, "device2.pin"),
        ("device1.pin", "4", "device2.pin"),
        ("device1.pin", True, "device1.pin"),
        ("device1.pin", -3, "device1.pin"),
        ("device1.colour", "red", "device1.colour"),
        ("device1.targets", [], "device1.targets"),
        ("device1.nickname", "", "device1.nickname"),
        ("device1.nickname", "strip", "device2.nickname"),
        ("device1._type", "toaster", "device1._type"),
        ("device1._type", ["x"], "device1._type"),
        ("device1.default_rule", None, "device1.default_rule"),
        ("device2.default_rule", 600, "device2.default_rule"),
        ("device2.default_rule", "disabled", "device2.default_rule"),
        ("device2.default_rule", "fade/3/3", "device2.default_rule"),
        ("device2.default_rule", True, "device2.default_rule"),
        ("device2.min_rule", 600, "device2.min_rule"),
        ("device2.max_rule", 2000, "device2.max_rule"),
        ("sensor1.default_rule", -5, "sensor1.default_rule"),
        ("sensor1.default_rule", 9999, "sensor1.default_rule"),
        ("sensor2.tolerance", 0, "sensor2.tolerance"),
        ("sensor2.tolerance", "warm", "sensor2.tolerance"),
        ("sensor2.units", "rankine", "sensor2.units"),
        ("sensor2.default_rule", 21, "sensor2.default_rule"),
        ("metadata.floor", "1", "metadata.floor"),
        ("metadata.floor", True, "metadata.floor"),
        ("metadata.id", "", "metadata.id"),
        ("metadata.gps", "here", "metadata.gps"),
        ("metadata.gps", {"lat": "91", "lon": "0"}, "metadata.gps"),
        ("metadata.gps", {"lat": 48}, "metadata.gps"),
        ("device1._type", None, "device1._type"),
        ("device1.nickname", None, "device1.nickname"),
        ("schedule_keywords.x", "25:00", "schedule_keywords.x"),
        ("schedule_keywords.12:00", "12:00", "schedule_keywords.12:00"),
    ):
        config = good()
        section, _, key = path.partition(".")
        if value is None:
            config[section].pop(key)
        else:
            config[section][key] = value
        assert place in [where for where, _ in faults(config)], (path, value, faults(config))
    for config, place in (([], ""), ({"lamp": {}}, "lamp"), ({"device1": 5}, "device1"),
                          ({"ir_blaster": {}}, "ir_blaster"), ({"device0x": {}}, "device0x")):  # fmt: skip
        assert place in [where for where, _ in faults(config)], config


def test_all_faults_are_told_at_once():
    config = good()
    config["device1"] = {"_type": "relay"}

    found = [place for place, _ in faults(config)]

    assert found == ["device1.nickname", "device1.pin", "device1.default_rule"]


def test_addresses_are_those_of_hosts():
    param = {"type": "host"}
    for text in ("192.0.2.1", "lamp.local", "printer"):
        assert params.settled(text, param) == text
    for text in ("192.0.2.256", "192.0.2.01", "1.2.3", "", "a b", "x/y", ".local", 5, None):
        refused(params.settled, text, param)
    for text in ("http://192.0.2.1:8080", "https://hook.example/x", "192.0.2.1:80/y"):
        assert params.settled(text, {"type": "url"}) == text
    for text in ("ftp://x", "http://", "http://x:99999", "http://a b"):
        refused(params.settled, text, {"type": "url"})
